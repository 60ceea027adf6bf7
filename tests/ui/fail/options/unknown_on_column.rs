// A typing error gets the nearest word.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[column(readonly)]
    total: i64,
}

fn main() {}
