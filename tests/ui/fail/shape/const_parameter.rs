// A table has one set of columns.

use aggregate_core::Entity;

#[derive(Entity, Clone)]
struct Line<const N: usize> {
    #[id]
    id: i64,
    words: [String; N],
}

fn main() {}
