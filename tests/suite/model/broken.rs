//! Types that do not fit the tables that there are.

use aggregate_core::{Aggregate, Entity, Version};

use crate::Tables;

pub const TABLES: Tables = Tables {
    ddl: "CREATE TABLE sound (id BIGINT PRIMARY KEY, version BIGINT NOT NULL, name TEXT NOT NULL);
          CREATE TABLE sound_part (id BIGINT PRIMARY KEY, sound_id BIGINT NOT NULL, name TEXT NOT NULL)",
    keys: &[("sound", &["id"])],
};

/// Its table is not there.
#[derive(Aggregate, Clone, Debug, PartialEq)]
pub struct Ghost {
    #[id]
    pub id: i64,
    #[version]
    pub version: Version,
}

/// Has a column that its table has not.
#[derive(Aggregate, Clone, Debug, PartialEq)]
#[aggregate(table = "sound")]
pub struct Gap {
    #[id]
    pub id: i64,
    #[version]
    pub version: Version,
    pub nickname: String,
}

/// Has a number where its table has a text.
#[derive(Aggregate, Clone, Debug, PartialEq)]
#[aggregate(table = "sound")]
pub struct Clash {
    #[id]
    pub id: i64,
    #[version]
    pub version: Version,
    pub name: i64,
}

macro_rules! sound_with {
    ($root:ident, $part:ident, $table:literal { $($field:ident: $ty:ty),* }) => {
        #[derive(Aggregate, Clone, Debug, PartialEq)]
        #[aggregate(table = "sound")]
        pub struct $root {
            #[id]
            pub id: i64,
            #[version]
            pub version: Version,
            pub name: String,
            #[child(foreign_key = "sound_id")]
            pub parts: Vec<$part>,
        }

        #[derive(Entity, Clone, Debug, PartialEq)]
        #[entity(table = $table)]
        pub struct $part {
            #[id]
            pub id: i64,
            $(pub $field: $ty,)*
        }

        impl $root {
            #[must_use]
            pub fn new() -> Self {
                Self { id: 1, version: Version::UNSAVED, name: "name".to_owned(), parts: vec![] }
            }
        }

        impl Default for $root {
            fn default() -> Self {
                Self::new()
            }
        }
    };
}

sound_with!(GhostBelow, GhostPart, "no_such_part" {});
sound_with!(GapBelow, GapPart, "sound_part" { nickname: String });
sound_with!(ClashBelow, ClashPart, "sound_part" { name: i64 });

/// The foreign key is not there.
#[derive(Aggregate, Clone, Debug, PartialEq)]
#[aggregate(table = "sound")]
pub struct Unlinked {
    #[id]
    pub id: i64,
    #[version]
    pub version: Version,
    #[child(foreign_key = "owner")]
    pub parts: Vec<UnlinkedPart>,
}

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "sound_part")]
pub struct UnlinkedPart {
    #[id]
    pub id: i64,
    pub name: String,
}
