//! Repositories of rows, in a database of the test's own.

use std::sync::Arc;

use aggregate_core::{Aggregate, Persist, RowRepository, SqlRepository};
use aggregate_tests::{Lab, Tables};

use crate::Db;

/// Where the repositories of a test come from.
pub(crate) struct Source<'l> {
    lab: &'l Lab<Db>,
}

/// Runs a test.
pub(crate) fn run(test: impl AsyncFnOnce(&Source<'_>)) {
    aggregate_tests::run::<Db>(async |lab| test(&Source { lab }).await);
}

impl Source<'_> {
    /// Whether a save sends statements.
    pub(crate) const SENDS: bool = true;

    /// A repository on tables that are made for it.
    pub(crate) async fn of<A: Aggregate + Persist<Db>>(&self, tables: &Tables) -> Arc<dyn RowRepository<A>> {
        self.lab.create(tables).await;
        Arc::new(SqlRepository::<A, Db>::new(self.lab.pool().clone()))
    }

    /// How many statements with values were sent since this was last asked.
    pub(crate) fn statements(&self) -> usize {
        self.lab.sent().len()
    }
}
