// Maps are no child fields yet.

use aggregate_core::{Aggregate, Entity, Version};

use std::collections::HashMap;

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
    lines: HashMap<i32, Line>,
}

fn main() {}
