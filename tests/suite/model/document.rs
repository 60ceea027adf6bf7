//! Columns and collections that the version does not guard: a document whose readers count views and leave
//! remarks while its authors edit it.

use aggregate_core::{Aggregate, Entity, Version};

use crate::Tables;

pub const TABLES: Tables = Tables {
    ddl: "CREATE TABLE document (id BIGINT PRIMARY KEY, version BIGINT NOT NULL, title TEXT NOT NULL, views BIGINT NOT NULL);
          CREATE TABLE section (document_id BIGINT NOT NULL REFERENCES document (id), no INTEGER NOT NULL, text TEXT NOT NULL,
            likes INTEGER NOT NULL, note TEXT, tags {json} NOT NULL, PRIMARY KEY (document_id, no));
          CREATE TABLE mark (document_id BIGINT NOT NULL, section_no INTEGER NOT NULL, who {name} NOT NULL, color TEXT NOT NULL,
            PRIMARY KEY (document_id, section_no, who), FOREIGN KEY (document_id, section_no) REFERENCES section (document_id, no));
          CREATE TABLE remark (id BIGINT PRIMARY KEY, document_id BIGINT NOT NULL REFERENCES document (id), text TEXT NOT NULL,
            stars INTEGER NOT NULL);
          CREATE TABLE answer (id BIGINT PRIMARY KEY, remark_id BIGINT NOT NULL REFERENCES remark (id), text TEXT NOT NULL);
          CREATE TABLE thanks (id BIGINT PRIMARY KEY, answer_id BIGINT NOT NULL REFERENCES answer (id), who TEXT NOT NULL)",
    keys: KEYS,
};

/// The same tables without foreign keys, so that the root is all that a save can wait for.
pub const LOOSE_TABLES: Tables = Tables {
    ddl: "CREATE TABLE document (id BIGINT PRIMARY KEY, version BIGINT NOT NULL, title TEXT NOT NULL, views BIGINT NOT NULL);
          CREATE TABLE section (document_id BIGINT NOT NULL, no INTEGER NOT NULL, text TEXT NOT NULL,
            likes INTEGER NOT NULL, note TEXT, tags {json} NOT NULL, PRIMARY KEY (document_id, no));
          CREATE TABLE mark (document_id BIGINT NOT NULL, section_no INTEGER NOT NULL, who {name} NOT NULL, color TEXT NOT NULL,
            PRIMARY KEY (document_id, section_no, who));
          CREATE TABLE remark (id BIGINT PRIMARY KEY, document_id BIGINT NOT NULL, text TEXT NOT NULL, stars INTEGER NOT NULL);
          CREATE TABLE answer (id BIGINT PRIMARY KEY, remark_id BIGINT NOT NULL, text TEXT NOT NULL);
          CREATE TABLE thanks (id BIGINT PRIMARY KEY, answer_id BIGINT NOT NULL, who TEXT NOT NULL)",
    keys: KEYS,
};

const KEYS: &[(&str, &[&str])] = &[
    ("document", &["id"]),
    ("section", &["document_id", "no"]),
    ("mark", &["document_id", "section_no", "who"]),
    ("remark", &["id"]),
    ("answer", &["id"]),
    ("thanks", &["id"]),
];

#[derive(Aggregate, Clone, Debug, PartialEq)]
pub struct Document {
    #[id]
    pub id: i64,
    #[version]
    pub version: Version,
    pub title: String,
    #[column(unversioned)]
    pub views: i64,
    #[child]
    pub sections: Vec<Section>,
    #[child(unversioned)]
    pub remarks: Vec<Remark>,
}

#[derive(Entity, Clone, Debug, PartialEq)]
pub struct Section {
    #[id(local)]
    pub no: i32,
    pub text: String,
    #[column(unversioned)]
    pub likes: i32,
    #[column(unversioned)]
    pub note: Option<String>,
    #[column(json, unversioned)]
    pub tags: Vec<String>,
    #[child(unversioned)]
    pub marks: Vec<Mark>,
}

#[derive(Entity, Clone, Debug, PartialEq)]
pub struct Mark {
    #[id(local)]
    pub who: String,
    pub color: String,
}

#[derive(Entity, Clone, Debug, PartialEq)]
pub struct Remark {
    #[id]
    pub id: i64,
    pub text: String,
    pub stars: i32,
    #[child]
    pub answers: Vec<Answer>,
}

#[derive(Entity, Clone, Debug, PartialEq)]
pub struct Answer {
    #[id]
    pub id: i64,
    pub text: String,
    #[child]
    pub thanks: Vec<Thanks>,
}

#[derive(Entity, Clone, Debug, PartialEq)]
pub struct Thanks {
    #[id]
    pub id: i64,
    pub who: String,
}

impl Document {
    /// Two sections with a mark each, two remarks with an answer each: of document 1, remarks 101 and 102 with
    /// answers 1010 and 1020.
    #[must_use]
    pub fn sample(id: i64) -> Self {
        Self {
            id,
            version: Version::UNSAVED,
            title: "title".to_owned(),
            views: 0,
            sections: vec![Section::sample(1), Section::sample(2)],
            remarks: vec![Remark::sample(id * 100 + 1), Remark::sample(id * 100 + 2)],
        }
    }
}

impl Section {
    #[must_use]
    pub fn sample(no: i32) -> Self {
        let marks = vec![Mark { who: "ann".to_owned(), color: "red".to_owned() }];
        Self { no, text: format!("section {no}"), likes: 0, note: None, tags: vec![], marks }
    }
}

impl Remark {
    #[must_use]
    pub fn sample(id: i64) -> Self {
        Self { answers: vec![Answer::plain(id * 10)], ..Self::plain(id) }
    }

    /// A remark without answers.
    #[must_use]
    pub fn plain(id: i64) -> Self {
        Self { id, text: format!("remark {id}"), stars: 0, answers: vec![] }
    }
}

impl Answer {
    /// An answer without thanks.
    #[must_use]
    pub fn plain(id: i64) -> Self {
        Self { id, text: "answer".to_owned(), thanks: vec![] }
    }
}
