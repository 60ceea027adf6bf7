// A word that no option is like gets the list.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[column(sql_type = "numeric(10, 2)")]
    total: i64,
}

fn main() {}
