// One of two is meant, also where they stand apart.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[column(name = "sum")]
    #[column(name = "total_sum")]
    total: i64,
}

fn main() {}
