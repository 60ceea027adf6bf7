//! One error type, one variant for each meaning, whatever the engine said.

mod conflict;
mod display;
mod kind;

use std::error::Error as StdError;

pub use conflict::{Conflict, ConflictReason};

/// A source of any type.
type BoxError = Box<dyn StdError + Send + Sync>;

/// What went wrong in a load, a save or a delete.
///
/// Unless a variant says otherwise, nothing was written and the aggregate in memory is as it was.
/// Messages name tables, columns and ids, never other values; the engine's own error is the
/// [`source`](StdError::source). Ids are shown as their `Debug` form.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The stored aggregate is not at the version that this copy was loaded at.
    ///
    /// Load it again, redo the change, save.
    Conflict(Conflict),
    /// No aggregate has this id.
    NotFound {
        /// The root's table.
        aggregate: &'static str,
        /// The id that was asked for; of several that are missing all, with commas between.
        id: String,
    },
    /// The value to merge has no version, so that nobody knows what it was made from.
    ///
    /// Send the version out with the aggregate and back again, or say by
    /// [`merge_any`](crate::RowRepository::merge_any) that it shall overwrite whatever is stored.
    VersionMissing {
        /// The root's table.
        aggregate: &'static str,
        /// The id of the value.
        id: String,
    },
    /// An aggregate with this id is stored already, so that this new one cannot be.
    AlreadyExists {
        /// The root's table.
        aggregate: &'static str,
        /// The id of both.
        id: String,
        /// Whether the unit of work is over with it, see [`Error::transaction_lost`].
        transaction_lost: bool,
    },
    /// Two rows in memory have one key.
    DuplicateKey {
        /// The rows' table.
        table: &'static str,
        /// Their id.
        id: String,
    },
    /// The value in memory is another aggregate than the one that was loaded.
    ///
    /// It was replaced by assignment or `mem::swap`, or its id was edited.
    IdentityChanged {
        /// The root's table.
        aggregate: &'static str,
        /// The id that was loaded.
        loaded: String,
        /// The id that stands there now.
        found: String,
    },
    /// A `#[parent]` field does not name the parent that the row stands under.
    ParentMismatch {
        /// The row's table.
        table: &'static str,
        /// The field.
        field: &'static str,
        /// The row's id.
        id: String,
    },
    /// A column that is `insert_only` was changed after its row was stored.
    InsertOnly {
        /// The row's table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's id.
        id: String,
    },
    /// The database refused a row by a constraint.
    ConstraintViolated {
        /// The table, where the engine names it (`PostgreSQL`).
        table: Option<String>,
        /// The constraint, where the engine names it (`PostgreSQL`).
        constraint: Option<String>,
        /// The kind of the constraint.
        kind: ConstraintKind,
        /// Whether the unit of work is over with it, see [`Error::transaction_lost`].
        transaction_lost: bool,
        /// What the engine said.
        source: sqlx::Error,
    },
    /// The rows that were loaded do not make an aggregate.
    Inconsistent {
        /// The table of the row in question.
        table: &'static str,
        /// The key of the row in question, or of the place that it should stand at.
        key: String,
        /// What does not fit.
        kind: Inconsistency,
    },
    /// A row that this save writes was removed or re-parented although the version is as loaded.
    ///
    /// Something wrote to the table without going through the aggregate, or somebody else removed the row
    /// from an `unversioned` collection, or a trigger or a policy of the database keeps the row from being
    /// written. Nothing was written. A row that stands where this save adds one is told by the table's own key, as [`Error::ConstraintViolated`].
    OutOfBand {
        /// The row's table.
        table: &'static str,
        /// Whether the unit of work is over with it, see [`Error::transaction_lost`].
        transaction_lost: bool,
    },
    /// The database was busy with others: a lock was not had in time, or the engine broke a deadlock.
    ///
    /// Nothing was written; the same save may succeed later.
    Contended {
        /// Whether the unit of work is over with it, see [`Error::transaction_lost`].
        transaction_lost: bool,
        /// What the engine said.
        source: Option<sqlx::Error>,
    },
    /// The connection broke between the last request and the whole of its answer: the save is stored wholly or
    /// not at all, and nobody here knows which.
    ///
    /// The last request is the COMMIT, or on `PostgreSQL` the only statement of a save or delete, unless statements are unnamed. If the connection
    /// breaks before, while that statement is only being prepared too, nothing is stored, and the error is
    /// [`Error::Database`]. So it is for a unit of work in which nothing can have been written, and for every load.
    ///
    /// The aggregate in memory is in doubt until it is [reloaded](crate::SqlRepository::reload): look then whether
    /// the change is there. Never redo it without looking.
    CommitUnknown {
        /// The root's table.
        aggregate: &'static str,
        /// The aggregate's id.
        id: String,
        /// What broke the connection.
        source: sqlx::Error,
    },
    /// An earlier save or delete of this copy ended unknown, or its future was dropped after the last request, so
    /// that its version is not known.
    ///
    /// [Reload](crate::SqlRepository::reload) it.
    InDoubt {
        /// The root's table.
        aggregate: &'static str,
        /// The aggregate's id.
        id: String,
    },
    /// This copy was saved or deleted in a unit of work that is still open, so that only this unit may write it.
    ///
    /// Commit the unit or roll it back first.
    Uncommitted {
        /// The root's table.
        aggregate: &'static str,
        /// The aggregate's id.
        id: String,
    },
    /// The unit of work takes nothing more.
    UnitClosed(Closed),
    /// The unit of work was begun to read only.
    ReadOnly,
    /// The isolation level does not serve: it reads what was never committed; or it does not keep one snapshot for
    /// the several statements that were asked for; or it keeps one where rows must be removed that others may have
    /// added since (a delete above `unversioned` collections in a unit of work on `PostgreSQL`).
    Isolation {
        /// The level, as the engine spells it.
        level: String,
    },
    /// The version cannot be counted further.
    VersionExhausted {
        /// The root's table.
        aggregate: &'static str,
        /// The aggregate's id.
        id: String,
    },
    /// An invariant of the domain does not hold.
    Invariant {
        /// The table of the entity that declares it.
        entity: &'static str,
        /// The entity's id.
        id: String,
        /// Whether it is what is stored that breaks it, as a load found; else nothing of it was stored.
        stored: bool,
        /// The domain's own error.
        source: BoxError,
    },
    /// A stored value cannot be read as the field's type.
    Decode {
        /// The row's table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's id, where it could be read.
        id: Option<String>,
        /// Why not.
        source: BoxError,
    },
    /// A value cannot be stored in this database.
    Encode {
        /// The row's table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// Why not.
        source: BoxError,
    },
    /// The database's tables are not those that the types describe.
    Schema {
        /// The table.
        table: String,
        /// The column, where it is about one.
        column: Option<&'static str>,
        /// What is missing or different.
        problem: SchemaProblem,
    },
    /// Any other error of the database or the connection.
    Database {
        /// Whether the unit of work is over with it, see [`Error::transaction_lost`].
        transaction_lost: bool,
        /// What the driver said.
        source: sqlx::Error,
    },
}

