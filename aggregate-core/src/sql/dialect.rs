//! How the databases' SQL differs.

/// How a database's SQL is written.
#[derive(Debug, Clone, Copy)]
pub struct Dialect {
    /// The character before a numbered placeholder: `$1` or `?1`.
    pub(crate) placeholder: char,
    /// The most values that one statement takes.
    pub(crate) bind_limit: usize,
    /// Whether one statement loads all tables, as a tagged union.
    pub(crate) loads_by_union: bool,
    /// Whether one statement can write to several tables.
    pub(crate) saves_in_one: bool,
    /// How a transaction that writes begins.
    pub(crate) begin_write: &'static str,
    /// How a transaction that reads one snapshot begins.
    pub(crate) begin_read: &'static str,
    /// Whether a quoted name finds a column whose name is written with other letter cases.
    pub(crate) names_ignore_case: bool,
    /// What ends a query that reads rows for another lock than none.
    pub(crate) share_lock: &'static str,
    pub(crate) update_lock: &'static str,
    /// Whether a plain query in a transaction may see less than what the transaction has written upon: a query
    /// with a lock sees what is stored.
    pub(crate) reads_old_snapshots: bool,
    /// Where a transaction's isolation level is named.
    pub(crate) isolation: IsolationSyntax,
}

/// Where a transaction's isolation level is named.
#[derive(Debug, Clone, Copy)]
pub enum IsolationSyntax {
    /// In BEGIN.
    InBegin,
    /// In a statement before it.
    BeforeBegin,
    /// There is one only.
    Fixed,
}

/// Whether a query locks the rows that it reads, until the transaction ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Lock {
    /// It does not.
    None,
    /// Nobody else may write them.
    Share,
    /// Nobody else may write or lock them.
    Update,
}

impl Dialect {
    /// What ends a query with this lock.
    pub(crate) fn lock(self, lock: Lock) -> &'static str {
        match lock {
            Lock::None => "",
            Lock::Share => self.share_lock,
            Lock::Update => self.update_lock,
        }
    }
}
