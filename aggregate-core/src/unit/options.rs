//! How a unit of work begins.

use std::marker::PhantomData;

use sqlx::{Pool, Transaction};

use super::UnitOfWork;
use crate::backend::Backend;
use crate::error::Error;
use crate::line::Statements;

/// The isolation level of a unit of work.
///
/// Whatever the level, the versions that are checked decide whether a save is a conflict. A higher level adds what
/// the engine guarantees of everything else that the unit reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Isolation {
    /// Each statement sees what was committed before it.
    ReadCommitted,
    /// All statements see one snapshot.
    RepeatableRead,
    /// The unit is as if it ran alone.
    Serializable,
}

impl Isolation {
    /// As SQL spells it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::ReadCommitted => "READ COMMITTED",
            Self::RepeatableRead => "REPEATABLE READ",
            Self::Serializable => "SERIALIZABLE",
        }
    }
}

/// How a unit of work begins: [`UnitOfWork::options`].
#[derive(Debug)]
pub struct UnitOptions<DB: Backend> {
    pub(super) isolation: Option<Isolation>,
    pub(super) read_only: bool,
    pub(super) attempts: u32,
    pub(super) statements: Statements,
    database: PhantomData<fn() -> DB>,
}

impl<DB: Backend> Clone for UnitOptions<DB> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<DB: Backend> Copy for UnitOptions<DB> {}

impl<DB: Backend> Default for UnitOptions<DB> {
    fn default() -> Self {
        let statements = Statements::Named;
        Self { isolation: None, read_only: false, attempts: 10, statements, database: PhantomData }
    }
}

impl<DB: Backend> UnitOptions<DB> {
    /// Sets the isolation level. Default: that of the session, which is refused if it is READ UNCOMMITTED.
    ///
    /// `SQLite` has one level only, [`Isolation::Serializable`]; there this changes nothing.
    #[must_use]
    pub fn isolation(mut self, level: Isolation) -> Self {
        self.isolation = Some(level);
        self
    }

    /// Begins a transaction that only reads: saves, deletes and locks are refused with [`Error::ReadOnly`].
    ///
    /// On `SQLite` other writers go on meanwhile; SQL of your own is not kept from writing there.
    #[must_use]
    pub fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// How often [`transact`](Self::transact) runs its closure at most. Default: 10; 0 counts as 1.
    #[must_use]
    pub fn attempts(mut self, most: u32) -> Self {
        self.attempts = most;
        self
    }

    /// Sends every statement unnamed, as
    /// [`SqlRepository::unnamed_statements`](crate::SqlRepository::unnamed_statements) does. Default: under names.
    #[must_use]
    pub fn unnamed_statements(mut self) -> Self {
        self.statements = Statements::Unnamed;
        self
    }

    /// Begins a unit of work.
    ///
    /// # Errors
    ///
    /// Those of [`UnitOfWork::begin`].
    pub async fn begin(self, pool: &Pool<DB>) -> Result<UnitOfWork<DB>, Error> {
        UnitOfWork::begin_with(pool, self).await
    }

    /// Goes on with a transaction of the caller's, as [`UnitOfWork::from_transaction`] does. Its isolation level
    /// is what it is, whatever [`isolation`](Self::isolation) says.
    ///
    /// # Errors
    ///
    /// Those of [`UnitOfWork::from_transaction`].
    pub async fn adopt(self, transaction: Transaction<'static, DB>) -> Result<UnitOfWork<DB>, Error> {
        UnitOfWork::adopt_with(transaction, self).await
    }
}
