// A table has one set of columns.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice<T> {
    #[id]
    id: T,
    #[version]
    version: Version,
}

fn main() {}
