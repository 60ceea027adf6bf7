//! SQL text. Nothing here names a type of sqlx.

mod dialect;

pub use dialect::Dialect;
