// A key is the parent's and the local ids, or the ids alone.

use aggregate_core::Entity;

#[derive(Entity, Clone)]
struct Line {
    #[id(local)]
    no: i32,
    #[id]
    part: i32,
}

fn main() {}
