// Four mistakes in one struct are four errors in one build: the struct's first, then the fields' in order,
// then those that it takes all fields to see.

use aggregate_core::{Entity, Version};

#[derive(Entity, Clone)]
#[entity(tabel = "lines")]
struct Line {
    #[version]
    version: Version,
    #[column(insert_only, read_only)]
    quantity: i32,
    price: i64,
}

fn main() {}
