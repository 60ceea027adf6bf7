// A local id is unique under a parent, and a root has none.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id(local)]
    id: i64,
    #[version]
    version: Version,
}

fn main() {}
