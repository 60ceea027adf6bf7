//! Local ids down to the third level below the root.

use aggregate_core::{Aggregate, Entity, Version};

use crate::Tables;

pub const TABLES: Tables = Tables {
    ddl: "CREATE TABLE invoices (id BIGINT PRIMARY KEY, version BIGINT NOT NULL, customer BIGINT NOT NULL, total BIGINT NOT NULL);
          CREATE TABLE \"lines\" (invoice_id BIGINT NOT NULL REFERENCES invoices (id), no INTEGER NOT NULL,
            track TEXT NOT NULL, quantity INTEGER NOT NULL, PRIMARY KEY (invoice_id, no));
          CREATE TABLE allocations (invoice_id BIGINT NOT NULL, line_no INTEGER NOT NULL, warehouse INTEGER NOT NULL,
            amount INTEGER NOT NULL, PRIMARY KEY (invoice_id, line_no, warehouse),
            FOREIGN KEY (invoice_id, line_no) REFERENCES \"lines\" (invoice_id, no));
          CREATE TABLE batches (invoice_id BIGINT NOT NULL, line_no INTEGER NOT NULL, allocation_warehouse INTEGER NOT NULL,
            code {name} NOT NULL, pieces INTEGER NOT NULL, PRIMARY KEY (invoice_id, line_no, allocation_warehouse, code),
            FOREIGN KEY (invoice_id, line_no, allocation_warehouse) REFERENCES allocations (invoice_id, line_no, warehouse))",
    keys: &[
        ("invoices", &["id"]),
        ("lines", &["invoice_id", "no"]),
        ("allocations", &["invoice_id", "line_no", "warehouse"]),
        ("batches", &["invoice_id", "line_no", "allocation_warehouse", "code"]),
    ],
};

/// The same tables without any constraint, for rows that should not be.
pub const LOOSE_TABLES: Tables = Tables {
    ddl: "CREATE TABLE invoices (id BIGINT, version BIGINT, customer BIGINT, total BIGINT);
          CREATE TABLE \"lines\" (invoice_id BIGINT, no INTEGER, track TEXT, quantity INTEGER);
          CREATE TABLE allocations (invoice_id BIGINT, line_no INTEGER, warehouse INTEGER, amount INTEGER);
          CREATE TABLE batches (invoice_id BIGINT, line_no INTEGER, allocation_warehouse INTEGER, code TEXT, pieces INTEGER)",
    keys: TABLES.keys,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(transparent)]
pub struct InvoiceId(pub i64);

#[derive(Aggregate, Clone, Debug, PartialEq)]
#[aggregate(table = "invoices")]
pub struct Invoice {
    #[id]
    pub id: InvoiceId,
    #[version]
    pub version: Version,
    pub customer: i64,
    pub total: i64,
    #[child]
    pub lines: Vec<Line>,
}

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "lines")]
pub struct Line {
    #[id(local)]
    pub no: i32,
    pub track: String,
    pub quantity: i32,
    #[child]
    pub allocations: Vec<Allocation>,
}

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "allocations")]
pub struct Allocation {
    #[id(local)]
    pub warehouse: i32,
    pub amount: i32,
    #[child]
    pub batches: Vec<Batch>,
}

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "batches")]
pub struct Batch {
    #[id(local)]
    pub code: String,
    pub pieces: i32,
}

impl Invoice {
    /// An invoice without lines.
    #[must_use]
    pub fn empty(id: i64) -> Self {
        Self { id: InvoiceId(id), version: Version::UNSAVED, customer: 7, total: 0, lines: vec![] }
    }

    /// Two lines, with two warehouses each, with two batches each; the numbers are the same under every parent.
    #[must_use]
    pub fn sample(id: i64) -> Self {
        Self { total: 30, lines: vec![Line::sample(1), Line::sample(2)], ..Self::empty(id) }
    }
}

impl Line {
    /// A line with nothing below it.
    #[must_use]
    pub fn plain(no: i32) -> Self {
        Self { no, track: format!("track {no}"), quantity: no, allocations: vec![] }
    }

    #[must_use]
    pub fn sample(no: i32) -> Self {
        Self { allocations: vec![Allocation::sample(1), Allocation::sample(2)], ..Self::plain(no) }
    }
}

impl Allocation {
    #[must_use]
    pub fn sample(warehouse: i32) -> Self {
        Self { warehouse, amount: 5, batches: vec![Batch::new("a"), Batch::new("b")] }
    }
}

impl Batch {
    #[must_use]
    pub fn new(code: &str) -> Self {
        Self { code: code.to_owned(), pieces: 1 }
    }
}
