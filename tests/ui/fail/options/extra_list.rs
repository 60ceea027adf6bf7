// A word that says it all takes no list.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[column(read_only(always))]
    total: i64,
}

fn main() {}
