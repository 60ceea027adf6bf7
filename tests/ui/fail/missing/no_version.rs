// The version is what makes an aggregate one.

use aggregate_core::Aggregate;

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    total: i64,
}

fn main() {}
