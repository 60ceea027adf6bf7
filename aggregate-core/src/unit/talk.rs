//! A turn of talking to a unit's transaction.

use std::collections::HashSet;
use std::sync::Arc;

use sqlx::Transaction;
use tokio::sync::OwnedMutexGuard;

use super::op::{Op, Root, Task, Write, in_order};
use super::outcome::{Fate, Outcome};
use super::place::Place;
use super::{Shared, lock};
use crate::backend::{After, Backend, Meaning, engine_error};
use crate::entity::{Aggregate, Persist};
use crate::error::{Closed, Error};
use crate::load::{load_chunks, most_ids};
use crate::report::SaveReport;
use crate::save::{Deleted, Loss, ToSend, deletion, may_hide_a_conflict, read_version, run_one, run_steps};
use crate::session::{Purpose, announce, require_snapshot};
use crate::sql::{Lock, lock_database};
use crate::tables::Tables;
use crate::version::Version;

/// The savepoint around one save.
const SAVE: &str = "aggregate_save";
/// The savepoint around the first look at tables.
const DESCRIBE: &str = "aggregate_describe";
/// The savepoint that stands while SQL of the caller's may run: if it is gone, so is the transaction.
const OWN: &str = "aggregate_own";

/// What is known of a unit's transaction, behind the lock that whoever talks to it holds.
pub(super) struct Conversation<DB: Backend> {
    pub(super) transaction: Option<Transaction<'static, DB>>,
    /// Whether SQL of the caller's may have run since we last looked.
    pub(super) own_sql: bool,
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

/// A savepoint of the caller's.
pub(super) struct Mark {
    pub(super) number: u64,
    /// How many saves there were before it.
    pub(super) saves: usize,
}

impl Mark {
    pub(super) fn name(number: u64) -> String {
        format!("aggregate_{number}")
    }
}

/// A turn. The transaction is taken out for its time: if the turn does not end as it should, in a panic or with
/// the runtime, the transaction is rolled back.
pub(super) struct Talk<DB: Backend> {
    unit: Arc<Shared<DB>>,
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
    pub(super) async fn begin(unit: &Arc<Shared<DB>>) -> Result<Self, Error> {
        let talk = Self::begin_failed(unit).await?;
        if talk.state.failed {
            talk.hang_up();
            return Err(Error::UnitClosed(Closed::Failed));
        }
        Ok(talk)
    }

    /// Waits for a turn, also where only a savepoint can help.
    pub(super) async fn begin_failed(unit: &Arc<Shared<DB>>) -> Result<Self, Error> {
        let mut state = Arc::clone(&unit.conversation).lock_owned().await;
        lock(&unit.queue).check_open()?;
        let transaction = state.transaction.take();
        if transaction.is_none() {
            return Err(Error::UnitClosed(Closed::Lost));
        }
        Ok(Self { unit: Arc::clone(unit), state, transaction })
    }

    /// Ends the turn.
    pub(super) fn hang_up(mut self) {
        self.state.transaction = self.transaction.take();
    }

    /// The connection. That there is one is seen to when a turn begins and when one is lost.
    pub(super) fn connection(&mut self) -> Result<&mut DB::Connection, Error> {
        self.transaction.as_deref_mut().ok_or(Error::UnitClosed(Closed::Lost))
    }

    /// Rolls everything back and closes the unit.
    pub(super) async fn roll_back(&mut self, closed: Closed) {
        self.end(closed, Fate::Undone).await;
    }

    async fn end(&mut self, closed: Closed, fate: Fate) {
        if let Some(transaction) = self.transaction.take() {
            lock(&self.unit.queue).close(closed, fate);
            announce::<DB>(Purpose::Rollback, "ROLLBACK");
            // If this fails the connection is broken, which undoes everything too.
            transaction.rollback().await.ok();
        }
    }

