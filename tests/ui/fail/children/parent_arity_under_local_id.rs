// The key of a local entity begins with its parent's, which the root knows.

use aggregate_core::{Aggregate, Entity, Version};

#[derive(Entity, Clone)]
struct Allocation {
    #[id(local)]
    no: i32,
    #[parent]
    a: i64,
    #[parent]
    b: i32,
    #[parent]
    c: i32,
}

#[derive(Entity, Clone)]
struct Line {
    #[id(local)]
    no: i32,
    #[child]
    allocations: Vec<Allocation>,
}

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[child]
    lines: Vec<Line>,
}

fn main() {}
