//! Several aggregates in one transaction.

mod connection;
mod op;
mod options;
mod outcome;
mod place;
mod queue;
mod registry;
mod savepoint;
mod talk;
mod transact;

use std::collections::HashSet;
use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, MutexGuard, PoisonError};

use sqlx::{AssertSqlSafe, Pool, SqlSafeStr, Transaction};

use crate::backend::{Backend, engine_error};
use crate::entity::{Aggregate, Persist};
use crate::error::{Closed, Error};
use crate::report::SaveReport;
use crate::repository::{in_order, not_found, unique};
use crate::save::{deletable, pending, settle};
use crate::session::{Purpose, announce, refuse_dirty_reads};
use crate::sql::{Lock, begin};
use crate::tracked::Tracked;

use op::Op;
use queue::Queue;
use registry::Registry;
use talk::{Conversation, Talk};

pub use connection::UnitConnection;
pub use options::{Isolation, UnitOptions};
pub(crate) use outcome::{Fate, Outcome};
pub use savepoint::Savepoint;

/// Several aggregates in one transaction: all of it is stored, or nothing.
///
/// A unit of work is a handle; its clones are the same unit. When the last one is dropped without a
/// [`commit`](Self::commit), everything is rolled back.
///
/// [`save`](Self::save), [`delete`](Self::delete) and [`check`](Self::check) compare and queue at once and send
/// nothing. [`flush`](Self::flush) and `commit` send what is queued, in one order of roots that all units
/// share: units that touch the same aggregates wait for each other at the first one, and never in a circle.
/// [`get`](Self::get) sends what is queued for the aggregate that is read; [`connection`](Self::connection) and
/// [`savepoint`](Self::savepoint) send everything.
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
/// A call whose future is dropped is finished all the same, and the next one waits for it.
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
    /// Begins a unit of work on a connection of this pool, at the session's isolation level.
    ///
    /// On `SQLite` it is a writer from the start (BEGIN IMMEDIATE) and waits for other writers here.
    ///
    /// # Errors
    ///
    /// [`Error::Contended`], [`Error::Database`], and [`Error::Isolation`] if the session's level is READ
    /// UNCOMMITTED.
    pub async fn begin(pool: &Pool<DB>) -> Result<Self, Error> {
        Self::begin_with(pool, UnitOptions::default()).await
    }

    /// How a unit of work begins, where the defaults do not serve.
    #[must_use]
    pub fn options() -> UnitOptions<DB> {
        UnitOptions::default()
    }

    async fn begin_with(pool: &Pool<DB>, options: UnitOptions<DB>) -> Result<Self, Error> {
        let level = options.isolation.map(Isolation::name);
        let sql = begin(DB::DIALECT, level, options.read_only);
        announce::<DB>(Purpose::Begin, &sql);
        let pool = pool.clone();
        let registry = Registry::of_pool(&pool);
        // In a task of its own: dropped half-way, a BEGIN would leave the pool a connection in a transaction.
        let task = tokio::spawn(async move { pool.begin_with(AssertSqlSafe(sql).into_sql_str()).await });
        let transaction = finished(task).await?.map_err(engine_error::<DB>)?;
        let unit = Self::of(transaction, registry, options.read_only);
        if level.is_none() && !unit.shared.registry.level_is_known() {
            unit.refuse_dirty_reads().await?;
            unit.shared.registry.know_level();
        }
        Ok(unit)
    }

    /// Goes on with a transaction of the caller's, and owns it from here on: only what ends a transaction knows
    /// what became of the aggregates in it.
    ///
    /// The tables of the types that it meets are described anew for each such unit.
    ///
    /// # Errors
    ///
    /// [`Error::Isolation`] if its level is READ UNCOMMITTED, and [`Error::Database`]; then it is rolled back.
    pub async fn from_transaction(transaction: Transaction<'static, DB>) -> Result<Self, Error> {
        let unit = Self::of(transaction, Arc::default(), false);
        unit.refuse_dirty_reads().await?;
        Ok(unit)
    }

    fn of(transaction: Transaction<'static, DB>, registry: Arc<Registry>, read_only: bool) -> Self {
        static UNITS: AtomicU64 = AtomicU64::new(0);
        let conversation = Conversation {
            transaction: Some(transaction),
            own_sql: false,
            savepoints: Vec::new(),
            last: 0,
            failed: false,
            done: Vec::new(),
            held: HashSet::new(),
        };
        let shared = Shared {
            number: UNITS.fetch_add(1, Ordering::Relaxed),
            read_only,
            registry,
            queue: std::sync::Mutex::new(Queue::new()),
            conversation: Arc::new(tokio::sync::Mutex::new(conversation)),
            retryable: AtomicBool::new(false),
        };
        Self { shared: Arc::new(shared) }
    }

    async fn refuse_dirty_reads(&self) -> Result<(), Error> {
        let mut talk = Talk::begin(&self.shared).await?;
        let turn = async move {
            let refused = refuse_dirty_reads::<DB>(talk.connection()?).await;
            match refused {
                Ok(()) => talk.hang_up(),
                Err(_) => talk.roll_back(Closed::RolledBack).await,
            }
            refused
        };
        self.finish(turn).await
    }

    /// Loads the aggregate with this id, or `None` if there is none.
    ///
    /// # Errors
    ///
    /// [`Error::UnitClosed`], those of [`flush`](Self::flush) if something is queued for it, and those of
    /// [`SqlRepository::find`](crate::SqlRepository::find).
    pub async fn find<A: Aggregate + Persist<DB>>(&self, id: &A::Id) -> Result<Option<Tracked<A>>, Error> {
        let mut found = self.load::<A>(std::slice::from_ref(id), Lock::None).await?;
        Ok(found.pop().map(Tracked::loaded))
    }

    /// Loads the aggregate with this id.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if there is none, and those of [`find`](Self::find).
    pub async fn get<A: Aggregate + Persist<DB>>(&self, id: &A::Id) -> Result<Tracked<A>, Error> {
        self.find(id).await?.ok_or_else(|| not_found::<A>(id))
    }

    /// Locks the root with this id for writing, then loads its aggregate: until the unit ends nobody else saves it,
    /// and a save of it here is no conflict.
    ///
    /// The lock is taken at once. Units that lock several aggregates wait for each other in a circle unless they
    /// all lock them in the same order; the engine breaks it, with [`Error::Contended`].
    ///
    /// # Errors
    ///
    /// [`Error::Contended`] if the lock is not had in time, [`Error::ReadOnly`], and those of
    /// [`find`](Self::find).
    pub async fn find_locked<A: Aggregate + Persist<DB>>(
        &self,
        id: &A::Id,
    ) -> Result<Option<Tracked<A>>, Error> {
        self.check_writable()?;
        let mut found = self.load::<A>(std::slice::from_ref(id), Lock::Update).await?;
        Ok(found.pop().map(Tracked::loaded))
    }

    /// [`find_locked`](Self::find_locked) of an aggregate that must be there.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if there is none, and those of [`find_locked`](Self::find_locked).
    pub async fn get_locked<A: Aggregate + Persist<DB>>(&self, id: &A::Id) -> Result<Tracked<A>, Error> {
        self.find_locked(id).await?.ok_or_else(|| not_found::<A>(id))
    }

    /// Loads the aggregates with these ids, in the order asked, `None` for those that are missing. An id may be
    /// repeated; each gets a copy of its own.
    ///
    /// # Errors
    ///
    /// Those of [`find`](Self::find), and [`Error::Isolation`] if there are more ids than one statement takes and
    /// the transaction does not keep one snapshot for several.
    pub async fn find_many<A: Aggregate + Persist<DB>>(
        &self,
        ids: &[A::Id],
    ) -> Result<Vec<Option<Tracked<A>>>, Error> {
        let found = self.load::<A>(&unique::<A>(ids), Lock::None).await?;
        Ok(in_order(ids, found))
    }

    async fn load<A: Aggregate + Persist<DB>>(&self, ids: &[A::Id], lock: Lock) -> Result<Vec<A>, Error> {
        let ids = ids.to_vec();
        let mut talk = Talk::begin(&self.shared).await?;
        let turn = async move {
            let found = talk.load::<A>(&ids, lock).await;
            talk.hang_up();
            found
        };
        self.finish(turn).await
    }

    /// Runs a turn to its end, also if the caller goes away meanwhile: drivers do not know what to make of an
    /// answer that nobody waited for.
    async fn finish<T: Send + 'static>(
        &self,
        turn: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        let result = finished(tokio::spawn(turn)).await?;
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
        self.write(aggregate, false)
    }

    /// Queues as [`save`](Self::save) does, and bumps the version even if nothing changed.
    ///
    /// # Errors
    ///
    /// Those of [`save`](Self::save).
    pub fn touch<A: Aggregate + Persist<DB>>(&self, aggregate: &mut Tracked<A>) -> Result<(), Error> {
        self.write(aggregate, true)
    }

    fn write<A: Aggregate + Persist<DB>>(
        &self,
        aggregate: &mut Tracked<A>,
        touch: bool,
    ) -> Result<(), Error> {
        self.check_writable()?;
        let Some(diff) = pending(aggregate, Some(self.shared.number), touch)? else { return Ok(()) };
        let outcome = Outcome::open(self.shared.number);
        let tables = self.shared.registry.tables::<DB, A>();
        let op = Op::save(tables, aggregate, &diff, outcome.clone())?;
        let mut queue = lock(&self.shared.queue);
        queue.check_open()?;
        aggregate.enqueue(outcome, op.new_version(), settle::<DB, A>);
        queue.push(op);
        Ok(())
    }

    /// Queues a delete, as [`SqlRepository::delete`](crate::SqlRepository::delete) does it.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if it was never saved, [`Error::IdentityChanged`], [`Error::InDoubt`],
    /// [`Error::Uncommitted`], [`Error::UnitClosed`], [`Error::ReadOnly`].
    pub fn delete<A: Aggregate + Persist<DB>>(&self, aggregate: &mut Tracked<A>) -> Result<(), Error> {
        self.check_writable()?;
        deletable(aggregate, Some(self.shared.number))?;
        let outcome = Outcome::open(self.shared.number);
        let tables = self.shared.registry.tables::<DB, A>();
        let op = Op::delete(tables, aggregate, outcome.clone())?;
        let mut queue = lock(&self.shared.queue);
        queue.check_open()?;
        aggregate.enqueue(outcome, op.new_version(), |_| ());
        queue.push(op);
        Ok(())
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
        self.check_writable()?;
        aggregate.check_known()?;
        aggregate.check_unit(Some(self.shared.number))?;
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
        let mut talk = Talk::begin(&self.shared).await?;
        let turn = async move {
            let written = talk.flush().await;
            talk.hang_up();
            written
        };
        self.finish(turn).await
    }

    /// Sends what is queued and commits, and reports all that was written in this unit.
    ///
    /// It runs to its end even if this future is dropped meanwhile.
    ///
    /// # Errors
    ///
    /// Those of [`flush`](Self::flush), and what the engine checks at the end; then everything is rolled back. Only
    /// after [`Error::CommitUnknown`] nobody knows, and the aggregates saved here are in doubt until they are
    /// [reloaded](crate::SqlRepository::reload).
    pub async fn commit(self) -> Result<Vec<SaveReport>, Error> {
        let talk = Talk::begin(&self.shared).await?;
        self.finish(talk.commit()).await
    }

    /// Rolls everything back. Dropping the last handle does so too, the next time that the connection is used.
    ///
    /// # Errors
    ///
    /// [`Error::UnitClosed`] if there is nothing to roll back any more.
    pub async fn rollback(self) -> Result<(), Error> {
        let mut talk = Talk::begin_failed(&self.shared).await?;
        let turn = async move {
            talk.roll_back(Closed::RolledBack).await;
            Ok(())
        };
        self.finish(turn).await
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
