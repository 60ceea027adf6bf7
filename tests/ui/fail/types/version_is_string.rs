// A version is a number that saves count.

use aggregate_core::Aggregate;

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: String,
}

fn main() {}
