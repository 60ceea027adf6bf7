//! Ids of two columns, at the root and below it.

use aggregate_core::{Aggregate, Entity, Version};

use crate::Tables;

pub const TABLES: Tables = Tables {
    ddl: "CREATE TABLE shipment (region {name} NOT NULL, number BIGINT NOT NULL, version BIGINT NOT NULL, note TEXT NOT NULL,
            PRIMARY KEY (region, number));
          CREATE TABLE parcel (shipment_region {name} NOT NULL, shipment_number BIGINT NOT NULL, shelf {name} NOT NULL, slot INTEGER NOT NULL,
            weight INTEGER NOT NULL, PRIMARY KEY (shipment_region, shipment_number, shelf, slot));
          CREATE TABLE label (ship_r {name} NOT NULL, ship_n BIGINT NOT NULL, parcel_shelf {name} NOT NULL, parcel_slot INTEGER NOT NULL,
            no INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (ship_r, ship_n, parcel_shelf, parcel_slot, no))",
    keys: &[
        ("shipment", &["region", "number"]),
        ("parcel", &["shipment_region", "shipment_number", "shelf", "slot"]),
        ("label", &["ship_r", "ship_n", "parcel_shelf", "parcel_slot", "no"]),
    ],
};

#[derive(Aggregate, Clone, Debug, PartialEq)]
pub struct Shipment {
    #[id]
    pub region: String,
    #[version]
    pub version: Version,
    #[id]
    pub number: i64,
    pub note: String,
    #[child]
    pub parcels: Vec<Parcel>,
}

#[derive(Entity, Clone, Debug, PartialEq)]
pub struct Parcel {
    #[id(local)]
    pub shelf: String,
    #[id(local)]
    pub slot: i32,
    pub weight: i32,
    #[child(foreign_key("ship_r", "ship_n", "parcel_shelf", "parcel_slot"))]
    pub labels: Vec<Label>,
}

#[derive(Entity, Clone, Debug, PartialEq)]
pub struct Label {
    #[id(local)]
    pub no: i32,
    pub text: String,
}

impl Shipment {
    #[must_use]
    pub fn sample(region: &str, number: i64) -> Self {
        let parcel = |shelf: &str, slot| Parcel {
            shelf: shelf.to_owned(),
            slot,
            weight: 10,
            labels: vec![
                Label { no: 1, text: "first".to_owned() },
                Label { no: 2, text: "second".to_owned() },
            ],
        };
        Self {
            region: region.to_owned(),
            number,
            version: Version::UNSAVED,
            note: "note".to_owned(),
            parcels: vec![parcel("a", 1), parcel("a", 2), parcel("b", 1)],
        }
    }
}
