// The same, by the name that every type has.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[child]
    copies: Option<Box<Self>>,
}

fn main() {}
