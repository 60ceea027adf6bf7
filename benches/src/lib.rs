//! What is measured: the library beside the same work written by hand with sqlx, on each database.
//!
//! Entry points: [`ours`] is the aggregate that both sides keep, [`baseline`] the code by hand, [`databases`]
//! lends fresh ones, [`wire`] counts what passes between a program and a server. The program `measure` runs one
//! section of `docs/performance.md` at a time.
#![cfg(all(feature = "mysql", feature = "postgres"))]

pub mod agree;
pub mod baseline;
#[cfg(feature = "curves")]
pub mod basket;
pub mod budget;
mod convert;
#[cfg(feature = "curves")]
pub mod curves;
pub mod databases;
#[cfg(feature = "curves")]
pub mod ddl;
pub mod hand;
#[cfg(feature = "curves")]
pub mod hot;
pub mod orders;
pub mod ours;
#[cfg(feature = "curves")]
pub mod plot;
pub mod shapes;
#[cfg(feature = "curves")]
pub mod spread;
pub mod times;
pub mod versions;
pub mod wire;

pub use baseline::model;
pub use databases::Failure;
