// The parent's field names the foreign key.

use aggregate_core::Entity;

#[derive(Entity, Clone)]
struct Line {
    #[id]
    no: i32,
    #[parent]
    #[column(name = "invoice")]
    invoice_id: i64,
}

fn main() {}
