//! Rules of the domain, at each level.

use std::fmt;

use aggregate_core::{Aggregate, Entity, Version};

use crate::Tables;

pub const TABLES: Tables = Tables {
    ddl: "CREATE TABLE basket (id BIGINT PRIMARY KEY, version BIGINT NOT NULL, pieces INTEGER NOT NULL);
          CREATE TABLE item (basket_id BIGINT NOT NULL, no INTEGER NOT NULL, pieces INTEGER NOT NULL, PRIMARY KEY (basket_id, no))",
    keys: &[("basket", &["id"]), ("item", &["basket_id", "no"])],
};

/// The pieces are those of the items.
#[derive(Aggregate, Clone, Debug, PartialEq)]
#[aggregate(invariant = Basket::adds_up)]
pub struct Basket {
    #[id]
    pub id: i64,
    #[version]
    pub version: Version,
    pub pieces: i32,
    #[child]
    pub items: Vec<Item>,
}

/// At least one piece.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(invariant = Item::is_not_empty)]
pub struct Item {
    #[id(local)]
    pub no: i32,
    pub pieces: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    Sum,
    EmptyItem,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sum => "the pieces are not those of the items",
            Self::EmptyItem => "an item has no pieces",
        })
    }
}

impl std::error::Error for Broken {}

impl Basket {
    fn adds_up(&self) -> Result<(), Broken> {
        if self.items.iter().map(|item| item.pieces).sum::<i32>() == self.pieces {
            Ok(())
        } else {
            Err(Broken::Sum)
        }
    }

    #[must_use]
    pub fn sample(id: i64) -> Self {
        let items = vec![Item { no: 1, pieces: 2 }, Item { no: 2, pieces: 3 }];
        Self { id, version: Version::UNSAVED, pieces: 5, items }
    }
}

impl Item {
    fn is_not_empty(&self) -> Result<(), Broken> {
        if self.pieces > 0 { Ok(()) } else { Err(Broken::EmptyItem) }
    }
}
