// A child without `Clone` is one mistake, not a second one at its parent's field.

use aggregate_core::{Aggregate, Entity, Version};

#[derive(Entity)]
struct Line {
    #[id]
    no: i32,
}

#[derive(Aggregate)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[child]
    lines: Vec<Line>,
}

impl Clone for Invoice {
    fn clone(&self) -> Self {
        loop {}
    }
}

fn main() {}
