// A newtype around an id is a column type, not an entity.

use aggregate_core::Entity;

#[derive(Entity, Clone)]
struct InvoiceId(i64);

fn main() {}
