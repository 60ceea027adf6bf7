//! What is measured: the library beside the same work written by hand with sqlx, on each database.
//!
//! Entry points: [`ours`] is the aggregate that both sides keep, [`baseline`] the code by hand, [`databases`]
//! lends fresh ones. The program `measure` runs one section of `docs/performance.md` at a time.
#![cfg(all(feature = "mysql", feature = "postgres"))]

pub mod baseline;
pub mod basket;
pub mod curves;
pub mod databases;
pub mod ddl;
pub mod hot;
pub mod ours;
pub mod plot;
pub mod spread;

pub use baseline::model;
pub use databases::Failure;