    /// Sends what is queued and commits; gives the reports of all that was written.
    pub(super) async fn commit(mut self) -> Result<Vec<SaveReport>, Error> {
        let mut ready = self.flush().await.map(drop);
        if ready.is_ok() {
            ready = self.end_own_sql().await;
        }
        if let Err(error) = ready {
            self.roll_back(Closed::RolledBack).await;
            return Err(error);
        }
        let reports: Vec<_> = self.state.done.drain(..).map(|(_, report)| report).collect();
        let Some(transaction) = self.transaction.take() else { return Err(Error::UnitClosed(Closed::Lost)) };
        lock(&self.unit.queue).close(Closed::Committed, Fate::InDoubt);
        announce::<DB>(Purpose::Commit, "COMMIT");
        let Err(source) = transaction.commit().await else {
            lock(&self.unit.queue).close(Closed::Committed, Fate::Stored);
            return Ok(reports);
        };
        let meaning = DB::meaning(&source);
        if meaning == Meaning::Lost {
            return Err(commit_unknown(&reports, source));
        }
        lock(&self.unit.queue).close(Closed::RolledBack, Fate::Undone);
        Err(match meaning {
            Meaning::Violated(kind) => Error::violated(kind, source).losing_the_transaction(),
            _ => engine_error::<DB>(source).losing_the_transaction(),
        })
    }

    /// Sends what is queued, in the order of roots.
    pub(super) async fn flush(&mut self) -> Result<Vec<SaveReport>, Error> {
        if lock(&self.unit.queue).is_empty() {
            return Ok(Vec::new());
        }
        self.end_own_sql().await?;
        let mut ops = in_order(lock(&self.unit.queue).take()).into_iter();
        let mut written = Vec::new();
        while let Some(op) = ops.next() {
            let place = op.root.place.clone();
            match self.perform(op).await {
                Ok(report) => written.extend(report),
                Err((error, op)) => {
                    self.put_back(op, &place, ops);
                    return Err(error);
                }
            }
        }
        Ok(written)
    }

    /// Puts back what was not sent. Later saves of a root whose save was refused build upon it and go with it; a
    /// check that failed stays, so that the unit cannot commit without it.
    fn put_back(&mut self, failed: Option<Op<DB>>, place: &Place, rest: impl Iterator<Item = Op<DB>>) {
        let is_write = failed.is_none();
        let (gone, kept): (Vec<_>, Vec<_>) = rest.partition(|op| is_write && op.root.place == *place);
        for op in gone {
            if let Task::Write(write) = op.task {
                write.outcome.settle(Fate::Undone);
            }
        }
        let mut queue = lock(&self.unit.queue);
        if queue.check_open().is_ok() {
            queue.put_back(failed.into_iter().chain(kept));
        }
    }

    /// Does one op. A check that fails is given back.
    async fn perform(&mut self, op: Op<DB>) -> Result<Option<SaveReport>, (Error, Option<Op<DB>>)> {
        let Op { root, task } = op;
        let described = self.describe(&root).await;
        match task {
            Task::Check => match described.and(self.check(&root).await) {
                Ok(()) => Ok(None),
                Err(error) => Err((error, Some(Op { root, task: Task::Check }))),
            },
            Task::Write(write) => {
                let outcome = write.outcome.clone();
                let written = match described {
                    Ok(()) => self.write(&root, write).await,
                    Err(error) => Err(error),
                };
                match written {
                    Ok(report) => {
                        self.state.held.insert(root.place);
                        self.state.done.push((outcome, report.clone()));
                        Ok(Some(report))
                    }
                    Err(error) => {
                        outcome.settle(Fate::Undone);
                        Err((error, None))
                    }
                }
            }
        }
    }

    /// Asks about tables that are met for the first time, behind a savepoint: what the engine says may be an error.
    async fn describe(&mut self, root: &Root<DB>) -> Result<(), Error> {
        if root.tables.is_described() {
            return Ok(());
        }
        self.mark(DESCRIBE).await?;
        let described = root.describe(self.connection()?).await;
        match self.unmark(DESCRIBE, described.is_ok()).await {
            Ok(()) => described,
            Err(source) => Err(self.lose(described.err().unwrap_or(engine_error::<DB>(source))).await),
        }
    }

