//! Several aggregates in one transaction.

mod at_once;
mod begin;
mod connection;
mod flush;
mod op;
mod options;
mod outcome;
mod place;
mod queue;
mod read;
mod registry;
mod repository;
mod savepoint;
mod talk;
mod transact;
mod write;

use std::fmt;
use std::future::{Future, poll_fn};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, MutexGuard, PoisonError};
use std::task::Poll;

use tracing::{Instrument, Span};

use crate::backend::Backend;
use crate::entity::{Aggregate, Persist};
use crate::error::{Closed, Error};
use crate::line::Statements;
use crate::report::SaveReport;
use crate::save::{deletable, pending, settle};
use crate::tracked::Tracked;

use op::Op;
use queue::Queue;
use registry::Registry;
use talk::{Conversation, Talk};

pub use connection::UnitConnection;
pub use options::{Isolation, UnitOptions};
pub(crate) use outcome::{Fate, Outcome};
pub(crate) use place::Place;
pub use repository::UnitRepository;
pub use savepoint::Savepoint;

/// Several aggregates in one transaction: all of it is stored, or nothing.
///
/// A unit of work is a handle; its clones are the same unit. When the last one is dropped without a
/// [`commit`](Self::commit), everything is rolled back.
///
/// [`save`](Self::save), [`delete`](Self::delete) and [`check`](Self::check) compare and queue at once and send
/// nothing. [`flush`](Self::flush) and `commit` send what is queued, in one order of roots that all units
/// share: units that touch the same aggregates wait for each other at the first one, and never in a circle.
/// [`get`](Self::get) sends what is queued only if something is queued for the aggregate that is read;
/// [`connection`](Self::connection) and [`savepoint`](Self::savepoint) send it in any case.
///
/// ```
/// # use aggregate_core::sqlx::{self, Executor, sqlite::SqlitePoolOptions};
/// # use aggregate_core::{Aggregate, SqliteRepository, Tracked, UnitOfWork, Version};
/// #[derive(Aggregate, Clone, Debug)]
/// #[aggregate(table = "accounts")]
/// struct Account {
///     #[id] id: i64,
///     #[version] version: Version,
///     balance: i64,
/// }
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// # let pool = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await?;
/// # pool.execute("CREATE TABLE accounts (id INTEGER PRIMARY KEY, version INTEGER NOT NULL, balance INTEGER NOT NULL)").await?;
/// # let accounts = SqliteRepository::<Account>::new(pool.clone());
/// # for id in [1, 2] { accounts.save(&mut Tracked::new(Account { id, version: Version::UNSAVED, balance: 100 })).await?; }
/// let unit = UnitOfWork::begin(&pool).await?;
/// let mut from = unit.get::<Account>(&1).await?;
/// let mut to = unit.get::<Account>(&2).await?;
/// from.balance -= 30;
/// to.balance += 30;
/// unit.save(&mut from)?;
/// unit.save(&mut to)?;
/// let reports = unit.commit().await?;
/// assert_eq!(reports.len(), 2);
/// assert_eq!(from.version(), Version::new(1));
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(run())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # When a call fails
///
/// A save that is refused leaves nothing of itself behind; what was written before it is still part of the unit,
/// and what was queued beside it still is queued. Most callers drop the unit. Where
/// [`transaction_lost`](Error::transaction_lost) says so the engine has ended the transaction, and every later
/// call is refused with [`Error::UnitClosed`].
///
/// A call whose future was polled and is dropped is finished all the same, and the next one waits for it.
///
/// The aggregates in memory hear of the outcome by themselves: see [`Tracked`].
pub struct UnitOfWork<DB: Backend> {
    shared: Arc<Shared<DB>>,
}

/// What the handles of one unit share.
struct Shared<DB: Backend> {
    /// Tells units apart.
    number: u64,
    read_only: bool,
    statements: Statements,
    registry: Arc<Registry>,
    queue: std::sync::Mutex<Queue<DB>>,
    conversation: Arc<tokio::sync::Mutex<Conversation<DB>>>,
    /// Whether a call failed for a reason that a new attempt may not meet.
    retryable: AtomicBool,
}

