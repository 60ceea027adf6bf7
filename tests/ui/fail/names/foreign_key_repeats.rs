// Two parts of a key are two columns.

use aggregate_core::{Aggregate, Entity, Version};

#[derive(Entity, Clone)]
struct Line {
    #[id]
    no: i32,
}

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    year: i32,
    #[id]
    no: i32,
    #[version]
    version: Version,
    #[child(foreign_key("invoice_no", "invoice_no"))]
    lines: Vec<Line>,
}

fn main() {}
