//! SQL of the caller's own in a unit of work.

use std::fmt;
use std::ops::{Deref, DerefMut};

use tokio::sync::{MappedMutexGuard, MutexGuard};

use super::UnitOfWork;
use super::outcome::Fate;
use super::talk::Talk;
use crate::backend::{After, Backend};
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
        let mut talk = Talk::begin(&self.shared).await?;
        let turn = async move {
            let mut ready = talk.flush().await.map(drop);
            if ready.is_ok() {
                ready = talk.begin_own_sql().await;
            }
            talk.hang_up();
            ready
        };
        self.finish(turn).await?;
        let state = self.shared.conversation.lock().await;
        let connection = MutexGuard::try_map(state, |state| state.transaction.as_deref_mut());
        let connection = connection.map_err(|_| Error::UnitClosed(Closed::Lost))?;
        Ok(UnitConnection { connection })
    }
}

impl<DB: Backend> Talk<DB> {
    /// Lets SQL of the caller's run from here on.
    pub(super) async fn begin_own_sql(&mut self) -> Result<(), Error> {
        if !self.state.own_sql {
            self.mark(OWN).await?;
            self.state.own_sql = true;
        }
        Ok(())
    }

    /// Finds out whether the transaction survived the caller's SQL. Its end may have been a COMMIT, so that nobody
    /// knows what is stored.
    pub(super) async fn end_own_sql(&mut self) -> Result<(), Error> {
        if !std::mem::take(&mut self.state.own_sql) {
            return Ok(());
        }
        let Err(source) = self.unmark(OWN, true).await else { return Ok(()) };
        let after = match self.connection() {
            Ok(conn) => DB::after(conn, DB::meaning(&source)).await.unwrap_or(After::Over),
            Err(error) => return Err(error),
        };
        if after == After::Failed && !self.state.savepoints.is_empty() {
            self.state.failed = true;
            return Err(Error::UnitClosed(Closed::Failed));
        }
        self.end(Closed::Lost, if DB::has_failed(&source) { Fate::Undone } else { Fate::InDoubt }).await;
        Err(Error::UnitClosed(Closed::Lost))
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