    /// Requires and keeps the version of a root.
    async fn check(&mut self, root: &Root<DB>) -> Result<(), Error> {
        let actual = self.version(root, Lock::Share).await?;
        if actual == Some(root.expected) { Ok(()) } else { Err(root.conflict(actual)) }
    }

    /// The version that is stored, whatever snapshot the transaction reads.
    async fn version(&mut self, root: &Root<DB>, lock: Lock) -> Result<Option<Version>, Error> {
        let key = root.key()?;
        match read_version::<DB>(self.connection()?, &root.tables.layout, key, lock).await {
            Ok(version) => Ok(version),
            Err(error) => Err(self.after(error).await),
        }
    }

    /// Saves or deletes.
    async fn write(&mut self, root: &Root<DB>, write: Write<DB>) -> Result<SaveReport, Error> {
        let Write { to_send, mut report, .. } = write;
        let kind = Writes::of(&report);
        let (guarded, deletes, tables) = match &to_send {
            ToSend::Steps(steps, purpose) => {
                (steps.len() > 1, matches!(purpose, Purpose::Delete), Vec::new())
            }
            // Where only the caller's savepoint would heal a failure, nobody could ask what it was about.
            ToSend::One(statement, purpose) => (
                kind != Writes::Versioned && !self.state.savepoints.is_empty(),
                matches!(purpose, Purpose::Delete),
                statement.tables.clone(),
            ),
        };
        if guarded {
            self.mark(SAVE).await?;
            report.statements += 2;
        }
        let loss = match self.send(to_send, &mut report.statements).await? {
            Ok(deleted) if deletes => {
                let SaveReport { id, old_version, statements, .. } = report;
                report = deletion(&root.tables.layout, id, old_version, &deleted, statements);
                None
            }
            Ok(_) => None,
            Err(loss) => Some(loss),
        };
        let after = match (&loss, guarded) {
            (_, true) => match self.unmark(SAVE, loss.is_none()).await {
                Ok(()) => After::GoesOn,
                Err(_) => After::Over,
            },
            (Some(Loss::Engine(source)), false) => {
                let meaning = DB::meaning(source);
                DB::after(self.connection()?, meaning).await.unwrap_or(After::Over)
            }
            (_, false) => After::GoesOn,
        };
        match loss {
            None if after == After::GoesOn => Ok(report),
            None => Err(self.lose(Error::UnitClosed(Closed::Lost)).await),
            Some(loss) => Err(self.mean(root, kind, &tables, loss, after).await),
        }
    }

    async fn send(
        &mut self,
        to_send: ToSend<DB>,
        statements: &mut u64,
    ) -> Result<Result<Deleted, Loss>, Error> {
        let conn = self.connection()?;
        Ok(match to_send {
            ToSend::Steps(steps, purpose) => run_steps::<DB>(conn, steps, purpose, statements).await,
            ToSend::One(statement, purpose) => {
                *statements += 1;
                match run_one::<DB>(conn, statement, purpose).await {
                    Ok(answer) => answer.ok_or(Loss::Stale),
                    Err(source) => Err(Loss::Engine(source)),
                }
            }
        })
    }

