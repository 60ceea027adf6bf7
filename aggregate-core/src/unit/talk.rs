//! A turn of talking to a unit's transaction, and what an error makes of it.

use std::collections::HashSet;
use std::sync::Arc;

use sqlx::Transaction;
use tokio::sync::OwnedMutexGuard;

use super::outcome::{Fate, Outcome};
use super::place::Place;
use super::savepoint::Mark;
use super::{Shared, lock};
use crate::backend::{After, Backend, Meaning, engine_error};
use crate::error::{Closed, Error};
use crate::line::Line;
use crate::report::SaveReport;
use crate::session::{Purpose, announce};

/// What is known of a unit's transaction, behind the lock that whoever talks to it holds.
pub(super) struct Conversation<DB: Backend> {
    pub(super) transaction: Option<Transaction<'static, DB>>,
    /// Whether SQL of the caller's may have run since we last looked.
    pub(super) own_sql: bool,
    /// Whether SQL of the caller's may have written anything, now or before.
    pub(super) others_wrote: bool,
    /// The caller's savepoints, oldest first.
    pub(super) savepoints: Vec<Mark>,
    /// The number of the last savepoint.
    pub(super) last: u64,
    /// Whether the engine takes nothing until a savepoint is rolled back.
    pub(super) failed: bool,
    /// What was written.
    pub(super) done: Vec<(Outcome, SaveReport)>,
    /// The roots that were written or locked.
    pub(super) held: HashSet<Place>,
}

/// A turn. The transaction is taken out for its time: if the turn does not end as it should, in a panic or with
/// the runtime, the transaction is rolled back.
pub(super) struct Talk<DB: Backend> {
    pub(super) unit: Arc<Shared<DB>>,
    pub(super) state: OwnedMutexGuard<Conversation<DB>>,
    transaction: Option<Transaction<'static, DB>>,
}

impl<DB: Backend> Drop for Talk<DB> {
    fn drop(&mut self) {
        if self.transaction.take().is_some() {
            lock(&self.unit.queue).close(Closed::Lost, Fate::Undone);
        }
    }
}

impl<DB: Backend> Talk<DB> {
    /// Waits for a turn.
    pub(super) async fn begin(unit: Arc<Shared<DB>>) -> Result<Self, Error> {
        let talk = Self::begin_failed(unit).await?;
        if talk.state.failed {
            talk.hang_up();
            return Err(Error::UnitClosed(Closed::Failed));
        }
        Ok(talk)
    }

    /// Waits for a turn, also where only a savepoint can help.
    pub(super) async fn begin_failed(unit: Arc<Shared<DB>>) -> Result<Self, Error> {
        let mut state = Arc::clone(&unit.conversation).lock_owned().await;
        lock(&unit.queue).check_open()?;
        let transaction = state.transaction.take();
        if transaction.is_none() {
            return Err(Error::UnitClosed(Closed::Lost));
        }
        Ok(Self { unit, state, transaction })
    }

    /// Ends the turn.
    pub(super) fn hang_up(mut self) {
        self.state.transaction = self.transaction.take();
    }

