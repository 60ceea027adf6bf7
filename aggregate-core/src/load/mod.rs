//! Loading whole aggregates from one snapshot.

mod reader;

pub use reader::{KeyReader, RowReader};
