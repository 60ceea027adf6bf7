// A version is never absent.

use aggregate_core::Aggregate;

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Option<i64>,
}

fn main() {}
