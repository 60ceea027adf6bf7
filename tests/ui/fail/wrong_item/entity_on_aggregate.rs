// The options of a root stand in `#[aggregate(...)]`.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
#[entity(table = "invoices")]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
}

fn main() {}
