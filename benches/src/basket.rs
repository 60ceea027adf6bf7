//! A root with children in one table, as many as asked for.

use aggregate_core::{Aggregate, Entity, Version};

use crate::ddl::{Int, Table, Text};

/// A root with some columns.
#[derive(Aggregate, Clone, Debug)]
#[aggregate(table = "baskets")]
pub struct Basket {
    /// Its id.
    #[id]
    pub id: i64,
    /// Its version.
    #[version]
    pub version: Version,
    /// Whose it is.
    pub owner: String,
    /// Its children.
    #[child(foreign_key = "basket_id")]
    pub items: Vec<Item>,
}

/// A child with some columns.
#[derive(Entity, Clone, Debug)]
#[entity(table = "items")]
pub struct Item {
    /// Its id, which no other item has.
    #[id]
    pub id: i64,
    /// What it is.
    pub sku: String,
    /// How many.
    pub qty: i64,
    /// The price of one, in cents.
    pub price: i64,
    /// What was noted about it.
    pub note: Option<String>,
}

/// The tables, parents first.
#[must_use]
pub fn tables() -> Vec<Table> {
    let items = Table::new("items").column("sku", Text).column("qty", Int).column("price", Int);
    vec![
        Table::new("baskets").column("version", Int).column("owner", Text),
        items.column("note", Text).below("baskets", "basket_id"),
    ]
}

/// A basket with so many items. The ids of the items follow from the basket's: there is room for a million.
#[must_use]
pub fn basket(id: i64, items: i64) -> Basket {
    let item = |no: i64| Item {
        id: id * 1_000_000 + no,
        sku: format!("sku-{no}"),
        qty: no % 7 + 1,
        price: 100 * (no % 50),
        note: (no % 2 == 0).then(|| format!("note {no}")),
    };
    let owner = format!("customer {id}");
    Basket { id, version: Version::UNSAVED, owner, items: (0..items).map(item).collect() }
}
