// The database counts and compares versions.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    #[column(try_from = i64)]
    version: Version,
}

fn main() {}
