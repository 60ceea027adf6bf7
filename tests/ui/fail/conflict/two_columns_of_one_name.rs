// Two fields in one column would overwrite each other.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    total: i64,
    #[column(name = "total")]
    sum: i64,
}

fn main() {}
