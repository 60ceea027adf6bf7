// A float is not equal to itself, nor hashed.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: f64,
    #[version]
    version: Version,
}

fn main() {}
