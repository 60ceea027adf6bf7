//! Rows with ids of their own that say whom they stand under, and may go elsewhere.

use aggregate_core::{Aggregate, Entity, Version};

use crate::Tables;

pub const TABLES: Tables = Tables {
    ddl: "CREATE TABLE shelf (id BIGINT PRIMARY KEY, version BIGINT NOT NULL, name TEXT NOT NULL);
          CREATE TABLE boxes (id BIGINT PRIMARY KEY, shelf_id BIGINT NOT NULL REFERENCES shelf (id), label TEXT NOT NULL);
          CREATE TABLE spare_boxes (id BIGINT PRIMARY KEY, shelf_id BIGINT NOT NULL REFERENCES shelf (id), label TEXT NOT NULL);
          CREATE TABLE item (id BIGINT PRIMARY KEY, boxed_id BIGINT NOT NULL REFERENCES boxes (id), weight INTEGER NOT NULL,
            touches INTEGER NOT NULL)",
    keys: &[("shelf", &["id"]), ("boxes", &["id"]), ("spare_boxes", &["id"]), ("item", &["id"])],
};

#[derive(Aggregate, Clone, Debug, PartialEq)]
pub struct Shelf {
    #[id]
    pub id: i64,
    #[version]
    pub version: Version,
    pub name: String,
    #[child]
    pub boxes: Vec<Boxed>,
    #[child(table = "spare_boxes", unversioned)]
    pub spare: Vec<Empty>,
}

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "boxes")]
pub struct Boxed {
    #[id]
    pub id: i64,
    pub label: String,
    #[child]
    pub items: Vec<Item>,
}

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "boxes")]
pub struct Empty {
    #[id]
    pub id: i64,
    pub label: String,
}

#[derive(Entity, Clone, Debug, PartialEq)]
pub struct Item {
    #[parent]
    pub within: i64,
    #[id]
    pub id: i64,
    pub weight: i32,
    #[column(unversioned)]
    pub touches: i32,
}

impl Shelf {
    /// Two boxes of two items, whose ids are built from the shelf's: boxes 11 and 12, items 111 and 112, and so on.
    #[must_use]
    pub fn sample(id: i64) -> Self {
        let item = |within, id| Item { within, id, weight: 1, touches: 0 };
        let with_items = |id: i64| Boxed {
            id,
            label: format!("box {id}"),
            items: vec![item(id, id * 10 + 1), item(id, id * 10 + 2)],
        };
        let boxes = vec![with_items(id * 10 + 1), with_items(id * 10 + 2)];
        let spare = vec![Empty { id: id * 10 + 1, label: "spare".to_owned() }];
        Self { id, version: Version::UNSAVED, name: "shelf".to_owned(), boxes, spare }
    }

    /// Puts an item of the first box into the second one.
    pub fn shift(&mut self, item: usize) {
        let mut item = self.boxes[0].items.remove(item);
        item.within = self.boxes[1].id;
        self.boxes[1].items.push(item);
    }
}
