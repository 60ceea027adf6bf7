// A column of the rows has the name of the foreign key that the field adds.

use aggregate_core::{Aggregate, Entity, Version};

#[derive(Entity, Clone)]
struct Line {
    #[id]
    no: i32,
    invoice_id: i64,
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
