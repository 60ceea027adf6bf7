//! Where aggregates are kept.

mod sql;

pub use sql::SqlRepository;
