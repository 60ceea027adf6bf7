// A word that says it all takes no value.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[column(json = true)]
    total: Vec<u8>,
}

fn main() {}
