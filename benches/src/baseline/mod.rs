//! The same work by hand: as one writes it at first, and as an expert does.
//!
//! Both know what changed without looking for it, and the loads of `naive` run outside of a transaction, so
//! that they may see half of somebody's save. `more` is in the spirit of its neighbours, for what they leave out.
#![allow(
    missing_docs,
    clippy::pedantic,
    reason = "the code that is compared with stays as it was handed over, but for its layout"
)]

pub mod model;
pub mod mysql;
pub mod postgres;
pub mod sqlite;
