// Names are literals.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
#[aggregate(table = invoices)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
}

fn main() {}
