// The root's version guards every row of its aggregate.

use aggregate_core::{Entity, Version};

#[derive(Entity, Clone)]
struct Line {
    #[id]
    no: i32,
    #[version]
    version: Version,
}

fn main() {}
