// The version counts itself.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    #[column(unversioned)]
    version: Version,
}

fn main() {}
