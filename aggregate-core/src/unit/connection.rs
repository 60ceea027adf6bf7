//! SQL of the caller's own in a unit of work.

use std::fmt;
use std::ops::{Deref, DerefMut};

use tokio::sync::{MappedMutexGuard, MutexGuard};

use super::UnitOfWork;
use super::talk::Talk;
use crate::backend::Backend;
use crate::error::{Closed, Error};

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
