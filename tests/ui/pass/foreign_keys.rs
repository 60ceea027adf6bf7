// Two fields over one table differ in their foreign keys; under a local id the whole key may be named.

use aggregate_core::{Aggregate, Entity, Version};

#[derive(Entity, Clone)]
struct Allocation {
    #[id(local)]
    warehouse: i32,
    #[parent]
    order: i64,
    #[parent]
    line: i32,
}

#[derive(Entity, Clone)]
struct Line {
    #[id(local)]
    no: i32,
    #[child(foreign_key("order_id", "line"))]
    allocations: Vec<Allocation>,
}

#[derive(Entity, Clone)]
struct Address {
    #[id]
    id: i64,
}

#[derive(Aggregate, Clone)]
struct Order {
    #[id]
    id: i64,
    #[version]
    version: i64,
    #[child]
    lines: Vec<Line>,
    #[child(foreign_key = "billed_order")]
    billing: Option<Address>,
    #[child(foreign_key = "shipped_order")]
    shipping: Option<Address>,
}

fn main() {
    let keys: Vec<_> = Order::TABLE.edges().iter().map(|edge| edge.key().columns()).collect();
    assert_eq!(keys, [["order_id"], ["billed_order"], ["shipped_order"]]);
}
