// The default is the struct's name in snake_case.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct AnInvoiceWhoseNameIsSoLongThatPostgresWouldCutItOffSomewhereHere {
    #[id]
    id: i64,
    #[version]
    version: Version,
}

fn main() {}
