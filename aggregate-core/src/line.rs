//! Connections, and how statements are sent on them.

use sqlx::{Connection, Pool};

use crate::backend::Backend;
use crate::session::Held;

/// How statements with values are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Statements {
    /// Prepared under a name, and kept by the connection.
    Named,
    /// Prepared anew each time, so that nothing is left on the server.
    Unnamed,
    /// Prepared for once where it may be kept, since others are run more often.
    Rare,
}

impl Statements {
    pub(crate) fn persist(self) -> bool {
        self == Self::Named
    }

    /// Whether a statement that stands alone needs a transaction around it.
    fn need_transaction<DB: Backend>(self) -> bool {
        self == Self::Unnamed && DB::PARSES_UNNAMED_APART
    }
}

/// A connection, and how statements with values are sent on it.
pub(crate) struct Line<'c, DB: Backend> {
    pub(crate) conn: &'c mut DB::Connection,
    pub(crate) statements: Statements,
}

impl<DB: Backend> Line<'_, DB> {
    /// The same line, for a shorter time.
    pub(crate) fn reborrow(&mut self) -> Line<'_, DB> {
        Line { conn: self.conn, statements: self.statements }
    }

    /// The same line, for a statement that is not worth being kept.
    pub(crate) fn for_rare(mut self) -> Self {
        if self.statements == Statements::Named {
            self.statements = Statements::Rare;
        }
        self
    }

    /// Whether a statement that stands alone needs a transaction around it.
    pub(crate) fn needs_transaction(&self) -> bool {
        self.statements.need_transaction::<DB>() && !self.conn.is_in_transaction()
    }
}

/// A pool, and how statements with values are sent on its connections.
pub(crate) struct Lines<DB: Backend> {
    pub(crate) pool: Pool<DB>,
    pub(crate) statements: Statements,
}

impl<DB: Backend> Lines<DB> {
    /// Lends a connection.
    pub(crate) async fn acquire(&self) -> Result<Held<DB>, sqlx::Error> {
        Ok(Held::new(self.pool.acquire().await?, self.statements))
    }

    /// Whether a statement that stands alone needs a transaction around it.
    pub(crate) fn need_transactions(&self) -> bool {
        self.statements.need_transaction::<DB>()
    }

    /// How many statements one takes that stands alone: BEGIN and COMMIT may stand around it.
    pub(crate) fn cost_of_one(&self) -> u64 {
        if self.need_transactions() { 3 } else { 1 }
    }
}

impl<DB: Backend> Clone for Lines<DB> {
    fn clone(&self) -> Self {
        Self { pool: self.pool.clone(), statements: self.statements }
    }
}
