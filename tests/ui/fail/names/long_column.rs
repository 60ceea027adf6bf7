// PostgreSQL keeps 63 bytes of a name.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[column(name = "a_name_of_sixty_four_bytes_which_is_one_more_than_postgres_keeps")]
    total: i64,
}

fn main() {}
