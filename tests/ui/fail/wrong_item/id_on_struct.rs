// An id is a field.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
#[id]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
}

fn main() {}
