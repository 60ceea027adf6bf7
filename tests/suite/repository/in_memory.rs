//! Repositories in memory.

use std::marker::PhantomData;
use std::sync::Arc;

use aggregate_core::{Aggregate, MemoryRepository, RowRepository};
use aggregate_tests::Tables;

/// Where the repositories of a test come from.
pub(crate) struct Source<'l>(PhantomData<&'l ()>);

/// Runs a test.
pub(crate) fn run(test: impl AsyncFnOnce(&Source<'_>)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(test(&Source(PhantomData)));
}

impl Source<'_> {
    /// Whether a save sends statements.
    pub(crate) const SENDS: bool = false;

    /// An empty repository.
    #[allow(clippy::unused_async, clippy::unused_self, reason = "tables are made where there are such")]
    pub(crate) async fn of<A: Aggregate>(&self, _: &Tables) -> Arc<dyn RowRepository<A>> {
        Arc::new(MemoryRepository::new())
    }

    /// How many statements were sent.
    #[allow(clippy::unused_self, reason = "of rows, a database counts them")]
    pub(crate) fn statements(&self) -> usize {
        0
    }
}