    /// The connection. That there is one is seen to when a turn begins and when one is lost.
    pub(super) fn connection(&mut self) -> Result<Line<'_, DB>, Error> {
        let conn = self.transaction.as_deref_mut().ok_or(Error::UnitClosed(Closed::Lost))?;
        Ok(Line { conn, statements: self.unit.statements })
    }

    /// Rolls everything back and closes the unit.
    pub(super) async fn roll_back(&mut self, closed: Closed) {
        self.end(closed, Fate::Undone).await;
    }

    pub(super) async fn end(&mut self, closed: Closed, fate: Fate) {
        if let Some(transaction) = self.transaction.take() {
            lock(&self.unit.queue).close(closed, fate);
            announce::<DB>(Purpose::Rollback, "ROLLBACK");
            roll_back(transaction).await;
        }
    }

    /// Sends what is queued and commits; gives the reports of all that was written.
    pub(super) async fn commit(mut self) -> Result<Vec<SaveReport>, Error> {
        loop {
            if let Err(error) = self.flush().await {
                self.roll_back(Closed::RolledBack).await;
                return Err(error);
            }
            // Another handle may have queued more meanwhile; from here on it cannot.
            if lock(&self.unit.queue).close_if_empty(Closed::Committed, Fate::InDoubt) {
                break;
            }
        }
        let reports: Vec<_> = self.state.done.drain(..).map(|(_, report)| report).collect();
        let Some(transaction) = self.transaction.take() else { return Err(Error::UnitClosed(Closed::Lost)) };
        announce::<DB>(Purpose::Commit, "COMMIT");
        let Err(source) = transaction.commit().await else {
            lock(&self.unit.queue).close(Closed::Committed, Fate::Stored);
            return Ok(reports);
        };
        let meaning = DB::meaning(&source);
        // Where nothing was written there is nothing to be unknown.
        if meaning == Meaning::Lost && (self.state.others_wrote || !reports.is_empty()) {
            // Nobody is to take it for committed.
            lock(&self.unit.queue).close(Closed::Lost, Fate::InDoubt);
            return Err(commit_unknown(&reports, source));
        }
        lock(&self.unit.queue).close(Closed::RolledBack, Fate::Undone);
        Err(match meaning {
            Meaning::Violated(kind) => Error::violated(kind, source).losing_the_transaction(),
            _ => engine_error::<DB>(source).losing_the_transaction(),
        })
    }
}

/// Commands, and what becomes of the unit when the engine refuses something.
impl<DB: Backend> Talk<DB> {
    /// Sets a savepoint.
    pub(super) async fn mark(&mut self, name: &str) -> Result<(), Error> {
        match self.command(Purpose::Savepoint, format!("SAVEPOINT {name}")).await? {
            Ok(()) => Ok(()),
            Err(source) => Err(self.after(engine_error::<DB>(source)).await),
        }
    }

    /// Removes a savepoint, with what came after it or without.
    pub(super) async fn unmark(&mut self, name: &str, keep: bool) -> Result<(), sqlx::Error> {
        let gone = || sqlx::Error::BeginFailed;
        if !keep {
            let back = format!("ROLLBACK TO SAVEPOINT {name}");
            self.command(Purpose::Rollback, back).await.map_err(|_| gone())??;
        }
        let release = format!("RELEASE SAVEPOINT {name}");
        self.command(Purpose::Savepoint, release).await.map_err(|_| gone())?
    }

    pub(super) async fn command(
        &mut self,
        purpose: Purpose,
        sql: String,
    ) -> Result<Result<(), sqlx::Error>, Error> {
        let line = self.connection()?;
        announce::<DB>(purpose, &sql);
        Ok(DB::command(line.conn, sql).await)
    }

    /// What an error of a statement that no savepoint of ours guarded does to the unit.
    pub(super) async fn after(&mut self, error: Error) -> Error {
        let Some(meaning) = error.engine().map(DB::meaning) else { return error };
        let after = match self.connection() {
            Ok(line) => DB::after(line.conn, meaning).await.unwrap_or(After::Over),
            Err(_) => After::Over,
        };
        self.settle_after(after, error).await
    }

    pub(super) async fn settle_after(&mut self, after: After, error: Error) -> Error {
        match after {
            After::GoesOn => error,
            After::Failed if !self.state.savepoints.is_empty() => {
                self.state.failed = true;
                error
            }
            After::Failed | After::Over => self.lose(error).await,
        }
    }

    /// The transaction is over.
    pub(super) async fn lose(&mut self, error: Error) -> Error {
        self.roll_back(Closed::Lost).await;
        error.losing_the_transaction()
    }
}

/// Rolls back, also where the engine has done so without the driver's hearing of it.
pub(super) async fn roll_back<DB: Backend>(mut transaction: Transaction<'static, DB>) {
    DB::after(&mut transaction, Meaning::Other).await.ok();
    // If this fails the connection is broken, which undoes everything too.
    transaction.rollback().await.ok();
}

/// Nobody knows whether these were stored.
fn commit_unknown(reports: &[SaveReport], source: sqlx::Error) -> Error {
    let mut ids = reports.iter().map(|report| (report.aggregate, &report.id));
    let (aggregate, mut id) = ids.next().map_or(("unit of work", String::new()), |(a, id)| (a, id.clone()));
    for (aggregate, more) in ids {
        id = format!("{id}, `{aggregate}` {more}");
    }
    Error::CommitUnknown { aggregate, id, source }
}
