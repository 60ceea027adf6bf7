// The default is the field's name.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    a_name_of_sixty_four_bytes_which_is_one_more_than_postgres_keeps: i64,
}

fn main() {}
