//! An aggregate for the tests of this crate: ids of both kinds, at depth three.

use crate::{Aggregate, Entity, Version};

#[derive(Aggregate, Clone, Debug)]
#[aggregate(table = "orders")]
pub(crate) struct Order {
    #[id]
    pub(crate) id: i64,
    #[version]
    pub(crate) version: Version,
    pub(crate) status: String,
    #[child]
    pub(crate) lines: Vec<Line>,
    #[child]
    pub(crate) parcels: Vec<Parcel>,
}

#[derive(Entity, Clone, Debug)]
#[entity(table = "lines")]
pub(crate) struct Line {
    #[id]
    pub(crate) id: i64,
    pub(crate) quantity: i32,
    #[child]
    pub(crate) allocations: Vec<Allocation>,
}

#[derive(Entity, Clone, Debug)]
#[entity(table = "allocations")]
pub(crate) struct Allocation {
    #[id]
    pub(crate) id: i64,
    pub(crate) quantity: i32,
}

#[derive(Entity, Clone, Debug)]
#[entity(table = "parcels")]
pub(crate) struct Parcel {
    #[id(local)]
    pub(crate) no: i32,
    pub(crate) weight: f64,
    #[child]
    pub(crate) stamps: Vec<Stamp>,
}

#[derive(Entity, Clone, Debug)]
#[entity(table = "stamps")]
pub(crate) struct Stamp {
    #[id(local)]
    pub(crate) no: i32,
    pub(crate) text: String,
}

/// Two lines with two allocations each, two parcels with one stamp each.
pub(crate) fn order() -> Order {
    let line = |id| Line {
        id,
        quantity: 1,
        allocations: [10 * id + 1, 10 * id + 2].map(|id| Allocation { id, quantity: 1 }).into(),
    };
    let parcel =
        |no| Parcel { no, weight: 1.0, stamps: vec![Stamp { no: 1, text: String::from("first class") }] };
    Order {
        id: 1,
        version: Version::INITIAL,
        status: String::from("open"),
        lines: vec![line(1), line(2)],
        parcels: vec![parcel(1), parcel(2)],
    }
}
