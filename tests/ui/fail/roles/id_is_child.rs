// An id is a column.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    #[child]
    id: i64,
    #[version]
    version: Version,
}

fn main() {}
