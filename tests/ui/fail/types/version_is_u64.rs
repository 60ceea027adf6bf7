// No database has a column of this type.

use aggregate_core::Aggregate;

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: u64,
}

fn main() {}
