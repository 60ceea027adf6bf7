//! The databases: what differs between them that is not text.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use sqlx::database::HasStatementCache;
use sqlx::error::BoxDynError;
use sqlx::{Database, Encode};

use crate::equality::FloatLimits;
use crate::error::{ConstraintKind, Error};
use crate::sql::Dialect;
use crate::values::{Array, Bound};

#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

/// A future of a backend.
pub(crate) type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, sqlx::Error>> + Send + 'a>>;

mod sealed {
    /// Keeps [`Backend`](super::Backend) to the databases of this crate.
    pub trait Sealed {}
}

/// A database that aggregates can be kept in: `sqlx::Sqlite`, `sqlx::Postgres` or `sqlx::MySql`.
///
/// Sealed. Each is switched on by the cargo feature of its name.
pub trait Backend: Database<ArgumentBuffer: Default + Send> + HasStatementCache + sealed::Sealed {
    /// What the database cannot keep of a float.
    #[doc(hidden)]
    const FLOATS: FloatLimits;
    /// How the database's SQL is written.
    #[doc(hidden)]
    const DIALECT: Dialect;
    /// Which futures of a connection can be dropped and leave it usable.
    #[doc(hidden)]
    const CANCEL_SAFE: CancelSafe;
    /// Whether the driver parses an unnamed statement in a round trip of its own. Before the next one, which runs
    /// it, a pooler may change the server connection, unless a transaction keeps it.
    #[doc(hidden)]
    const PARSES_UNNAMED_APART: bool;

    /// The type that a value of this type is better sent as.
    #[doc(hidden)]
    #[must_use]
    fn sent_as(_: &Self::TypeInfo) -> Option<Self::TypeInfo> {
        None
    }
    /// The type of an array of this type, if there is one.
    #[doc(hidden)]
    #[must_use]
    fn array_of(_: &Self::TypeInfo) -> Option<Self::TypeInfo> {
        None
    }
    /// Appends a value to the elements of an array.
    #[doc(hidden)]
    fn append_element<'v, T: Encode<'v, Self>>(
        _: &mut Self::ArgumentBuffer,
        _: T,
    ) -> Result<(), BoxDynError> {
        Err("this database has no arrays".into())
    }
    /// Appends an array of so many elements to a statement's arguments.
    #[doc(hidden)]
    fn bind_array(_: &mut Bound<Self>, _: Array<Self>, _: usize) -> Result<(), BoxDynError>
    where
        Self: Sized,
    {
        Err("this database has no arrays".into())
    }
    /// Appends a number of our own to a statement's arguments.
    #[doc(hidden)]
    fn bind_number(arguments: &mut Bound<Self>, number: i64) -> Result<(), BoxDynError>
    where
        Self: Sized;
    /// Reads a number that our own SQL computed.
    #[doc(hidden)]
    fn read_number(row: &Self::Row, at: usize) -> Result<Option<i64>, sqlx::Error>;
    /// A raw value of a row, by position.
    #[doc(hidden)]
    fn value(row: &Self::Row, at: usize) -> Result<Self::ValueRef<'_>, sqlx::Error>;
    /// Prepares a statement that will be run with values of these types, so that running it sends it alone.
    #[doc(hidden)]
    fn prepare(conn: &mut Self::Connection, _: Arc<str>, _: Vec<Self::TypeInfo>) -> Pending<'_, ()> {
        let _ = conn;
        Box::pin(std::future::ready(Ok(())))
    }
    /// Runs a statement and returns the number of rows that it matched. If it is persistent, the connection keeps it
    /// prepared under a name.
    #[doc(hidden)]
    fn execute(
        conn: &mut Self::Connection,
        sql: Arc<str>,
        arguments: Self::Arguments,
        persistent: bool,
    ) -> Pending<'_, u64>;
    /// Runs a query and returns its rows; persistent as by [`execute`](Self::execute).
    #[doc(hidden)]
    fn fetch_all(
        conn: &mut Self::Connection,
        sql: Arc<str>,
        arguments: Self::Arguments,
        persistent: bool,
    ) -> Pending<'_, Vec<Self::Row>>;
    /// Names types of the user's own that an unnamed query reads, so that the driver asks for them before it.
    #[doc(hidden)]
    fn name_types(_: &mut Self::Arguments, _: &[String]) -> Result<(), BoxDynError> {
        Ok(())
    }
    /// The columns of a table and their types, none if there is no such table. `all_columns` is a query whose
    /// one row has them.
    #[doc(hidden)]
    fn describe<'c>(
        conn: &'c mut Self::Connection,
        schema: Option<&'static str>,
        table: &'static str,
        all_columns: Arc<str>,
        persistent: bool,
    ) -> Pending<'c, Vec<Described<Self>>>
    where
        Self: Sized;
    /// Whether a column can hold a field that is sent as `sent` and reads what `reads` accepts, in this role.
    #[doc(hidden)]
    fn fits(
        column: &Described<Self>,
        sent: &Self::TypeInfo,
        reads: fn(&Self::TypeInfo) -> bool,
        role: Role,
    ) -> bool
    where
        Self: Sized;
    /// The isolation level of the connection's transaction, or of the next one if there is none.
    #[doc(hidden)]
    fn isolation(conn: &mut Self::Connection) -> Pending<'_, Level>;
    /// What became of the connection's transaction after an error with this meaning that no savepoint caught.
    #[doc(hidden)]
    fn after(conn: &mut Self::Connection, meaning: Meaning) -> Pending<'_, After>;
    /// Whether the error says that an earlier one has failed the transaction, which cannot be committed any more.
    #[doc(hidden)]
    fn has_failed(error: &sqlx::Error) -> bool;
    /// Sends a command that takes no values, unprepared.
    #[doc(hidden)]
    fn command(conn: &mut Self::Connection, sql: String) -> Pending<'_, ()>;
    /// What an error of the database means.
    #[doc(hidden)]
    fn meaning(error: &sqlx::Error) -> Meaning;
    /// Whether a unique violation may be one of these columns: not if the database names others.
    #[doc(hidden)]
    fn may_blame(error: &sqlx::Error, table: &str, columns: &[&str]) -> bool;
}

