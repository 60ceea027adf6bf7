//! Every kind of value that a column can hold.

use aggregate_core::{Aggregate, Entity, Version};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use sqlx::types::Uuid;

use crate::Tables;

pub const TABLES: Tables = Tables {
    ddl: "CREATE TABLE \"Readings\" (id {uuid} PRIMARY KEY, version BIGINT NOT NULL, value {double} NOT NULL, peak {double},
            taken {time} NOT NULL, local_time {naive_time}, day DATE, note TEXT NOT NULL, remark TEXT, counter BIGINT NOT NULL,
            small SMALLINT NOT NULL, good BOOLEAN NOT NULL, raw {bytes} NOT NULL, tags {json} NOT NULL, origin {json},
            status TEXT NOT NULL, grade INTEGER NOT NULL, ratio {double} NOT NULL, type TEXT NOT NULL,
            \"order\" INTEGER NOT NULL, \"Mixed Case\" INTEGER NOT NULL);
          CREATE TABLE sample (\"select\" {name} PRIMARY KEY, reading_id {uuid} NOT NULL, \"from\" {double}, taken {time},
            unit {uuid}, extra {json} NOT NULL, raw {bytes}, good BOOLEAN, small SMALLINT, status TEXT NOT NULL, grade INTEGER)",
    keys: &[("Readings", &["id"]), ("sample", &["select"])],
};

#[derive(Aggregate, Clone, Debug, PartialEq)]
#[aggregate(table = "Readings")]
pub struct Reading {
    #[id]
    pub id: ReadingId,
    #[version]
    pub version: Version,
    pub value: f64,
    pub peak: Option<f64>,
    pub taken: DateTime<Utc>,
    pub local_time: Option<NaiveDateTime>,
    pub day: Option<NaiveDate>,
    pub note: String,
    pub remark: Option<String>,
    pub counter: i64,
    pub small: i16,
    pub good: bool,
    pub raw: Vec<u8>,
    #[column(json)]
    pub tags: Vec<String>,
    #[column(json)]
    pub origin: Option<Origin>,
    #[column(try_from = String)]
    pub status: Status,
    pub grade: Grade,
    #[column(same = Ratio::same)]
    pub ratio: Ratio,
    pub r#type: String,
    pub order: i32,
    #[column(name = "Mixed Case")]
    pub mixed: i32,
    #[child]
    pub samples: Vec<Sample>,
}

#[derive(Entity, Clone, Debug, PartialEq)]
pub struct Sample {
    #[id]
    #[column(name = "select")]
    pub select: SampleId,
    pub from: Option<f64>,
    pub taken: Option<DateTime<Utc>>,
    pub unit: Option<Uuid>,
    #[column(json)]
    pub extra: Option<Origin>,
    pub raw: Option<Vec<u8>>,
    pub good: Option<bool>,
    pub small: Option<i16>,
    #[column(try_from = String)]
    pub status: Status,
    pub grade: Option<Grade>,
}

impl Sample {
    /// With nothing where nothing can be.
    #[must_use]
    pub fn empty(select: &str) -> Self {
        Self {
            select: SampleId(select.to_owned()),
            from: None,
            taken: None,
            unit: None,
            extra: None,
            raw: None,
            good: None,
            small: None,
            status: Status::Open,
            grade: None,
        }
    }

    /// With something everywhere.
    #[must_use]
    pub fn full(select: &str) -> Self {
        Self {
            select: SampleId(select.to_owned()),
            from: Some(2.5),
            taken: DateTime::from_timestamp(1_700_000_000, 5_000),
            unit: Some(Uuid::from_u128(7)),
            extra: Some(Origin { device: "d".to_owned(), channel: 3 }),
            raw: Some(vec![1, 2, 3]),
            good: Some(true),
            small: Some(-7),
            status: Status::Closed,
            grade: Some(Grade::High),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(transparent)]
pub struct ReadingId(pub Uuid);

#[derive(Clone, Debug, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(transparent)]
pub struct SampleId(pub String);

#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Origin {
    pub device: String,
    pub channel: u8,
}

/// Kept as a text that is one of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Open,
    Closed,
}

impl From<Status> for String {
    fn from(status: Status) -> Self {
        match status {
            Status::Open => "open",
            Status::Closed => "closed",
        }
        .to_owned()
    }
}

impl TryFrom<String> for Status {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.as_str() {
            "open" => Ok(Self::Open),
            "closed" => Ok(Self::Closed),
            other => Err(format!("no status is called {other}")),
        }
    }
}

/// Kept as its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[repr(i32)]
pub enum Grade {
    Low = 1,
    High = 2,
}

/// A newtype over a float, which says itself what is the same.
#[derive(Clone, Copy, Debug, PartialEq, sqlx::Type)]
#[sqlx(transparent)]
pub struct Ratio(pub f64);

impl Ratio {
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Reading {
    #[must_use]
    pub fn sample(id: u128) -> Self {
        Self {
            id: ReadingId(Uuid::from_u128(id)),
            version: Version::UNSAVED,
            value: 1.5,
            peak: None,
            taken: DateTime::from_timestamp(1_700_000_000, 123_456_000).unwrap_or_default(),
            local_time: None,
            day: None,
            note: "note".to_owned(),
            remark: None,
            counter: 1,
            small: -1,
            good: true,
            raw: vec![0, 255],
            tags: vec!["a".to_owned()],
            origin: None,
            status: Status::Open,
            grade: Grade::Low,
            ratio: Ratio(0.5),
            r#type: "t".to_owned(),
            order: 1,
            mixed: 2,
            samples: vec![],
        }
    }
}
