//! Entities whose own `PartialEq` says nothing about their columns, as domain entities do.

use aggregate_core::{Aggregate, Entity, Version};

use crate::Tables;

pub const TABLES: Tables = Tables {
    ddl: "CREATE TABLE post (id BIGINT PRIMARY KEY, version BIGINT NOT NULL, title TEXT NOT NULL);
          CREATE TABLE comment (id BIGINT PRIMARY KEY, post_id BIGINT NOT NULL REFERENCES post (id), text TEXT NOT NULL);
          CREATE TABLE mood (id BIGINT PRIMARY KEY, post_id BIGINT NOT NULL REFERENCES post (id), text TEXT NOT NULL)",
    keys: &[("post", &["id"]), ("comment", &["id"]), ("mood", &["id"])],
};

/// Equal by id.
#[derive(Aggregate, Clone, Debug)]
pub struct Post {
    #[id]
    pub id: i64,
    #[version]
    pub version: Version,
    pub title: String,
    #[child]
    pub comments: Vec<Comment>,
    #[child]
    pub mood: Option<Mood>,
}

impl PartialEq for Post {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

/// Equal by id.
#[derive(Entity, Clone, Debug)]
pub struct Comment {
    #[id]
    pub id: i64,
    pub text: String,
}

impl PartialEq for Comment {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

/// Equal to nothing, not even to itself.
#[derive(Entity, Clone, Debug)]
pub struct Mood {
    #[id]
    pub id: i64,
    pub text: String,
}

impl PartialEq for Mood {
    fn eq(&self, _: &Self) -> bool {
        false
    }
}

impl Post {
    #[must_use]
    pub fn sample(id: i64) -> Self {
        let comment = |id| Comment { id, text: "text".to_owned() };
        Self {
            id,
            version: Version::UNSAVED,
            title: "title".to_owned(),
            comments: vec![comment(id * 10 + 1), comment(id * 10 + 2)],
            mood: Some(Mood { id, text: "good".to_owned() }),
        }
    }
}
