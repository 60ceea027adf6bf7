// A load reads a fixed list of tables.

use aggregate_core::Entity;

#[derive(Entity, Clone)]
struct Line {
    #[id]
    no: i32,
    #[child]
    parts: Vec<Box<Line>>,
}

fn main() {}
