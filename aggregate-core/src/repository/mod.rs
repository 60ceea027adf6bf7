//! Where aggregates are kept.

mod contract;
mod ext;
mod found;
mod memory;
mod on;
mod rejected;
mod retry;
mod rows;
mod shared;
mod sql;

pub use contract::{Explanation, Repository, RowRepository};
pub use ext::RepositoryExt;
pub(crate) use found::{in_order, not_found, not_found_all, unique};
pub use memory::MemoryRepository;
pub use rejected::Rejected;
pub use retry::{RetryPolicy, UpdateError, Updated};
pub use sql::SqlRepository;
