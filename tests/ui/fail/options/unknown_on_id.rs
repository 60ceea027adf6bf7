// `#[id]` has one option.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id(generated)]
    id: i64,
    #[version]
    version: Version,
}

fn main() {}
