// The database compares ids.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    #[column(json)]
    id: Vec<u8>,
    #[version]
    version: Version,
}

fn main() {}
