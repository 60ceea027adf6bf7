// `#[version]` has none.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version(start = 1)]
    version: Version,
}

fn main() {}
