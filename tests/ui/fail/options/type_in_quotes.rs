// Types are tokens, not text.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[column(try_from = "String")]
    total: i64,
}

fn main() {}
