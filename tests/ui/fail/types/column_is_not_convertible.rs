// `try_from` needs both ways.

use aggregate_core::{Aggregate, Persist, Version};

use aggregate_core::sqlx::Sqlite;

#[derive(Clone, PartialEq)]
struct Money(i64);

impl From<i64> for Money {
    fn from(cents: i64) -> Self {
        Self(cents)
    }
}

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[column(try_from = i64)]
    total: Money,
}

fn needs<A: Persist<Sqlite>>() {}

fn use_it() {
    needs::<Invoice>();
}

fn main() {}
