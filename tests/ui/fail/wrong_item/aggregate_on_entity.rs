// The options of an entity stand in `#[entity(...)]`.

use aggregate_core::Entity;

#[derive(Entity, Clone)]
#[aggregate(table = "lines")]
struct Line {
    #[id]
    no: i32,
}

fn main() {}
