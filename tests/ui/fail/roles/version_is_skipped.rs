// The version is stored.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    #[skip]
    version: Version,
}

fn main() {}
