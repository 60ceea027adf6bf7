// A column is written with its row, or never.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[column(insert_only, read_only)]
    created_by: String,
}

fn main() {}
