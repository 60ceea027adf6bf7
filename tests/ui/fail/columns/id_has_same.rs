// Ids are compared by `Eq` and `Hash`.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    #[column(same = i64::eq)]
    id: i64,
    #[version]
    version: Version,
}

fn main() {}
