// Under a local id the foreign key begins with the parent's own, which the root knows.

use aggregate_core::{Aggregate, Entity, Version};

#[derive(Entity, Clone)]
struct Allocation {
    #[id(local)]
    no: i32,
    invoice_id: i64,
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
