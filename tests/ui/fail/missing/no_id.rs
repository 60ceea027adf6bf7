// A row that cannot be named cannot be saved again.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[version]
    version: Version,
    total: i64,
}

fn main() {}