/// Why a unit of work takes nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Closed {
    /// It was committed, or its commit is under way.
    Committed,
    /// It was rolled back.
    RolledBack,
    /// The engine ended its transaction, or a statement of your own did, or a call was dropped half-way.
    Lost,
    /// A statement failed behind a savepoint, and the engine takes nothing until that is rolled back.
    Failed,
    /// An outer savepoint was released or rolled back, and this one with it.
    Savepoint,
}

/// The kind of a constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConstraintKind {
    /// A unique or primary key.
    Unique,
    /// A foreign key.
    ForeignKey,
    /// `NOT NULL`.
    NotNull,
    /// `CHECK`.
    Check,
    /// `EXCLUDE`.
    Exclusion,
}

/// What does not fit in loaded rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Inconsistency {
    /// A row's parent is not there.
    Orphan,
    /// Two rows stand in one place: one key twice, or two rows for a field that holds one.
    Duplicate,
    /// A field that holds exactly one row has none.
    Missing,
    /// The database answered with a root of another id than the one asked for.
    ForeignId,
}

/// How the database differs from the description.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SchemaProblem {
    /// There is no such table.
    MissingTable,
    /// The table has no such column.
    MissingColumn,
    /// The column cannot hold the field's type.
    WrongType {
        /// The SQL type of the column.
        found: String,
        /// The SQL type that the field is sent as.
        expected: String,
    },
}

impl Error {
    /// Whether the aggregate was changed, deleted or created by someone else in the meantime.
    #[must_use]
    pub const fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict(_) | Self::AlreadyExists { .. })
    }

    /// Whether loading again and redoing the change may succeed.
    ///
    /// True for [`Error::Conflict`] and [`Error::Contended`]; never for [`Error::CommitUnknown`].
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::Conflict(_) | Self::Contended { .. })
    }

    /// Whether a unit of work is over with this error: its transaction was ended, nothing of it is stored, and it
    /// takes nothing more. Begin a new one.
    ///
    /// Only if SQL of your own has ended the transaction, which [`Error::UnitClosed`] says, may that have been a
    /// COMMIT; then what was saved in the unit is in doubt.
    ///
    /// Always false outside of a unit of work, where each call is a transaction of its own.
    #[must_use]
    pub const fn transaction_lost(&self) -> bool {
        match self {
            Self::AlreadyExists { transaction_lost, .. }
            | Self::ConstraintViolated { transaction_lost, .. }
            | Self::OutOfBand { transaction_lost, .. }
            | Self::Contended { transaction_lost, .. }
            | Self::Database { transaction_lost, .. } => *transaction_lost,
            Self::UnitClosed(closed) => matches!(closed, Closed::Lost),
            _ => false,
        }
    }

    /// What the engine said, where nothing but that is known.
    pub(crate) const fn engine(&self) -> Option<&sqlx::Error> {
        match self {
            Self::Contended { source: Some(source), .. } | Self::Database { source, .. } => Some(source),
            _ => None,
        }
    }

    /// The same error, of a transaction that is over with it.
    pub(crate) fn losing_the_transaction(mut self) -> Self {
        match &mut self {
            Self::AlreadyExists { transaction_lost, .. }
            | Self::ConstraintViolated { transaction_lost, .. }
            | Self::OutOfBand { transaction_lost, .. }
            | Self::Contended { transaction_lost, .. }
            | Self::Database { transaction_lost, .. } => *transaction_lost = true,
            _ => {}
        }
        self
    }

    /// The database refused a row.
    pub(crate) fn violated(kind: ConstraintKind, source: sqlx::Error) -> Self {
        let named = source.as_database_error();
        Self::ConstraintViolated {
            table: named.and_then(|error| error.table()).map(str::to_owned),
            constraint: named.and_then(|error| error.constraint()).map(str::to_owned),
            kind,
            transaction_lost: false,
            source,
        }
    }

    pub(crate) fn contended(source: sqlx::Error) -> Self {
        Self::Contended { transaction_lost: false, source: Some(source) }
    }

    pub(crate) fn out_of_band(table: &'static str) -> Self {
        Self::OutOfBand { table, transaction_lost: false }
    }

    pub(crate) fn database(source: sqlx::Error) -> Self {
        Self::Database { transaction_lost: false, source }
    }

    pub(crate) fn encode(table: &'static str, column: &'static str, source: BoxError) -> Self {
        Self::Encode { table, column, source }
    }
}
