// A type is a root or stands below one.

use aggregate_core::{Aggregate, Entity, Version};

#[derive(Aggregate, Entity, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
}

fn main() {}
