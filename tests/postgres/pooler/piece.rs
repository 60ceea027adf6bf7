//! Aggregates whose rows tell whose they are.

use std::fmt::Debug;

use aggregate_core::{Aggregate, Persist, Version};
use aggregate_tests::model::bare::Customer;
use aggregate_tests::model::basket::{Basket, Item};
use aggregate_tests::model::document::{Document, Remark};
use aggregate_tests::model::invoice::{Invoice, InvoiceId, Line};
use sqlx::Postgres;

use super::mark;

/// An aggregate of which each client has one.
pub(super) trait Piece:
    Aggregate<Id: Send + Sync> + Persist<Postgres> + Clone + Debug + PartialEq + Send + Sync
{
    /// The id of a client's.
    fn id_of(client: i64) -> Self::Id;
    /// A client's new one.
    fn new(client: i64) -> Self;
    /// Writes the number of a save, and whose it is, into every table.
    fn set(&mut self, client: i64, number: i64);

    /// The number of the save that some row is of.
    fn number(&self) -> i64;

    /// Whether every row is of this client, and of one save.
    fn is_whole(&self, client: i64) -> bool {
        let mut like = self.clone();
        like.set(client, self.number());
        like == *self
    }
}

impl Piece for Customer {
    fn id_of(client: i64) -> i64 {
        client
    }

    fn new(client: i64) -> Self {
        Self::new(client, "")
    }

    fn set(&mut self, client: i64, number: i64) {
        self.id = client;
        self.name = mark(client, number);
    }

    fn number(&self) -> i64 {
        self.name.rsplit(' ').next().and_then(|number| number.parse().ok()).unwrap_or_default()
    }
}

impl Piece for Basket {
    fn id_of(client: i64) -> i64 {
        client
    }

    fn new(client: i64) -> Self {
        Self::sample(client)
    }

    fn set(&mut self, client: i64, number: i64) {
        let pieces = i32::try_from(client * 10_000 + number + 1).expect("small numbers");
        let rows = 1 + i32::try_from(number % 3).expect("a small number");
        self.id = client;
        self.items = (1..=rows).map(|no| Item { no, pieces }).collect();
        self.pieces = pieces * rows;
    }

    fn number(&self) -> i64 {
        self.items.first().map_or(0, |item| i64::from(item.pieces) - self.id * 10_000 - 1).max(0)
    }
}

impl Piece for Invoice {
    fn id_of(client: i64) -> InvoiceId {
        InvoiceId(client)
    }

    fn new(client: i64) -> Self {
        Self::sample(client)
    }

    fn set(&mut self, client: i64, number: i64) {
        let rows = 1 + i32::try_from(number % 4).expect("a small number");
        let line = |no| Line { track: mark(client, number), ..Line::sample(no) };
        let version = self.version;
        *self = Self { version, total: number, customer: client, ..Self::empty(client) };
        self.lines = (1..=rows).map(line).collect();
    }

    fn number(&self) -> i64 {
        self.total
    }
}

impl Piece for Document {
    fn id_of(client: i64) -> i64 {
        client
    }

    fn new(client: i64) -> Self {
        Self::sample(client)
    }

    fn set(&mut self, client: i64, number: i64) {
        let version: Version = self.version;
        *self = Self { version, title: mark(client, number), views: number, ..Self::sample(client) };
        if number % 3 == 0 {
            self.remarks.push(Remark::sample(client * 100 + 3));
        }
        for remark in &mut self.remarks {
            remark.text = mark(client, number);
        }
    }

    fn number(&self) -> i64 {
        self.views
    }
}
