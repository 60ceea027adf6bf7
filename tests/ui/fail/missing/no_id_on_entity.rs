// The same below a root, where the id may be local.

use aggregate_core::Entity;

#[derive(Entity, Clone)]
struct Line {
    quantity: i32,
}

fn main() {}
