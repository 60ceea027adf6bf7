// What is never written is never compared.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[column(read_only, same = f64::eq)]
    rank: f64,
}

fn main() {}
