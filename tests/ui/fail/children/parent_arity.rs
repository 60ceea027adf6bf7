// A mirror shows the whole key of the parent.

use aggregate_core::{Aggregate, Entity, Version};

#[derive(Entity, Clone)]
struct Line {
    #[id]
    no: i32,
    #[parent]
    invoice_id: i64,
    #[parent]
    invoice_year: i32,
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
