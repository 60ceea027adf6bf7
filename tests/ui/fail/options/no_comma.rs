// Options are separated by commas.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[column(json insert_only)]
    total: Vec<u8>,
}

fn main() {}
