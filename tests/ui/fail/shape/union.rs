// A union has no fields that all hold a value.

use aggregate_core::Aggregate;

#[derive(Aggregate, Clone, Copy)]
union Number {
    integer: i64,
    float: f64,
}

fn main() {}
