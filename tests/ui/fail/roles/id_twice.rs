// A word that stands twice is one too many.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    #[id]
    id: i64,
    #[version]
    version: Version,
}

fn main() {}
