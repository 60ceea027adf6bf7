// SQLite can't hold this type; the field is underlined where the impl is needed.

use aggregate_core::{Aggregate, Persist, Version};

use aggregate_core::sqlx::Sqlite;

#[derive(Clone, PartialEq)]
struct Money(i64);

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    total: Money,
}

fn needs<A: Persist<Sqlite>>() {}

fn use_it() {
    needs::<Invoice>();
}

fn main() {}
