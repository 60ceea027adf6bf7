// A row has at least an id.

use aggregate_core::Aggregate;

#[derive(Aggregate, Clone)]
struct Invoice {}

fn main() {}
