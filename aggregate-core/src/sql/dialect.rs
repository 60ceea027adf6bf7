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
    /// How a transaction begins whose later statements see what others committed while an earlier one waited.
    pub(crate) begin_after_wait: &'static str,
    /// What a SELECT ends in that keeps its rows from being changed or deleted by others, but not from being
    /// read or locked in the same way; nothing where the transaction is the only one that writes.
    pub(crate) lock_shared: &'static str,
    /// The same, but from being locked too.
    pub(crate) lock_alone: &'static str,
    /// Whether a quoted name finds a column whose name is written with other letter cases.
    pub(crate) names_ignore_case: bool,
}
