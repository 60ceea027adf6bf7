//! Loading whole aggregates from one snapshot.

mod assemble;
mod describe;
mod query;
mod reader;

pub(crate) use describe::Described;
pub(crate) use query::{load, load_chunks, load_in_snapshot, most_ids, queries};
pub use reader::{KeyReader, RowReader};
