//! The smallest roots.

use aggregate_core::{Aggregate, Version};

use crate::Tables;

pub const TABLES: Tables = Tables {
    ddl: "CREATE TABLE bare (id BIGINT PRIMARY KEY, version BIGINT);
          CREATE TABLE customers (id BIGINT PRIMARY KEY, version BIGINT NOT NULL, name {name} NOT NULL UNIQUE)",
    keys: &[("bare", &["id"]), ("customers", &["id"])],
};

/// Only an id and a version, whose column admits `NULL`.
#[derive(Aggregate, Clone, Debug, PartialEq)]
pub struct Bare {
    #[id]
    pub id: i64,
    #[version]
    pub version: i64,
}

/// What an invoice refers to by its id.
#[derive(Aggregate, Clone, Debug, PartialEq)]
#[aggregate(table = "customers")]
pub struct Customer {
    #[id]
    pub id: i64,
    #[version]
    pub version: Version,
    pub name: String,
}

impl Customer {
    #[must_use]
    pub fn new(id: i64, name: &str) -> Self {
        Self { id, version: Version::UNSAVED, name: name.to_owned() }
    }
}

/// A text for an id.
#[derive(Aggregate, Clone, Debug, PartialEq)]
pub struct Tag {
    #[id]
    pub id: String,
    #[version]
    pub version: i64,
}
