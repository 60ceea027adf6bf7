// Composite ids are tuples, and tuples of thirteen cannot be compared.

use aggregate_core::Entity;

#[derive(Entity, Clone)]
struct Cell {
    #[id]
    x1: i32,
    #[id]
    x2: i32,
    #[id]
    x3: i32,
    #[id]
    x4: i32,
    #[id]
    x5: i32,
    #[id]
    x6: i32,
    #[id]
    x7: i32,
    #[id]
    x8: i32,
    #[id]
    x9: i32,
    #[id]
    x10: i32,
    #[id]
    x11: i32,
    #[id]
    x12: i32,
    #[id]
    x13: i32,
}

fn main() {}
