// A typing error finds its word.

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
    #[column(versioned)]
    views: i64,
    #[child(un_versioned)]
    lines: Vec<Line>,
}

fn main() {}
