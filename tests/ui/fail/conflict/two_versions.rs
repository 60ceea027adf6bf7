// One version guards each save of the whole aggregate.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[version]
    revision: i64,
}

fn main() {}
