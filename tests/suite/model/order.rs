//! What goes out as JSON and comes back: ids of both kinds, parts that no version guards, a rule of the domain.

use std::fmt;

use aggregate_core::{Aggregate, Entity, Version};
use serde::{Deserialize, Serialize};

use crate::Tables;

pub const TABLES: Tables = Tables {
    ddl: "CREATE TABLE orders (tenant INTEGER NOT NULL, number BIGINT NOT NULL, version BIGINT NOT NULL, status {name} NOT NULL,
            views INTEGER NOT NULL, serial TEXT, PRIMARY KEY (tenant, number));
          CREATE TABLE \"order_lines\" (id BIGINT PRIMARY KEY, order_tenant INTEGER NOT NULL, order_number BIGINT NOT NULL,
            sku TEXT NOT NULL, quantity INTEGER NOT NULL, looks INTEGER NOT NULL,
            FOREIGN KEY (order_tenant, order_number) REFERENCES orders (tenant, number));
          CREATE TABLE picks (line_id BIGINT NOT NULL REFERENCES \"order_lines\" (id), no INTEGER NOT NULL, bin TEXT NOT NULL,
            PRIMARY KEY (line_id, no));
          CREATE TABLE remarks (order_tenant INTEGER NOT NULL, order_number BIGINT NOT NULL, no INTEGER NOT NULL, text TEXT NOT NULL,
            PRIMARY KEY (order_tenant, order_number, no),
            FOREIGN KEY (order_tenant, order_number) REFERENCES orders (tenant, number))",
    keys: &[
        ("orders", &["tenant", "number"]),
        ("order_lines", &["id"]),
        ("picks", &["line_id", "no"]),
        ("remarks", &["order_tenant", "order_number", "no"]),
    ],
};

#[derive(Aggregate, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[aggregate(table = "orders", invariant = Order::has_no_empty_line)]
pub struct Order {
    #[id]
    pub tenant: i32,
    #[id]
    pub number: i64,
    #[version]
    #[serde(default)]
    pub version: Version,
    pub status: String,
    #[column(unversioned)]
    pub views: i32,
    #[column(read_only)]
    pub serial: Option<String>,
    #[skip]
    #[serde(skip)]
    pub scratch: u32,
    #[child]
    pub lines: Vec<Line>,
    #[child(unversioned)]
    pub remarks: Vec<Remark>,
}

#[derive(Entity, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[entity(table = "order_lines")]
pub struct Line {
    #[id]
    pub id: i64,
    pub sku: String,
    pub quantity: i32,
    #[column(unversioned)]
    pub looks: i32,
    #[child]
    pub picks: Vec<Pick>,
}

#[derive(Entity, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[entity(table = "picks")]
pub struct Pick {
    #[id(local)]
    pub no: i32,
    pub bin: String,
}

#[derive(Entity, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[entity(table = "remarks")]
pub struct Remark {
    #[id(local)]
    pub no: i32,
    pub text: String,
}

/// What the domain forbids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EmptyLine(pub i64);

impl fmt::Display for EmptyLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} orders nothing", self.0)
    }
}

impl std::error::Error for EmptyLine {}

impl Order {
    fn has_no_empty_line(&self) -> Result<(), EmptyLine> {
        self.lines.iter().find(|line| line.quantity <= 0).map_or(Ok(()), |line| Err(EmptyLine(line.id)))
    }

    /// Two lines with two picks each, one remark; the ids of lines are built from the number: 11 and 12.
    #[must_use]
    pub fn sample(number: i64) -> Self {
        Self {
            tenant: 1,
            number,
            version: Version::UNSAVED,
            status: "open".to_owned(),
            views: 0,
            serial: None,
            scratch: 0,
            lines: vec![Line::sample(number * 10 + 1), Line::sample(number * 10 + 2)],
            remarks: vec![Remark::new(1)],
        }
    }

    #[must_use]
    pub fn key(&self) -> (i32, i64) {
        (self.tenant, self.number)
    }
}

impl Line {
    #[must_use]
    pub fn plain(id: i64) -> Self {
        Self { id, sku: format!("sku {id}"), quantity: 1, looks: 0, picks: vec![] }
    }

    #[must_use]
    pub fn sample(id: i64) -> Self {
        let pick = |no| Pick { no, bin: format!("bin {no}") };
        Self { picks: vec![pick(1), pick(2)], ..Self::plain(id) }
    }
}

impl Remark {
    #[must_use]
    pub fn new(no: i32) -> Self {
        Self { no, text: format!("remark {no}") }
    }
}
