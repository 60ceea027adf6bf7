//! Ids that are unique in their tables, and every shape of a child field, three levels deep.

use aggregate_core::{Aggregate, Entity};

use crate::Tables;

pub const TABLES: Tables = Tables {
    ddl: "CREATE TABLE board (id BIGINT PRIMARY KEY, version BIGINT NOT NULL, title TEXT NOT NULL);
          CREATE TABLE settings (id BIGINT PRIMARY KEY, board_id BIGINT NOT NULL REFERENCES board (id), theme TEXT NOT NULL);
          CREATE TABLE cover (id BIGINT PRIMARY KEY, board_id BIGINT NOT NULL REFERENCES board (id), url TEXT NOT NULL);
          CREATE TABLE lists (id BIGINT PRIMARY KEY, board_id BIGINT NOT NULL REFERENCES board (id), name TEXT NOT NULL);
          CREATE TABLE quota (id BIGINT PRIMARY KEY, list_id BIGINT NOT NULL REFERENCES lists (id), most INTEGER);
          CREATE TABLE card (id BIGINT PRIMARY KEY, list_id BIGINT NOT NULL REFERENCES lists (id), text TEXT NOT NULL, points INTEGER NOT NULL);
          CREATE TABLE badge (id BIGINT PRIMARY KEY, card_id BIGINT NOT NULL REFERENCES card (id), label TEXT NOT NULL);
          CREATE TABLE step (id BIGINT PRIMARY KEY, card_id BIGINT NOT NULL REFERENCES card (id), done BOOLEAN NOT NULL)",
    keys: &[
        ("board", &["id"]),
        ("settings", &["id"]),
        ("cover", &["id"]),
        ("lists", &["id"]),
        ("quota", &["id"]),
        ("card", &["id"]),
        ("badge", &["id"]),
        ("step", &["id"]),
    ],
};

/// The same tables with foreign keys that delete what stands below a deleted row.
pub const CASCADING_TABLES: Tables = Tables {
    ddl: "CREATE TABLE board (id BIGINT PRIMARY KEY, version BIGINT NOT NULL, title TEXT NOT NULL);
          CREATE TABLE settings (id BIGINT PRIMARY KEY, board_id BIGINT NOT NULL REFERENCES board (id) ON DELETE CASCADE, theme TEXT NOT NULL);
          CREATE TABLE cover (id BIGINT PRIMARY KEY, board_id BIGINT NOT NULL REFERENCES board (id) ON DELETE CASCADE, url TEXT NOT NULL);
          CREATE TABLE lists (id BIGINT PRIMARY KEY, board_id BIGINT NOT NULL REFERENCES board (id) ON DELETE CASCADE, name TEXT NOT NULL);
          CREATE TABLE quota (id BIGINT PRIMARY KEY, list_id BIGINT NOT NULL REFERENCES lists (id) ON DELETE CASCADE, most INTEGER);
          CREATE TABLE card (id BIGINT PRIMARY KEY, list_id BIGINT NOT NULL REFERENCES lists (id) ON DELETE CASCADE, text TEXT NOT NULL, points INTEGER NOT NULL);
          CREATE TABLE badge (id BIGINT PRIMARY KEY, card_id BIGINT NOT NULL REFERENCES card (id) ON DELETE CASCADE, label TEXT NOT NULL);
          CREATE TABLE step (id BIGINT PRIMARY KEY, card_id BIGINT NOT NULL REFERENCES card (id) ON DELETE CASCADE, done BOOLEAN NOT NULL)",
    keys: TABLES.keys,
};

#[derive(Aggregate, Clone, Debug, PartialEq)]
pub struct Board {
    #[id]
    pub id: i64,
    #[version]
    pub version: i64,
    pub title: String,
    #[child]
    pub settings: Box<Settings>,
    #[child]
    pub cover: Option<Cover>,
    #[child]
    pub lists: Vec<List>,
}

#[derive(Entity, Clone, Debug, PartialEq)]
pub struct Settings {
    #[id]
    pub id: i64,
    pub theme: String,
}

#[derive(Entity, Clone, Debug, PartialEq)]
pub struct Cover {
    #[id]
    pub id: i64,
    pub url: String,
}

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "lists")]
pub struct List {
    #[id]
    pub id: i64,
    pub name: String,
    #[child]
    pub quota: Option<Box<Quota>>,
    #[child]
    pub cards: Vec<Card>,
}

#[derive(Entity, Clone, Debug, PartialEq)]
pub struct Quota {
    #[id]
    pub id: i64,
    #[column(unversioned)]
    pub most: Option<i32>,
}

#[derive(Entity, Clone, Debug, PartialEq)]
pub struct Card {
    #[id]
    pub id: i64,
    pub text: String,
    pub points: i32,
    #[child]
    pub badge: Option<Badge>,
    #[child]
    pub steps: Vec<Box<Step>>,
}

#[derive(Entity, Clone, Debug, PartialEq)]
pub struct Badge {
    #[id]
    pub id: i64,
    pub label: String,
}

#[derive(Entity, Clone, Debug, PartialEq)]
pub struct Step {
    #[id]
    pub id: i64,
    pub done: bool,
}

impl Board {
    /// A board without lists.
    #[must_use]
    pub fn empty(id: i64) -> Self {
        let settings = Box::new(Settings { id, theme: "dark".to_owned() });
        Self { id, version: -1, title: format!("board {id}"), settings, cover: None, lists: vec![] }
    }

    /// Two lists of two cards with two steps each; ids are built from the board's: list 11, card 111, step 1111.
    #[must_use]
    pub fn sample(id: i64) -> Self {
        let cover = Some(Cover { id, url: "a".to_owned() });
        Self { cover, lists: vec![List::sample(id * 10 + 1), List::sample(id * 10 + 2)], ..Self::empty(id) }
    }
}

impl List {
    #[must_use]
    pub fn empty(id: i64) -> Self {
        Self { id, name: format!("list {id}"), quota: None, cards: vec![] }
    }

    #[must_use]
    pub fn sample(id: i64) -> Self {
        let quota = Some(Box::new(Quota { id, most: Some(9) }));
        Self { quota, cards: vec![Card::sample(id * 10 + 1), Card::sample(id * 10 + 2)], ..Self::empty(id) }
    }
}

impl Card {
    #[must_use]
    pub fn empty(id: i64) -> Self {
        Self { id, text: format!("card {id}"), points: 1, badge: None, steps: vec![] }
    }

    #[must_use]
    pub fn sample(id: i64) -> Self {
        let badge = Some(Badge { id, label: "new".to_owned() });
        Self { badge, steps: vec![Step::new(id * 10 + 1), Step::new(id * 10 + 2)], ..Self::empty(id) }
    }
}

impl Step {
    #[must_use]
    pub fn new(id: i64) -> Box<Self> {
        Box::new(Self { id, done: false })
    }
}