/// What stands behind this lock is whole at any time, also after a panic elsewhere.
fn lock<T>(mutex: &std::sync::Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<DB: Backend> UnitOfWork<DB> {
    /// Waits for a turn and runs it to its end, also if the caller goes away meanwhile: drivers do not know what to
    /// make of an answer that nobody waited for.
    async fn turn<T: Send + 'static, Turn: Future<Output = Result<T, Error>> + Send + 'static>(
        &self,
        begin: impl Future<Output = Result<Talk<DB>, Error>> + Send + 'static,
        turn: impl FnOnce(Talk<DB>) -> Turn + Send + 'static,
    ) -> Result<T, Error> {
        // It stands in line from here on, before the task runs, so that calls have their turns in their order.
        let mut begin = Box::pin(tokio::task::coop::unconstrained(begin));
        let polled = poll_fn(|context| Poll::Ready(begin.as_mut().poll(context))).await;
        let task = async move {
            let talk = match polled {
                Poll::Ready(talk) => talk,
                Poll::Pending => begin.await,
            };
            turn(talk?).await
        };
        let task = tokio::spawn(task.instrument(Span::current()));
        let result = finished(task).await?;
        if result.as_ref().is_err_and(Error::is_retryable) {
            // Another attempt may go better.
            self.shared.retryable.store(true, Ordering::Relaxed);
        }
        result
    }

    /// Queues what changed, or the whole aggregate if it is new; nothing if nothing changed.
    ///
    /// What is queued is what stands in memory now. Later changes are saved by another call, which bumps the
    /// version once more.
    ///
    /// # Errors
    ///
    /// What can be refused without asking the database, as by
    /// [`SqlRepository::save`](crate::SqlRepository::save), and [`Error::UnitClosed`], [`Error::ReadOnly`],
    /// [`Error::Uncommitted`]. Conflicts are told by [`flush`](Self::flush) and [`commit`](Self::commit).
    pub fn save<A: Aggregate + Persist<DB>>(&self, aggregate: &mut Tracked<A>) -> Result<(), Error> {
        self.note_save(aggregate, false, Queue::push).map(|_| ())
    }

    /// Queues as [`save`](Self::save) does, and bumps the version even if nothing changed.
    ///
    /// # Errors
    ///
    /// Those of [`save`](Self::save).
    pub fn touch<A: Aggregate + Persist<DB>>(&self, aggregate: &mut Tracked<A>) -> Result<(), Error> {
        self.note_save(aggregate, true, Queue::push).map(|_| ())
    }

    /// Notes a save of what changed in the copy and in the queue, which takes it by this function; nothing if nothing changed.
    fn note_save<A: Aggregate + Persist<DB>, T>(
        &self,
        aggregate: &mut Tracked<A>,
        touch: bool,
        take: impl FnOnce(&mut Queue<DB>, Op<DB>) -> T,
    ) -> Result<Option<T>, Error> {
        self.check_writable()?;
        let Some(diff) = pending(aggregate, Some(self.shared.number), touch)? else { return Ok(None) };
        let outcome = Outcome::open(self.shared.number);
        let tables = self.shared.registry.tables::<DB, A>();
        let op = Op::save(tables, aggregate, &diff, outcome.clone())?;
        let mut queue = lock(&self.shared.queue);
        queue.check_open()?;
        aggregate.enqueue(outcome, op.new_version(), settle::<DB, A>);
        Ok(Some(take(&mut queue, op)))
    }

    /// Queues a delete, as [`SqlRepository::delete`](crate::SqlRepository::delete) does it.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if it was never saved, [`Error::IdentityChanged`], [`Error::InDoubt`],
    /// [`Error::Uncommitted`], [`Error::UnitClosed`], [`Error::ReadOnly`].
    pub fn delete<A: Aggregate + Persist<DB>>(&self, aggregate: &mut Tracked<A>) -> Result<(), Error> {
        self.note_delete(aggregate, Queue::push)
    }

    /// Notes a delete, as [`note_save`](Self::note_save) does a save.
    fn note_delete<A: Aggregate + Persist<DB>, T>(
        &self,
        aggregate: &mut Tracked<A>,
        take: impl FnOnce(&mut Queue<DB>, Op<DB>) -> T,
    ) -> Result<T, Error> {
        self.check_writable()?;
        deletable(aggregate, Some(self.shared.number))?;
        let outcome = Outcome::open(self.shared.number);
        let tables = self.shared.registry.tables::<DB, A>();
        let op = Op::delete(tables, aggregate, outcome.clone())?;
        let mut queue = lock(&self.shared.queue);
        queue.check_open()?;
        aggregate.enqueue(outcome, op.new_version(), |_| ());
        Ok(take(&mut queue, op))
    }

    /// Queues a check that this aggregate, which the unit only reads, is still at the version that it was loaded
    /// at, and a lock that keeps it there until the unit ends. It is not written, and its version is not bumped.
    ///
    /// What was decided upon one aggregate and stored in another stays right: of two units that each check what the
    /// other one saves, at most one commits.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if it was never saved, [`Error::InDoubt`], [`Error::Uncommitted`],
    /// [`Error::UnitClosed`], [`Error::ReadOnly`]. If it was changed or deleted meanwhile, [`flush`](Self::flush)
    /// and [`commit`](Self::commit) say [`Error::Conflict`], and go on saying so.
    pub fn check<A: Aggregate + Persist<DB>>(&self, aggregate: &Tracked<A>) -> Result<(), Error> {
        aggregate.check_known()?;
        aggregate.check_unit(Some(self.shared.number))?;
        self.check_writable()?;
        if !aggregate.version().is_saved() {
            let (aggregate, id) = aggregate.name();
            return Err(Error::NotFound { aggregate, id });
        }
        let op = Op::check(self.shared.registry.tables::<DB, A>(), aggregate);
        let mut queue = lock(&self.shared.queue);
        queue.check_open()?;
        queue.push(op);
        Ok(())
    }

    /// Sends what is queued, and reports what was written, in the order in which it was.
    ///
    /// # Errors
    ///
    /// Those of [`SqlRepository::save`](crate::SqlRepository::save) but for the unknown outcome, of the first save
    /// that is refused, and [`Error::UnitClosed`]. This save is as if it had not been asked for, and later ones of
    /// the same aggregate with it; the rest is still queued.
    pub async fn flush(&self) -> Result<Vec<SaveReport>, Error> {
        let begin = Talk::begin(Arc::clone(&self.shared));
        let turn = |mut talk: Talk<DB>| async move {
            let written = talk.flush().await;
            talk.hang_up();
            written
        };
        self.turn(begin, turn).await
    }

    /// Sends what is queued and commits, and reports all that was written in this unit.
    ///
    /// # Errors
    ///
    /// Those of [`flush`](Self::flush), and what the engine checks at the end; then everything is rolled back. Only
    /// after [`Error::CommitUnknown`] nobody knows, and the aggregates saved here are in doubt until they are
    /// [reloaded](crate::SqlRepository::reload). A unit in which nothing was written says [`Error::Database`] instead.
    ///
    /// # Cancellation
    ///
    /// Once this future was polled, it commits even if it is dropped; the aggregates are in doubt until the answer is
    /// there.
    pub async fn commit(self) -> Result<Vec<SaveReport>, Error> {
        self.turn(Talk::begin(Arc::clone(&self.shared)), Talk::commit).await
    }

    /// Rolls everything back. Dropping the last handle does so too, the next time that the connection is used.
    ///
    /// # Errors
    ///
    /// [`Error::UnitClosed`] if there is nothing to roll back any more; SQL of your own may have committed it.
    pub async fn rollback(self) -> Result<(), Error> {
        let begin = Talk::begin_failed(Arc::clone(&self.shared));
        let turn = |mut talk: Talk<DB>| async move {
            if talk.fate_of_own_sql().await == Some(Fate::InDoubt) {
                talk.end(Closed::Lost, Fate::InDoubt).await;
                return Err(Error::UnitClosed(Closed::Lost));
            }
            talk.roll_back(Closed::RolledBack).await;
            Ok(())
        };
        self.turn(begin, turn).await
    }

    fn check_writable(&self) -> Result<(), Error> {
        lock(&self.shared.queue).check_open()?;
        if self.shared.read_only { Err(Error::ReadOnly) } else { Ok(()) }
    }
}

/// The output of a task that nobody aborts.
async fn finished<T>(task: tokio::task::JoinHandle<T>) -> Result<T, Error> {
    match task.await {
        Ok(output) => Ok(output),
        Err(ended) => match ended.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is shutting down.
            Err(_) => Err(Error::database(sqlx::Error::WorkerCrashed)),
        },
    }
}

impl<DB: Backend> Clone for UnitOfWork<DB> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<DB: Backend> fmt::Debug for UnitOfWork<DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnitOfWork").field("number", &self.shared.number).finish_non_exhaustive()
    }
}
