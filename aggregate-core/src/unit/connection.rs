//! SQL of the caller's own in a unit of work.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use tokio::sync::{MappedMutexGuard, MutexGuard};

use super::UnitOfWork;
use super::outcome::Fate;
use super::talk::{Conversation, Talk, roll_back};
use crate::backend::Backend;
use crate::error::{Closed, Error};

/// The savepoint that stands while SQL of the caller's may run: if it is gone, so is the transaction.
const OWN: &str = "aggregate_own";

/// The connection of a unit of work, lent for SQL of your own: `&mut *connection` is an executor.
///
/// Nobody else talks to the unit meanwhile, so drop it before the next call of the unit: a call in the same
/// task would wait for it forever.
pub struct UnitConnection<'u, DB: Backend> {
    connection: MappedMutexGuard<'u, DB::Connection>,
}

impl<DB: Backend> UnitOfWork<DB> {
    /// Lends the connection, after what is queued was sent.
    ///
    /// Your SQL must not end the transaction. Whether it did, or the engine for its sake, is found out by the next
    /// call of the unit, which then says [`Error::UnitClosed`]; as nobody knows how it ended, what was saved here is
    /// in doubt, unless the engine says that it failed.
    ///
    /// Rows of aggregates that you write here bypass their versions.
    ///
    /// # Errors
    ///
    /// Those of [`flush`](Self::flush).
    pub async fn connection(&self) -> Result<UnitConnection<'_, DB>, Error> {
        loop {
            let begin = Talk::begin(Arc::clone(&self.shared));
            let turn = |mut talk: Talk<DB>| async move {
                let mut ready = talk.flush().await.map(drop);
                if ready.is_ok() {
                    ready = talk.begin_own_sql().await;
                }
                talk.hang_up();
                ready
            };
            self.turn(begin, turn).await?;
            let state = self.shared.conversation.lock().await;
            // A call of another handle may have come in between, and taken the savepoint away or ended the unit.
            let lent = |state| MutexGuard::try_map(state, Conversation::lent);
            if let Ok(connection) = lent(state) {
                return Ok(UnitConnection { connection });
            }
        }
    }
}

impl<DB: Backend> Conversation<DB> {
    /// The connection, if SQL of the caller's may run.
    fn lent(&mut self) -> Option<&mut DB::Connection> {
        if self.own_sql { self.transaction.as_deref_mut() } else { None }
    }
}

impl<DB: Backend> Drop for Conversation<DB> {
    fn drop(&mut self) {
        // If the engine ended the transaction for the sake of the caller's SQL, some drivers did not hear of it and
        // would keep the connection in one.
        if self.own_sql
            && let Some(transaction) = self.transaction.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(roll_back(transaction));
        }
    }
}

impl<DB: Backend> Talk<DB> {
    /// Lets SQL of the caller's run from here on.
    pub(super) async fn begin_own_sql(&mut self) -> Result<(), Error> {
        if !self.state.own_sql {
            self.mark(OWN).await?;
            self.state.own_sql = true;
            self.state.others_wrote = true;
        }
        Ok(())
    }

    /// Finds out whether the transaction survived the caller's SQL.
    pub(super) async fn end_own_sql(&mut self) -> Result<(), Error> {
        match self.fate_of_own_sql().await {
            None => Ok(()),
            Some(Fate::Undone) if !self.state.savepoints.is_empty() => {
                self.state.failed = true;
                Err(Error::UnitClosed(Closed::Failed))
            }
            Some(fate) => {
                self.end(Closed::Lost, fate).await;
                Err(Error::UnitClosed(Closed::Lost))
            }
        }
    }

    /// What became of the transaction, if it did not survive the caller's SQL. Its end may have been a COMMIT, so
    /// that nobody knows what is stored.
    pub(super) async fn fate_of_own_sql(&mut self) -> Option<Fate> {
        if !std::mem::take(&mut self.state.own_sql) {
            return None;
        }
        let source = self.unmark(OWN, true).await.err()?;
        Some(if DB::has_failed(&source) { Fate::Undone } else { Fate::InDoubt })
    }
}

impl<DB: Backend> Deref for UnitConnection<'_, DB> {
    type Target = DB::Connection;

    fn deref(&self) -> &DB::Connection {
        &self.connection
    }
}

impl<DB: Backend> DerefMut for UnitConnection<'_, DB> {
    fn deref_mut(&mut self) -> &mut DB::Connection {
        &mut self.connection
    }
}

impl<DB: Backend> fmt::Debug for UnitConnection<'_, DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnitConnection").finish_non_exhaustive()
    }
}
