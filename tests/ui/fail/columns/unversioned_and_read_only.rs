// What is never written has no change.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[column(read_only, unversioned)]
    search_rank: f64,
}

fn main() {}
