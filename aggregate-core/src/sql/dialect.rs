//! How the databases' SQL differs.

/// How a database's SQL is written.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_excessive_bools, reason = "the differences have nothing to do with each other")]
pub struct Dialect {
    /// The character around a name; doubled inside of one.
    pub(crate) quote: char,
    /// The character of a placeholder: `$1` or `?`.
    pub(crate) placeholder: char,
    /// Whether placeholders carry the numbers of their values. Where they do not, a value is sent once for
    /// each place that names it, in the order of the places.
    pub(crate) numbered: bool,
    /// The most values that one statement takes.
    pub(crate) bind_limit: usize,
    /// How one statement loads all tables, as a tagged union, where that is better than a statement each.
    pub(crate) union: Option<Union>,
    /// Whether one statement can write to several tables.
    pub(crate) saves_in_one: bool,
    /// How a `DELETE` begins that knows its table as `t`.
    pub(crate) delete_from: &'static str,
    /// Whether such a `DELETE` can join tables.
    pub(crate) deletes_by_joins: bool,
    /// What joins a table to those before it, so that it is read after them.
    pub(crate) join_in_order: &'static str,
    /// Whether a `VALUES` list can stand where a table does, so that rows are updated by a join with it. Else
    /// each column is set by a `CASE` over the rows.
    pub(crate) joins_lists: bool,
    /// Whether the planner would rather scan a whole table, and look each row up in a list, than the other way round.
    pub(crate) scans_for_lists: bool,
    /// From how many rows on each column of a list is better sent as an array, where it can be.
    pub(crate) arrays: Option<ArrayRows>,
    /// The most rows that one `UPDATE` writes, and the most rows times columns: what a `CASE` over rows takes grows with
    /// the square of their number, for each column.
    pub(crate) update_rows: usize,
    pub(crate) update_cells: usize,
    /// How a transaction that writes begins.
    pub(crate) begin_write: &'static str,
    /// How a transaction that reads one snapshot begins.
    pub(crate) begin_read: &'static str,
    /// How a transaction begins whose later statements see what others committed while an earlier one waited.
    pub(crate) begin_after_wait: &'static str,
    /// Whether a quoted name finds a column whose name is written with other letter cases.
    pub(crate) names_ignore_case: bool,
    /// What ends a query that reads rows for another lock than none.
    pub(crate) share_lock: &'static str,
    pub(crate) update_lock: &'static str,
    /// Whether a plain query in a transaction may see less than what the transaction has written upon: a query
    /// with a lock sees what is stored.
    pub(crate) reads_old_snapshots: bool,
    /// Whether a statement that writes finds its rows in the transaction's snapshot, so that rows added since are
    /// passed over.
    pub(crate) writes_by_snapshot: bool,
    /// Where a transaction's isolation level is named.
    pub(crate) isolation: IsolationSyntax,
    /// Whether READ UNCOMMITTED shows what others have not committed, and is not just another name.
    pub(crate) has_dirty_reads: bool,
}

/// Where a transaction's isolation level is named.
#[derive(Debug, Clone, Copy)]
#[allow(dead_code, reason = "each database uses one")]
pub(crate) enum IsolationSyntax {
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

/// From how many rows on a list is sent as arrays.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ArrayRows {
    pub(crate) inserts: usize,
    /// Updates, deletes, ids.
    pub(crate) keyed: usize,
}

/// How a tagged union is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Union {
    /// What stands behind the number of the arm.
    pub(crate) tag_cast: &'static str,
    /// The `NULL` of a slot of this SQL type, in the first arm or a later one.
    pub(crate) null: fn(ty: &str, first: bool) -> String,
    /// What makes an arm keep its `ORDER BY`.
    pub(crate) in_order: &'static str,
}

impl Dialect {
    /// Whether one statement loads all tables.
    pub(crate) const fn loads_by_union(&self) -> bool {
        self.union.is_some()
    }
}
