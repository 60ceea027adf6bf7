//! Talking to a connection: every statement is counted and announced, and a transaction is never left open.

use std::sync::Arc;

use sqlx::pool::PoolConnection;
use sqlx::{Connection, SqlSafeStr};

use crate::backend::{Backend, CancelSafe, Meaning, engine_error};
use crate::error::Error;
use crate::values::Values;

/// What a statement is for, as its event says.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    Describe,
    Begin,
    Load,
    Check,
    Save,
    Delete,
    Lock,
    Savepoint,
    Commit,
    Rollback,
}

impl Purpose {
    const fn name(self) -> &'static str {
        match self {
            Self::Describe => "describe",
            Self::Begin => "begin",
            Self::Load => "load",
            Self::Check => "check",
            Self::Save => "save",
            Self::Delete => "delete",
            Self::Lock => "lock",
            Self::Savepoint => "savepoint",
            Self::Commit => "commit",
            Self::Rollback => "rollback",
        }
    }
}

/// Announces a statement that is about to be sent: its text, never its values.
pub(crate) fn announce<DB: Backend>(purpose: Purpose, sql: &str) {
    tracing::debug!(
        target: "aggregate_core::statement",
        backend = <DB as sqlx::Database>::NAME,
        kind = purpose.name(),
        sql = sql,
    );
}

/// Prepares a statement: until it is run it has done nothing.
pub(crate) async fn prepare<DB: Backend>(
    conn: &mut DB::Connection,
    sql: &Arc<str>,
    values: &mut Values<DB>,
) -> Result<(), sqlx::Error> {
    match values.take_types() {
        Some(types) => DB::prepare(conn, Arc::clone(sql), types).await,
        None => Ok(()),
    }
}

/// Runs a statement and returns the number of rows that it matched.
pub(crate) async fn execute<DB: Backend>(
    conn: &mut DB::Connection,
    purpose: Purpose,
    sql: impl Into<Arc<str>>,
    values: Values<DB>,
) -> Result<u64, sqlx::Error> {
    let sql = sql.into();
    announce::<DB>(purpose, &sql);
    DB::execute(conn, sql, values.into_arguments()).await
}

/// Runs a query and returns its rows.
pub(crate) async fn fetch<DB: Backend>(
    conn: &mut DB::Connection,
    purpose: Purpose,
    sql: impl Into<Arc<str>>,
    values: Values<DB>,
) -> Result<Vec<DB::Row>, sqlx::Error> {
    let sql = sql.into();
    announce::<DB>(purpose, &sql);
    DB::fetch_all(conn, sql, values.into_arguments()).await
}

/// A connection that this library lends itself from a pool.
///
/// If the future of a BEGIN or COMMIT is dropped, or with some drivers that of any statement, the driver may
/// not know what became of it; and if a ROLLBACK fails, the driver counts a transaction that is not there.
/// Then the connection is closed instead of going back to the pool.
pub(crate) struct Held<DB: Backend> {
    conn: PoolConnection<DB>,
    state: State,
}

/// What is known of a connection's transaction.
#[derive(Clone, Copy, PartialEq)]
enum State {
    /// The driver knows it.
    Known,
    /// A statement may be on its way.
    Talking,
    /// A BEGIN, COMMIT or ROLLBACK is on its way.
    InFlight,
    /// One of them failed in a way that leaves the driver with a wrong idea.
    Broken,
}

impl State {
    /// After a BEGIN or COMMIT was answered. What the engine refuses by its rules it leaves as it was; after
    /// anything else (a full disk, a broken connection) it may have ended the transaction by itself.
    fn after<DB: Backend, T>(answer: &Result<T, sqlx::Error>) -> Self {
        match answer.as_ref().map_err(DB::meaning) {
            Err(Meaning::Lost | Meaning::Other) => Self::Broken,
            _ => Self::Known,
        }
    }
}

impl<DB: Backend> Held<DB> {
    pub(crate) fn new(conn: PoolConnection<DB>) -> Self {
        Self { conn, state: State::Known }
    }

    /// The connection, for statements outside of a transaction, until [`heard`](Self::heard).
    pub(crate) fn talk(&mut self) -> &mut DB::Connection {
        self.state = State::Talking;
        &mut self.conn
    }

    /// Notes that what was sent was answered.
    pub(crate) fn heard(&mut self) {
        self.state = State::Known;
    }

    pub(crate) async fn begin(
        &mut self,
        statement: &'static str,
    ) -> Result<Transaction<'_, DB>, sqlx::Error> {
        announce::<DB>(Purpose::Begin, statement);
        self.state = State::InFlight;
        // As a type without a lifetime: a future that holds a `&'static str` is not known to be `Send`.
        let begun = self.conn.begin_with(statement.into_sql_str()).await;
        self.state = State::after::<DB, _>(&begun);
        Ok(Transaction { inner: begun?, state: &mut self.state })
    }
}

impl<DB: Backend> Drop for Held<DB> {
    fn drop(&mut self) {
        match self.state {
            State::Known => {}
            State::Talking if DB::CANCEL_SAFE != CancelSafe::Nothing => {}
            State::InFlight if DB::CANCEL_SAFE == CancelSafe::All => {}
            State::Talking | State::InFlight | State::Broken => self.conn.close_on_drop(),
        }
    }
}

/// A transaction that this library owns; dropped while it is open, it is rolled back.
pub(crate) struct Transaction<'h, DB: Backend> {
    inner: sqlx::Transaction<'h, DB>,
    state: &'h mut State,
}

impl<DB: Backend> Transaction<'_, DB> {
    pub(crate) fn connection(&mut self) -> &mut DB::Connection {
        *self.state = State::Talking;
        &mut self.inner
    }

    /// Commits. Where the database refuses, everything is undone; where the connection broke, nobody knows.
    pub(crate) async fn commit(self) -> Result<(), sqlx::Error> {
        announce::<DB>(Purpose::Commit, "COMMIT");
        *self.state = State::InFlight;
        let committed = self.inner.commit().await;
        *self.state = State::after::<DB, _>(&committed);
        committed
    }

    /// Undoes everything. If this fails, the connection is closed, which undoes everything too.
    pub(crate) async fn rollback(self) {
        announce::<DB>(Purpose::Rollback, "ROLLBACK");
        *self.state = State::InFlight;
        *self.state = if self.inner.rollback().await.is_ok() { State::Known } else { State::Broken };
    }
}

/// Refuses a transaction that does not keep one snapshot for several statements.
pub(crate) async fn require_snapshot<DB: Backend>(conn: &mut DB::Connection) -> Result<(), Error> {
    let level = DB::isolation(conn).await.map_err(engine_error::<DB>)?;
    if level.keeps_snapshot { Ok(()) } else { Err(Error::Isolation { level: level.name }) }
}

/// Refuses a connection that reads what others have not committed.
pub(crate) async fn refuse_dirty_reads<DB: Backend>(conn: &mut DB::Connection) -> Result<(), Error> {
    let level = DB::isolation(conn).await.map_err(engine_error::<DB>)?;
    if level.reads_uncommitted { Err(Error::Isolation { level: level.name }) } else { Ok(()) }
}
