// The database counts and compares versions.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    #[column(json)]
    version: Version,
}

fn main() {}
