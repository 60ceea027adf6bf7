//! Columns that are written once or never, fields that are not stored, and fields that mirror the parent's key.

use aggregate_core::{Aggregate, Entity, Version};

use crate::Tables;

pub const TABLES: Tables = Tables {
    ddl: "CREATE TABLE ticket (id BIGINT PRIMARY KEY, version BIGINT NOT NULL, opened_by TEXT NOT NULL,
            serial TEXT DEFAULT 'T-1', title TEXT NOT NULL CHECK (title <> 'forbidden'));
          CREATE TABLE reply (ticket_id BIGINT NOT NULL, no INTEGER NOT NULL, author TEXT NOT NULL, text TEXT NOT NULL,
            PRIMARY KEY (ticket_id, no));
          CREATE TABLE reaction (ticket_id BIGINT NOT NULL, reply_no INTEGER NOT NULL, sign {name} NOT NULL, number INTEGER NOT NULL,
            PRIMARY KEY (ticket_id, reply_no, sign))",
    keys: &[
        ("ticket", &["id"]),
        ("reply", &["ticket_id", "no"]),
        ("reaction", &["ticket_id", "reply_no", "sign"]),
    ],
};

#[derive(Aggregate, Clone, Debug, PartialEq)]
pub struct Ticket {
    #[id]
    pub id: i64,
    #[version]
    pub version: Version,
    #[column(insert_only)]
    pub opened_by: String,
    #[column(read_only)]
    pub serial: Option<String>,
    pub title: String,
    #[skip]
    pub seen: u32,
    #[child]
    pub replies: Vec<Reply>,
}

#[derive(Entity, Clone, Debug, PartialEq)]
pub struct Reply {
    #[parent]
    pub ticket: i64,
    #[id(local)]
    pub no: i32,
    #[column(insert_only)]
    pub author: String,
    pub text: String,
    #[child]
    pub reactions: Vec<Reaction>,
}

#[derive(Entity, Clone, Debug, PartialEq)]
pub struct Reaction {
    #[parent]
    pub ticket: i64,
    #[parent]
    pub reply: i32,
    #[id(local)]
    pub sign: String,
    pub number: i32,
}

impl Ticket {
    #[must_use]
    pub fn sample(id: i64) -> Self {
        Self {
            id,
            version: Version::UNSAVED,
            opened_by: "someone".to_owned(),
            serial: None,
            title: "title".to_owned(),
            seen: 0,
            replies: vec![Reply::sample(id, 1), Reply::sample(id, 2)],
        }
    }
}

impl Reply {
    #[must_use]
    pub fn sample(ticket: i64, no: i32) -> Self {
        let reactions = vec![Reaction { ticket, reply: no, sign: "+".to_owned(), number: 1 }];
        Self { ticket, no, author: "someone".to_owned(), text: format!("reply {no}"), reactions }
    }
}
