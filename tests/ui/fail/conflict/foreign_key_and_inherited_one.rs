// Two parts of one foreign key have one name: the local parent's own, and the one that its field adds.

use aggregate_core::{Aggregate, Entity, Version};

#[derive(Entity, Clone)]
struct Allocation {
    #[id(local)]
    no: i32,
}

#[derive(Entity, Clone)]
#[entity(table = "lines")]
struct Invoice {
    #[id(local)]
    id: i32,
    #[child]
    allocations: Vec<Allocation>,
}

#[derive(Aggregate, Clone)]
struct Batch {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[child(foreign_key = "invoice_id")]
    lines: Vec<Invoice>,
}

fn main() {}