    /// What a write that came to nothing means, once the transaction is as it was before, or over.
    async fn mean(
        &mut self,
        root: &Root<DB>,
        kind: Writes,
        tables: &[&'static str],
        loss: Loss,
        after: After,
    ) -> Error {
        let error = match loss {
            Loss::Stale if kind == Writes::New => Error::out_of_band(root.aggregate),
            Loss::Stale => match self.version(root, Lock::Share).await {
                // As expected, and still the database does not write it: a trigger or a policy forbids it.
                Ok(actual) if actual == Some(root.expected) => Error::out_of_band(root.aggregate),
                Ok(actual) => root.conflict(actual),
                Err(error) => error,
            },
            Loss::Refused(error) => error,
            Loss::Engine(source) => match DB::meaning(&source) {
                Meaning::Violated(kind) => Error::violated(kind, source),
                Meaning::OutOfBand(arm) => {
                    Error::out_of_band(tables.get(arm).copied().unwrap_or(root.aggregate))
                }
                _ => engine_error::<DB>(source),
            },
        };
        let error = match (&error, kind) {
            (Error::ConstraintViolated { .. }, Writes::New) => match self.look(root, after).await {
                Some(Some(_)) => {
                    let (aggregate, id) = (root.aggregate, root.id.clone());
                    Error::AlreadyExists { aggregate, id, transaction_lost: false }
                }
                _ => error,
            },
            (_, Writes::Unversioned) if may_hide_a_conflict(&error) => match self.look(root, after).await {
                Some(actual) if actual != Some(root.expected) => root.conflict(actual),
                _ => error,
            },
            _ => error,
        };
        self.settle_after(after, error).await
    }

    /// The version that is stored, if anybody can still ask.
    async fn look(&mut self, root: &Root<DB>, after: After) -> Option<Option<Version>> {
        let key = root.key().ok()?;
        let lock = if after == After::GoesOn { Lock::Share } else { Lock::None };
        if after == After::Failed {
            if !self.state.savepoints.is_empty() {
                return None;
            }
            // Nothing of the transaction is left to lose, but the connection still answers.
            self.command(Purpose::Rollback, String::from("ROLLBACK")).await.ok()?.ok()?;
        }
        let conn = self.connection().ok()?;
        read_version::<DB>(conn, &root.tables.layout, key, lock).await.ok()
    }

    /// What an error of a statement that no savepoint of ours guarded does to the unit.
    async fn after(&mut self, error: Error) -> Error {
        let Some(meaning) = error.engine().map(DB::meaning) else { return error };
        let after = match self.connection() {
            Ok(conn) => DB::after(conn, meaning).await.unwrap_or(After::Over),
            Err(_) => After::Over,
        };
        self.settle_after(after, error).await
    }

    async fn settle_after(&mut self, after: After, error: Error) -> Error {
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
    async fn lose(&mut self, error: Error) -> Error {
        self.roll_back(Closed::Lost).await;
        error.losing_the_transaction()
    }

    /// Sets a savepoint.
    async fn mark(&mut self, name: &str) -> Result<(), Error> {
        match self.command(Purpose::Savepoint, format!("SAVEPOINT {name}")).await? {
            Ok(()) => Ok(()),
            Err(source) => Err(self.after(engine_error::<DB>(source)).await),
        }
    }

    /// Removes a savepoint, with what came after it or without.
    async fn unmark(&mut self, name: &str, keep: bool) -> Result<(), sqlx::Error> {
        let gone = || sqlx::Error::BeginFailed;
        if !keep {
            let back = format!("ROLLBACK TO SAVEPOINT {name}");
            self.command(Purpose::Rollback, back).await.map_err(|_| gone())??;
        }
        let release = format!("RELEASE SAVEPOINT {name}");
        self.command(Purpose::Savepoint, release).await.map_err(|_| gone())?
    }

    async fn command(&mut self, purpose: Purpose, sql: String) -> Result<Result<(), sqlx::Error>, Error> {
        let conn = self.connection()?;
        announce::<DB>(purpose, &sql);
        Ok(DB::command(conn, sql).await)
    }
}

/// What the caller does: reads, savepoints, SQL of their own.
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

    /// Sets a savepoint of the caller's, behind all that was queued.
    pub(super) async fn savepoint(&mut self) -> Result<u64, Error> {
        self.flush().await?;
        self.end_own_sql().await?;
        let number = self.state.last + 1;
        self.mark(&Mark::name(number)).await?;
        self.state.last = number;
        let saves = lock(&self.unit.queue).count();
        self.state.savepoints.push(Mark { number, saves });
        Ok(number)
    }

    /// Takes back what came after a savepoint of the caller's.
    pub(super) async fn back_to(&mut self, number: u64) -> Result<(), Error> {
        let saves = self.forget_from(number)?;
        // The engine drops the savepoints after it, ours among them.
        self.state.own_sql = false;
        match self.unmark(&Mark::name(number), false).await {
            Ok(()) => {
                self.state.failed = false;
                lock(&self.unit.queue).undo_from(saves);
                self.state.done.retain(|(outcome, _)| outcome.fate() != Fate::Undone);
                Ok(())
            }
            Err(source) => Err(self.lose(engine_error::<DB>(source)).await),
        }
    }

    /// Keeps what came after a savepoint of the caller's.
    pub(super) async fn release(&mut self, number: u64) -> Result<(), Error> {
        self.end_own_sql().await?;
        self.forget_from(number)?;
        match self.unmark(&Mark::name(number), true).await {
            Ok(()) => Ok(()),
            Err(source) => Err(self.after(engine_error::<DB>(source)).await),
        }
    }

    /// Forgets a savepoint and those after it; gives the number of saves before it.
    fn forget_from(&mut self, number: u64) -> Result<usize, Error> {
        let Some(at) = self.state.savepoints.iter().position(|mark| mark.number == number) else {
            return Err(Error::UnitClosed(Closed::Savepoint));
        };
        let saves = self.state.savepoints[at].saves;
        self.state.savepoints.truncate(at);
        Ok(saves)
    }

    /// Loads aggregates, of which what is queued is written first.
    pub(super) async fn load<A: Aggregate + Persist<DB>>(
        &mut self,
        ids: &[A::Id],
        wanted: Lock,
    ) -> Result<Vec<A>, Error> {
        let tables = self.unit.registry.tables::<DB, A>();
        let roots: Vec<Root<DB>> =
            ids.iter().map(|id| Root::of::<A>(Arc::clone(&tables), id.clone(), Version::UNSAVED)).collect();
        let Some(first) = roots.first() else { return Ok(Vec::new()) };
        let places: Vec<Place> = roots.iter().map(|root| root.place.clone()).collect();
        let is_queued = lock(&self.unit.queue).holds(&places);
        if is_queued {
            self.flush().await?;
        }
        self.end_own_sql().await?;
        self.describe(first).await?;
        if wanted == Lock::Update {
            for root in &roots {
                self.lock_root(root).await?;
            }
            self.state.held.extend(places.iter().cloned());
        }
        let lock = if DB::DIALECT.reads_old_snapshots
            && places.iter().any(|place| self.state.held.contains(place))
        {
            Lock::Share
        } else {
            Lock::None
        };
        match self.rows::<A>(&tables, ids, lock).await {
            Ok(aggregates) => Ok(aggregates),
            Err(error) => Err(self.after(error).await),
        }
    }

    async fn rows<A: Aggregate + Persist<DB>>(
        &mut self,
        tables: &Tables,
        ids: &[A::Id],
        lock: Lock,
    ) -> Result<Vec<A>, Error> {
        let conn = self.connection()?;
        let described = tables.described::<DB, A>(conn).await?;
        if DB::DIALECT.loads_by_union() && ids.len() > most_ids::<DB>(&tables.layout) {
            require_snapshot::<DB>(conn).await?;
        }
        load_chunks::<DB, A>(conn, &tables.layout, described, ids, lock).await
    }

    /// Takes the lock of a root, whether it is there or not.
    async fn lock_root(&mut self, root: &Root<DB>) -> Result<(), Error> {
        if !DB::DIALECT.update_lock.is_empty() {
            self.version(root, Lock::Update).await?;
            return Ok(());
        }
        // Who writes holds the whole database, and what writes no row will do.
        let sql = lock_database(DB::DIALECT, root.tables.layout.root()).text.to_string();
        match self.command(Purpose::Lock, sql).await? {
            Ok(()) => Ok(()),
            Err(source) => Err(self.after(engine_error::<DB>(source)).await),
        }
    }
}

/// What a save or a delete does to the version.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Writes {
    /// There is none yet.
    New,
    /// It is checked, and changed.
    Versioned,
    /// It stays, unchecked.
    Unversioned,
}

impl Writes {
    fn of(report: &SaveReport) -> Self {
        match report {
            report if !report.old_version.is_saved() => Self::New,
            report if report.old_version == report.new_version => Self::Unversioned,
            _ => Self::Versioned,
        }
    }
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
