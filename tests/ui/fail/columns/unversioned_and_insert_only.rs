// What is written once has no later change.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[column(unversioned, insert_only)]
    created_by: String,
}

fn main() {}
