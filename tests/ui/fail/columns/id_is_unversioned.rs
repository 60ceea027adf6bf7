// An id never changes.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    #[column(unversioned)]
    id: i64,
    #[version]
    version: Version,
}

fn main() {}
