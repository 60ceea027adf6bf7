// A row has at least an id.

use aggregate_core::Entity;

#[derive(Entity, Clone)]
struct Nothing;

fn main() {}
