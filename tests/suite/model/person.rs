//! Fields that hold one row or none, in tables without constraints, so that rows can be missing or too many.

use aggregate_core::{Aggregate, Entity, Version};

use crate::Tables;

pub const TABLES: Tables = Tables {
    ddl: "CREATE TABLE person (id BIGINT, version BIGINT NOT NULL, name TEXT NOT NULL);
          CREATE TABLE address (id BIGINT, person_id BIGINT, city TEXT NOT NULL);
          CREATE TABLE licence (id BIGINT, person_id BIGINT, class TEXT NOT NULL);
          CREATE TABLE passport (id BIGINT, person_id BIGINT, number TEXT NOT NULL);
          CREATE TABLE visa (id BIGINT, passport_id BIGINT, country TEXT NOT NULL)",
    keys: &[
        ("person", &["id"]),
        ("address", &["id"]),
        ("licence", &["id"]),
        ("passport", &["id"]),
        ("visa", &["id"]),
    ],
};

#[derive(Aggregate, Clone, Debug, PartialEq)]
pub struct Person {
    #[id]
    pub id: i64,
    #[version]
    pub version: Version,
    pub name: String,
    #[child]
    pub address: Address,
    #[child]
    pub licence: Box<Licence>,
    #[child]
    pub passport: Option<Box<Passport>>,
}

#[derive(Entity, Clone, Debug, PartialEq)]
pub struct Address {
    #[id]
    pub id: i64,
    pub city: String,
}

#[derive(Entity, Clone, Debug, PartialEq)]
pub struct Licence {
    #[id]
    pub id: i64,
    pub class: String,
}

#[derive(Entity, Clone, Debug, PartialEq)]
pub struct Passport {
    #[id]
    pub id: i64,
    pub number: String,
    #[child]
    pub visas: Vec<Visa>,
}

#[derive(Entity, Clone, Debug, PartialEq)]
pub struct Visa {
    #[id]
    pub id: i64,
    pub country: String,
}

impl Person {
    #[must_use]
    pub fn sample(id: i64) -> Self {
        Self {
            id,
            version: Version::UNSAVED,
            name: "name".to_owned(),
            address: Address { id, city: "city".to_owned() },
            licence: Box::new(Licence { id, class: "B".to_owned() }),
            passport: Some(Box::new(Passport {
                id,
                number: "P1".to_owned(),
                visas: vec![Visa { id, country: "NO".to_owned() }],
            })),
        }
    }
}
