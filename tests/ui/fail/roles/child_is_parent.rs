// A field holds rows below, or mirrors the key above.

use aggregate_core::Entity;

#[derive(Entity, Clone)]
struct Line {
    #[id]
    no: i32,
    #[child]
    #[parent]
    invoice_id: i64,
}

fn main() {}
