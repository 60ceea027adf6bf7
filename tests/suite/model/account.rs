//! Roots alone, whose saves are one statement each; and money that only moves.

use aggregate_core::{Aggregate, Version};

use crate::Tables;

pub const TABLES: Tables = Tables {
    ddl: "CREATE TABLE accounts (id BIGINT PRIMARY KEY, version BIGINT NOT NULL,
            balance BIGINT NOT NULL CHECK (balance >= 0))",
    keys: &[("accounts", &["id"])],
};

#[derive(Aggregate, Clone, Debug, PartialEq)]
#[aggregate(table = "accounts")]
pub struct Account {
    #[id]
    pub id: i64,
    #[version]
    pub version: Version,
    pub balance: i64,
}

impl Account {
    #[must_use]
    pub fn with(id: i64, balance: i64) -> Self {
        Self { id, version: Version::UNSAVED, balance }
    }
}
