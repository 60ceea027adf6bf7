//! Where aggregates are kept.

mod on;
mod sql;

pub use sql::SqlRepository;
pub(crate) use sql::{in_order, not_found, unique};
