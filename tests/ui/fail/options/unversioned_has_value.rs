// The word stands alone.

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
    #[column(unversioned = true)]
    views: i64,
    #[child(unversioned(all))]
    lines: Vec<Line>,
}

fn main() {}
