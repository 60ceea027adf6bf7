// A row without an id cannot be found again; this is told by the name `Option`.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: Option<i64>,
    #[version]
    version: Version,
}

fn main() {}
