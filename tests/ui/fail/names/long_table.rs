// PostgreSQL keeps 63 bytes of a name.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
#[aggregate(table = "a_name_of_sixty_four_bytes_which_is_one_more_than_postgres_keeps")]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
}

fn main() {}
