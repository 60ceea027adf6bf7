// A collection is unversioned by an option of its own attribute.

use aggregate_core::{Aggregate, Entity, Version};

#[derive(Entity, Clone)]
struct Line {
    #[id(local)]
    no: i32,
}

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[child]
    #[column(unversioned)]
    lines: Vec<Line>,
}

fn main() {}
