// A typing error gets the nearest word.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
#[aggregate(tabel = "invoices")]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
}

fn main() {}
