//! Beginning a unit of work.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use sqlx::{AssertSqlSafe, Pool, SqlSafeStr, Transaction};

use super::queue::Queue;
use super::registry::Registry;
use super::talk::{Conversation, Talk};
use super::{Isolation, Shared, UnitOfWork, UnitOptions, finished};
use crate::backend::{Backend, engine_error};
use crate::error::{Closed, Error};
use crate::session::{Purpose, announce, refuse_dirty_reads};
use crate::sql::begin;

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

    pub(super) async fn begin_with(pool: &Pool<DB>, options: UnitOptions<DB>) -> Result<Self, Error> {
        let level = options.isolation.map(Isolation::name);
        let sql = begin(DB::DIALECT, level, options.read_only);
        announce::<DB>(Purpose::Begin, &sql);
        let pool = pool.clone();
        let registry = Registry::of_pool(&pool);
        // In a task of its own: dropped half-way, a BEGIN would leave the pool a connection in a transaction.
        let task = tokio::spawn(async move { pool.begin_with(AssertSqlSafe(sql).into_sql_str()).await });
        let transaction = finished(task).await?.map_err(engine_error::<DB>)?;
        let unit = Self::of(transaction, registry, options, false);
        if level.is_none() && !unit.shared.registry.level_is_known() {
            unit.refuse_dirty_reads().await?;
            unit.shared.registry.know_level();
        }
        Ok(unit)
    }

    /// Goes on with a transaction of the caller's, and owns it from here on: only what ends a transaction knows
    /// what became of the aggregates in it.
    ///
    /// The tables of the types that it meets are described anew for each such unit. `MySQL` and `MariaDB` do not tell
    /// a level that was set for this transaction alone (`SET TRANSACTION` without `SESSION`): there it is for you to
    /// see that it is not READ UNCOMMITTED.
    ///
    /// # Errors
    ///
    /// [`Error::Isolation`] if its level is READ UNCOMMITTED, and [`Error::Database`]; then it is rolled back.
    pub async fn from_transaction(transaction: Transaction<'static, DB>) -> Result<Self, Error> {
        Self::adopt_with(transaction, UnitOptions::default()).await
    }

    pub(super) async fn adopt_with(
        transaction: Transaction<'static, DB>,
        options: UnitOptions<DB>,
    ) -> Result<Self, Error> {
        let unit = Self::of(transaction, Arc::default(), options, true);
        unit.refuse_dirty_reads().await?;
        Ok(unit)
    }

    fn of(
        transaction: Transaction<'static, DB>,
        registry: Arc<Registry>,
        options: UnitOptions<DB>,
        others_wrote: bool,
    ) -> Self {
        static UNITS: AtomicU64 = AtomicU64::new(0);
        let conversation = Conversation {
            transaction: Some(transaction),
            own_sql: false,
            others_wrote,
            savepoints: Vec::new(),
            last: 0,
            failed: false,
            done: Vec::new(),
            held: HashSet::new(),
        };
        let shared = Shared {
            number: UNITS.fetch_add(1, Ordering::Relaxed),
            read_only: options.read_only,
            statements: options.statements,
            registry,
            queue: std::sync::Mutex::new(Queue::new()),
            conversation: Arc::new(tokio::sync::Mutex::new(conversation)),
            retryable: AtomicBool::new(false),
        };
        Self { shared: Arc::new(shared) }
    }

    async fn refuse_dirty_reads(&self) -> Result<(), Error> {
        let begin = Talk::begin(Arc::clone(&self.shared));
        let turn = |mut talk: Talk<DB>| async move {
            let refused = refuse_dirty_reads::<DB>(talk.connection()?).await;
            match refused {
                Ok(()) => talk.hang_up(),
                Err(_) => talk.roll_back(Closed::RolledBack).await,
            }
            refused
        };
        self.turn(begin, turn).await
    }
}
