// The version changes with each save, and an id never does.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    #[version]
    version: Version,
}

fn main() {}
