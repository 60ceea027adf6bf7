// A root has no parent whose key it could mirror.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[parent]
    customer_id: i64,
}

fn main() {}
