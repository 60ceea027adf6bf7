// Each save writes the version.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    #[column(read_only)]
    version: Version,
}

fn main() {}
