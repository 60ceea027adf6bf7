// Another aggregate is referred to by its id.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Customer {
    #[id]
    id: i64,
    #[version]
    version: Version,
}

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[child]
    customer: Option<Customer>,
}

fn main() {}
