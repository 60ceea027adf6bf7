// A table belongs to the struct.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[aggregate(table = "invoices")]
    total: i64,
}

fn main() {}
