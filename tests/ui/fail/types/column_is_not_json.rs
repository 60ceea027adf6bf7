// JSON columns are written and read by serde.

use aggregate_core::{Aggregate, Persist, Version};

use aggregate_core::sqlx::Sqlite;

#[derive(Clone, PartialEq)]
struct Tags(Vec<String>);

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[column(json)]
    tags: Tags,
}

fn needs<A: Persist<Sqlite>>() {}

fn use_it() {
    needs::<Invoice>();
}

fn main() {}
