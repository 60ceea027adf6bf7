// A NUL ends a name in C.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[column(name = "to\0tal")]
    total: i64,
}

fn main() {}
