// An id is written with its row.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    #[column(read_only)]
    id: i64,
    #[version]
    version: Version,
}

fn main() {}
