// A save compares each column with what was loaded.

use aggregate_core::{Aggregate, Version};

#[derive(Clone)]
struct Money(i64);

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    total: Money,
}

fn main() {}
