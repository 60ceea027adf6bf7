// A field is kept in one way.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[column(json, try_from = String)]
    tags: Vec<String>,
}

fn main() {}
