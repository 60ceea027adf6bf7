// Paths are tokens, not text.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
#[aggregate(invariant = "Invoice::check")]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
}

fn main() {}
