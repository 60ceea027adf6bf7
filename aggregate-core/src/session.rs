//! Talking to a connection: every statement is counted and announced, and a transaction is never left open.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{Connection, SqlSafeStr};

use crate::backend::{Backend, CancelSafe, Meaning, engine_error};
use crate::error::Error;
use crate::line::{Line, Statements};
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

/// Announces a statement that is about to be sent and is not kept prepared: its text, never its values.
pub(crate) fn announce<DB: Backend>(purpose: Purpose, sql: &str) {
    announce_as::<DB>(purpose, sql, false);
}

/// Announces a statement that is about to be sent, and whether the connection keeps it prepared.
fn announce_as<DB: Backend>(purpose: Purpose, sql: &str, kept: bool) {
    tracing::debug!(
        target: "aggregate_core::statement",
        backend = <DB as sqlx::Database>::NAME,
        kind = purpose.name(),
        kept = kept,
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
    line: Line<'_, DB>,
    purpose: Purpose,
    sql: impl Into<Arc<str>>,
    values: Values<DB>,
) -> Result<u64, sqlx::Error> {
    let (sql, values) = (sql.into(), values.into_arguments());
    if !line.needs_transaction() {
        announce_as::<DB>(purpose, &sql, line.statements.persist());
        return DB::execute(line.conn, sql, values, line.statements.persist()).await;
    }
    let mut transaction = begin_around::<DB>(line.conn).await?;
    announce::<DB>(purpose, &sql);
    let done = DB::execute(&mut transaction, sql, values, line.statements.persist()).await;
    end_around(transaction, done).await
}

/// Runs a query and returns its rows.
pub(crate) async fn fetch<DB: Backend>(
    line: Line<'_, DB>,
    purpose: Purpose,
    sql: impl Into<Arc<str>>,
    values: Values<DB>,
) -> Result<Vec<DB::Row>, sqlx::Error> {
    let (sql, values) = (sql.into(), values.into_arguments());
    if !line.needs_transaction() {
        announce_as::<DB>(purpose, &sql, line.statements.persist());
        return DB::fetch_all(line.conn, sql, values, line.statements.persist()).await;
    }
    let mut transaction = begin_around::<DB>(line.conn).await?;
    announce::<DB>(purpose, &sql);
    let rows = DB::fetch_all(&mut transaction, sql, values, line.statements.persist()).await;
    end_around(transaction, rows).await
}

/// Begins the transaction of one statement, at the session's isolation level, as if it stood alone.
async fn begin_around<DB: Backend>(
    conn: &mut DB::Connection,
) -> Result<sqlx::Transaction<'_, DB>, sqlx::Error> {
    announce::<DB>(Purpose::Begin, "BEGIN");
    conn.begin().await
}

/// Commits it, or undoes it if the statement failed.
async fn end_around<DB: Backend, T>(
    transaction: sqlx::Transaction<'_, DB>,
    done: Result<T, sqlx::Error>,
) -> Result<T, sqlx::Error> {
    match done {
        Ok(answer) => {
            announce::<DB>(Purpose::Commit, "COMMIT");
            transaction.commit().await.map(|()| answer)
        }
        Err(error) => {
            announce::<DB>(Purpose::Rollback, "ROLLBACK");
            // If this fails the connection is broken, which undoes everything too.
            transaction.rollback().await.ok();
            Err(error)
        }
    }
}

/// A connection that this library lends itself from a pool.
///
/// If the future of a BEGIN or COMMIT is dropped, or with some drivers that of any statement, the driver may
/// not know what became of it; and if a ROLLBACK fails, the driver counts a transaction that is not there.
/// Then the connection is closed instead of going back to the pool.
pub(crate) struct Held<DB: Backend> {
    conn: PoolConnection<DB>,
    statements: Statements,
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
    pub(crate) fn new(conn: PoolConnection<DB>, statements: Statements) -> Self {
        Self { conn, statements, state: State::Known }
    }

    /// The connection, for statements outside of a transaction, until [`heard`](Self::heard).
    pub(crate) fn talk(&mut self) -> Line<'_, DB> {
        let line = Line { conn: &mut *self.conn, statements: self.statements };
        self.state = if line.needs_transaction() { State::InFlight } else { State::Talking };
        line
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
        Ok(Transaction { inner: begun?, statements: self.statements, state: &mut self.state })
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
    statements: Statements,
    state: &'h mut State,
}

impl<DB: Backend> Transaction<'_, DB> {
    pub(crate) fn connection(&mut self) -> Line<'_, DB> {
        *self.state = State::Talking;
        Line { conn: &mut *self.inner, statements: self.statements }
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
pub(crate) async fn require_snapshot<DB: Backend>(line: Line<'_, DB>) -> Result<(), Error> {
    let level = DB::isolation(line.conn).await.map_err(engine_error::<DB>)?;
    if level.keeps_snapshot { Ok(()) } else { Err(Error::Isolation { level: level.name }) }
}

/// Refuses a connection that reads what others have not committed.
pub(crate) async fn refuse_dirty_reads<DB: Backend>(line: Line<'_, DB>) -> Result<(), Error> {
    let level = DB::isolation(line.conn).await.map_err(engine_error::<DB>)?;
    if level.reads_uncommitted { Err(Error::Isolation { level: level.name }) } else { Ok(()) }
}

/// How long to wait before this run of what the engine ended: some milliseconds, more each time, by chance, so that
/// those who met do not meet again.
pub(crate) fn pause(run: u32) -> Duration {
    let most = 2_u64 << run.min(5);
    Duration::from_micros(RandomState::new().hash_one(run) % (most * 1_000))
}
