// An enum has no fixed set of columns.

use aggregate_core::Aggregate;

#[derive(Aggregate, Clone)]
enum Payment {
    Cash,
    Card { number: String },
}

fn main() {}
