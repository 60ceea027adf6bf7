// A child is an entity.

use aggregate_core::{Aggregate, Version};

#[derive(Clone)]
struct Line {
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
}

fn main() {}
