//! The order of the baselines as an aggregate: 34 rows in 4 tables.

use aggregate_core::{Aggregate, Entity, Version};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// An order.
#[derive(Aggregate, Clone, Debug, PartialEq)]
#[aggregate(table = "orders")]
pub struct Order {
    /// Its id.
    #[id]
    pub id: Uuid,
    /// Its version.
    #[version]
    pub version: Version,
    /// Who ordered.
    pub customer: String,
    /// How far it is.
    pub status: String,
    /// What it costs, in cents.
    pub total: i64,
    /// When it was placed.
    pub placed_at: DateTime<Utc>,
    /// What was ordered.
    #[child(foreign_key = "order_id")]
    pub lines: Vec<Line>,
    /// What was noted about it.
    #[child(foreign_key = "order_id")]
    pub notes: Vec<Note>,
}

/// A line of an order.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "lines")]
pub struct Line {
    /// Its id.
    #[id]
    pub id: Uuid,
    /// What was ordered.
    pub sku: String,
    /// How many.
    pub qty: i32,
    /// The price of one, in cents.
    pub price: i64,
    /// What was noted about it.
    pub note: Option<String>,
    /// Where they are taken from.
    #[child(foreign_key = "line_id")]
    pub allocations: Vec<Allocation>,
}

/// What a warehouse gives to a line.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "allocations")]
pub struct Allocation {
    /// Its id.
    #[id]
    pub id: Uuid,
    /// Which warehouse.
    pub warehouse: String,
    /// How many.
    pub qty: i32,
}

/// A note about an order.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "notes")]
pub struct Note {
    /// Its id.
    #[id]
    pub id: Uuid,
    /// What it says.
    pub body: String,
}
