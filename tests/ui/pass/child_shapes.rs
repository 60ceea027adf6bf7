// A child is many, one or none, or exactly one; each in a box or not.

use aggregate_core::{Aggregate, Entity, Version};

#[derive(Entity, Clone)]
struct Part {
    #[id]
    id: i64,
}

#[derive(Aggregate, Clone)]
struct Machine {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[child(table = "a")]
    many: Vec<Part>,
    #[child(table = "b")]
    many_in_boxes: Vec<Box<Part>>,
    #[child(table = "c")]
    none_or_one: Option<Part>,
    #[child(table = "d")]
    none_or_one_in_a_box: Option<Box<Part>>,
    #[child(table = "e")]
    one: Part,
    #[child(table = "f")]
    one_in_a_box: Box<Part>,
}

fn main() {
    assert_eq!(Machine::TABLE.edges().len(), 6);
}
