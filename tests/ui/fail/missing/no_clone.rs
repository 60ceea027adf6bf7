// A save compares the aggregate with a copy of what was loaded.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
}

fn main() {}
