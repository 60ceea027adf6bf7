// A path is missing.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
#[aggregate(invariant =)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
}

fn main() {}
