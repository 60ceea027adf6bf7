//! The aggregates that the tests save, each with its tables.

pub mod account;
pub mod bare;
pub mod basket;
pub mod board;
pub mod broken;
pub mod comment;
pub mod document;
pub mod invoice;
pub mod order;
pub mod pairs;
pub mod person;
pub mod reading;
pub mod shelf;
pub mod shipment;
pub mod team;
pub mod ticket;
pub mod tower;
pub mod wide;
