// `same` compares two references.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[column(same = close)]
    rate: f64,
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 0.01
}

fn main() {}
