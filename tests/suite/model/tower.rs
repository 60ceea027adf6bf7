//! Five levels below the root.

use aggregate_core::{Aggregate, Entity, Version};

use crate::Tables;

pub const TABLES: Tables = Tables {
    ddl: "CREATE TABLE tower (id BIGINT PRIMARY KEY, version BIGINT NOT NULL, name TEXT NOT NULL);
          CREATE TABLE floor1 (id BIGINT PRIMARY KEY, tower_id BIGINT NOT NULL REFERENCES tower (id), name TEXT NOT NULL);
          CREATE TABLE floor2 (id BIGINT PRIMARY KEY, floor1_id BIGINT NOT NULL REFERENCES floor1 (id), name TEXT NOT NULL);
          CREATE TABLE floor3 (id BIGINT PRIMARY KEY, floor2_id BIGINT NOT NULL REFERENCES floor2 (id), name TEXT NOT NULL);
          CREATE TABLE floor4 (id BIGINT PRIMARY KEY, floor3_id BIGINT NOT NULL REFERENCES floor3 (id), name TEXT NOT NULL);
          CREATE TABLE floor5 (id BIGINT PRIMARY KEY, floor4_id BIGINT NOT NULL REFERENCES floor4 (id), name TEXT NOT NULL)",
    keys: &[
        ("tower", &["id"]),
        ("floor1", &["id"]),
        ("floor2", &["id"]),
        ("floor3", &["id"]),
        ("floor4", &["id"]),
        ("floor5", &["id"]),
    ],
};

#[derive(Aggregate, Clone, Debug, PartialEq)]
pub struct Tower {
    #[id]
    pub id: i64,
    #[version]
    pub version: Version,
    pub name: String,
    #[child]
    pub below: Vec<Floor1>,
}

macro_rules! floor {
    ($floor:ident, $below:ident, $table:literal) => {
        #[derive(Entity, Clone, Debug, PartialEq)]
        #[entity(table = $table)]
        pub struct $floor {
            #[id]
            pub id: i64,
            pub name: String,
            #[child]
            pub below: Vec<$below>,
        }

        impl $floor {
            /// Alone.
            #[must_use]
            pub fn new(id: i64) -> Self {
                Self { id, name: format!("floor {id}"), below: vec![] }
            }

            /// With two below it, and so on to the ground; ids are the path from the root, a digit a level.
            #[must_use]
            pub fn sample(id: i64) -> Self {
                Self {
                    below: vec![$below::sample(id * 10 + 1), $below::sample(id * 10 + 2)],
                    ..Self::new(id)
                }
            }
        }
    };
}

floor!(Floor1, Floor2, "floor1");
floor!(Floor2, Floor3, "floor2");
floor!(Floor3, Floor4, "floor3");
floor!(Floor4, Floor5, "floor4");

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "floor5")]
pub struct Floor5 {
    #[id]
    pub id: i64,
    pub name: String,
}

impl Floor5 {
    #[must_use]
    pub fn new(id: i64) -> Self {
        Self { id, name: format!("floor {id}") }
    }

    #[must_use]
    pub fn sample(id: i64) -> Self {
        Self::new(id)
    }
}

impl Tower {
    #[must_use]
    pub fn sample(id: i64) -> Self {
        let below = vec![Floor1::sample(id * 10 + 1), Floor1::sample(id * 10 + 2)];
        Self { id, version: Version::UNSAVED, name: "tower".to_owned(), below }
    }
}
