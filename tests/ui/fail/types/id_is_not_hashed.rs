// A newtype needs its derives to be an id.

use aggregate_core::{Aggregate, Version};

#[derive(Clone, Debug, PartialEq)]
struct InvoiceId(i64);

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: InvoiceId,
    #[version]
    version: Version,
}

fn main() {}
