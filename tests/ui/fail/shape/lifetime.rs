// A row that was loaded owns its values.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice<'a> {
    #[id]
    id: i64,
    #[version]
    version: Version,
    customer: &'a str,
}

fn main() {}
