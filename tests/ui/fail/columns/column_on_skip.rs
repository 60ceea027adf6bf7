// What is not stored has no column.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[skip]
    #[column(json)]
    cache: Vec<u8>,
}

fn main() {}
