// One of two is meant, on a column and on a child.

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
    #[column(unversioned, unversioned)]
    views: i64,
    #[child(unversioned, table = "lines", unversioned)]
    lines: Vec<Line>,
}

fn main() {}
