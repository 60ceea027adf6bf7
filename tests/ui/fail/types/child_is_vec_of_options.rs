// One collection holds the rows of a table.

use aggregate_core::{Aggregate, Entity, Version};

#[derive(Entity, Clone)]
struct Line {
    #[id]
    no: i32,
}

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[child]
    lines: Vec<Option<Line>>,
}

fn main() {}
