// Two fields over one table and one foreign key would load each other's rows.

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
    lines: Vec<Line>,
    #[child]
    extra: Vec<Line>,
}

fn main() {}