/// What an isolation level lets a transaction see.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Level {
    /// As the engine spells it.
    pub name: String,
    /// Whether there is a transaction whose statements all see one snapshot.
    pub keeps_snapshot: bool,
    /// Whether it sees what others have not committed.
    pub reads_uncommitted: bool,
}

/// What becomes of a transaction after an error.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// The statement alone was undone.
    GoesOn,
    /// It takes nothing more until a savepoint is rolled back, or all of it.
    Failed,
    /// It is rolled back, or nobody knows.
    Over,
}

/// Which futures of a connection can be dropped and leave it usable.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelSafe {
    /// All.
    All,
    /// Those of statements, but for BEGIN, COMMIT and ROLLBACK.
    Statements,
    /// None.
    Nothing,
}

/// What a column is to its row.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A part of the row's id or of its parent's.
    Key,
    /// Written and read.
    Plain,
    /// Never written.
    ReadOnly,
}

/// A column as the database describes it.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Described<DB: Database> {
    /// The column's name.
    pub name: String,
    /// Its type, as the database spells it.
    pub declared: String,
    /// What two columns must have in common to share a slot of a union, if not only their declared type.
    pub slot: Option<String>,
    /// Its type, as the driver knows it.
    pub ty: Option<DB::TypeInfo>,
    /// Whether the driver has to ask for the type on each connection.
    pub is_own_type: bool,
}

/// The sentence that a one-statement save fails with where a count does not come out; the arm's number follows.
pub(crate) const OUT_OF_BAND: &str = "aggregate: out of band in arm ";

/// What an error means where nothing is written.
pub(crate) fn engine_error<DB: Backend>(source: sqlx::Error) -> Error {
    match DB::meaning(&source) {
        Meaning::Rerun | Meaning::Contended => Error::contended(source),
        _ => Error::database(source),
    }
}

/// Whether a key that the database names has these columns, in any order.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
fn are_same<'n>(named: impl Iterator<Item = &'n str>, columns: &[&str]) -> bool {
    let mut left = columns.to_vec();
    for name in named {
        let Some(at) = left.iter().position(|column| column.eq_ignore_ascii_case(name)) else { return false };
        left.swap_remove(at);
    }
    left.is_empty()
}

/// Whether the error says that the connection itself broke.
#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
fn is_lost(error: &sqlx::Error) -> bool {
    use sqlx::Error;
    matches!(error, Error::Io(_) | Error::Tls(_) | Error::Protocol(_) | Error::WorkerCrashed)
}

/// What an error of the database means for a save.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// A constraint was violated.
    Violated(ConstraintKind),
    /// This transaction lost to another one and may win if it runs again.
    Rerun,
    /// A lock was not had in time.
    Contended,
    /// The count of this arm of a one-statement save did not come out.
    OutOfBand(usize),
    /// The connection is gone, and with it the answer to what was sent last.
    Lost,
    /// Anything else.
    Other,
}
