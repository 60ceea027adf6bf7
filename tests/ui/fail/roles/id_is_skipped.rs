// An id is stored.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[skip]
    #[id]
    id: i64,
    #[version]
    version: Version,
}

fn main() {}
