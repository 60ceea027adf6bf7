// An id is never written again anyway.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    #[column(insert_only)]
    id: i64,
    #[version]
    version: Version,
}

fn main() {}
