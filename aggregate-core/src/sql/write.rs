//! Writing rows, as statements of a transaction.

use super::Dialect;
use super::select::equal;
use crate::layout::Node;

/// Rows of one table that a save writes in one way.
///
/// The values of a row stand in this order: the foreign key and the id (as they were before the save for
/// updates and deletes), then what is written.
#[derive(Debug, Clone)]
pub(crate) struct Arm<'l> {
    pub(crate) node: &'l Node,
    pub(crate) kind: Kind,
    /// How many rows.
    pub(crate) rows: usize,
}

/// How rows are written.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// Removed by key.
    Delete,
    /// These columns are set; of the foreign key too, where rows moved to other parents.
    Update(Vec<&'static str>),
    /// Added, with these columns after the foreign key.
    Insert(Vec<&'static str>),
}

impl Arm<'_> {
    /// The number of columns of the key: the parent's, then the row's own.
    pub(super) fn key_len(&self) -> usize {
        self.node.foreign_key.len() + self.node.table.id_columns().len()
    }

    /// The number of values of a row.
    pub(crate) fn width(&self) -> usize {
        match &self.kind {
            Kind::Delete => self.key_len(),
            Kind::Update(set) => self.key_len() + set.len(),
            Kind::Insert(columns) => self.node.foreign_key.len() + columns.len(),
        }
    }

    /// The number of rows in the statement's text. Lists of rows are padded to a power of two, so that few
    /// texts serve all lengths and their plans are kept; a padded list repeats its last row.
    pub(crate) fn padded(&self) -> usize {
        self.rows.next_power_of_two()
    }

    /// The names of the key's columns.
    fn key(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.node.foreign_key.iter().copied().chain(self.node.id_names())
    }
}

/// The statement that writes an arm in a transaction. Values are numbered from 1; where rows are
/// inserted by a padded list, one more value follows: how many of them count.
pub(crate) fn step(dialect: Dialect, arm: &Arm<'_>) -> String {
    let mut sql = String::new();
    match &arm.kind {
        Kind::Delete => {
            sql.push_str("DELETE FROM ");
            dialect.table(&mut sql, arm.node.schema, arm.node.name);
            sql.push_str(" AS t WHERE ");
            if arm.rows == 1 {
                equal(dialect, &mut sql, "t", arm.key(), 1);
            } else {
                sql.push('(');
                names(dialect, &mut sql, Some("t"), arm.key());
                sql.push_str(") IN (");
                values(dialect, &mut sql, arm, 1);
                sql.push(')');
            }
        }
        Kind::Update(set) => {
            sql.push_str("UPDATE ");
            dialect.table(&mut sql, arm.node.schema, arm.node.name);
            sql.push_str(" AS t SET ");
            assignments(dialect, &mut sql, arm, set, 1);
            if arm.rows > 1 {
                sql.push_str(" FROM (");
                values(dialect, &mut sql, arm, 1);
                sql.push_str(") AS v");
            }
            sql.push_str(" WHERE ");
            matches_key(dialect, &mut sql, arm, 1);
        }
        Kind::Insert(columns) => {
            insert_into(dialect, &mut sql, arm, columns);
            if arm.rows == 1 {
                values(dialect, &mut sql, arm, 1);
            } else {
                sql.push_str("SELECT * FROM (");
                values(dialect, &mut sql, arm, 1);
                sql.push_str(") AS v LIMIT ");
                dialect.value(&mut sql, arm.padded() * arm.width() + 1);
            }
        }
    }
    sql
}

/// `INSERT INTO t (fk, columns) `
pub(super) fn insert_into(dialect: Dialect, sql: &mut String, arm: &Arm<'_>, columns: &[&'static str]) {
    sql.push_str("INSERT INTO ");
    dialect.table(sql, arm.node.schema, arm.node.name);
    sql.push_str(" (");
    let foreign_key = arm.node.foreign_key.iter();
    names(dialect, sql, None, foreign_key.chain(columns).copied());
    sql.push_str(") ");
}

/// `VALUES (…), (…)`, padded.
pub(super) fn values(dialect: Dialect, sql: &mut String, arm: &Arm<'_>, first: usize) {
    sql.push_str("VALUES ");
    dialect.tuples(sql, arm.padded(), arm.width(), first, true);
}

/// `c = $3` for one row, `c = v.column3` for a list.
pub(super) fn assignments(
    dialect: Dialect,
    sql: &mut String,
    arm: &Arm<'_>,
    set: &[&'static str],
    first: usize,
) {
    for (i, column) in set.iter().enumerate() {
        sql.push_str(if i == 0 { "" } else { ", " });
        dialect.name(sql, column);
        sql.push_str(" = ");
        operand(dialect, sql, arm, arm.key_len() + i, first);
    }
}

/// `t.fk = $1 AND t.id = $2` for one row, `t.fk = v.column1 AND …` for a list.
pub(super) fn matches_key(dialect: Dialect, sql: &mut String, arm: &Arm<'_>, first: usize) {
    for (i, column) in arm.key().enumerate() {
        sql.push_str(if i == 0 { "" } else { " AND " });
        dialect.column(sql, "t", column);
        sql.push_str(" = ");
        operand(dialect, sql, arm, i, first);
    }
}

/// The value at this position of the row: a placeholder, or a column of the list `v`.
fn operand(dialect: Dialect, sql: &mut String, arm: &Arm<'_>, position: usize, first: usize) {
    if arm.rows == 1 {
        dialect.value(sql, first + position);
    } else {
        // Both databases name the columns of a VALUES list so.
        sql.push_str("v.column");
        sql.push_str(&(position + 1).to_string());
    }
}

fn names(
    dialect: Dialect,
    sql: &mut String,
    alias: Option<&str>,
    columns: impl Iterator<Item = &'static str>,
) {
    for (i, column) in columns.enumerate() {
        sql.push_str(if i == 0 { "" } else { ", " });
        match alias {
            Some(alias) => dialect.column(sql, alias, column),
            None => dialect.name(sql, column),
        }
    }
}

/// How a save writes the root's row.
#[derive(Debug, Clone)]
pub(crate) enum RootWrite {
    /// Added, with these columns and then the version.
    Insert(Vec<&'static str>),
    /// These columns set and the version bumped, if it is the one expected: the values are the id, the
    /// version, then the columns.
    Update(Vec<&'static str>),
}

/// The statement that writes the root's row. Values are numbered from 1.
pub(crate) fn write_root(dialect: Dialect, root: &Node, write: &RootWrite) -> String {
    let mut sql = String::new();
    match write {
        RootWrite::Insert(columns) => {
            sql.push_str("INSERT INTO ");
            dialect.table(&mut sql, root.schema, root.name);
            sql.push_str(" (");
            names(dialect, &mut sql, None, columns.iter().copied().chain([root.version_name()]));
            sql.push_str(") VALUES ");
            dialect.tuples(&mut sql, 1, columns.len() + 1, 1, true);
        }
        RootWrite::Update(set) => {
            sql.push_str("UPDATE ");
            dialect.table(&mut sql, root.schema, root.name);
            sql.push_str(" AS t SET ");
            dialect.name(&mut sql, root.version_name());
            sql.push_str(" = ");
            dialect.column(&mut sql, "t", root.version_name());
            sql.push_str(" + 1");
            let ids = root.table.id_columns().len();
            for (i, column) in set.iter().enumerate() {
                sql.push_str(", ");
                dialect.name(&mut sql, column);
                sql.push_str(" = ");
                dialect.value(&mut sql, ids + 2 + i);
            }
            sql.push_str(" WHERE ");
            expected(dialect, &mut sql, root);
        }
    }
    sql
}

/// The statement that takes the root's row for a transaction, if it is at the version expected, and leaves
/// it as it is. The values are the id and the version.
pub(crate) fn lock_root(dialect: Dialect, root: &Node) -> String {
    let mut sql = String::from("UPDATE ");
    dialect.table(&mut sql, root.schema, root.name);
    sql.push_str(" AS t SET ");
    dialect.name(&mut sql, root.version_name());
    sql.push_str(" = ");
    dialect.column(&mut sql, "t", root.version_name());
    sql.push_str(" WHERE ");
    expected(dialect, &mut sql, root);
    sql
}

/// `t.id = $1 AND t.version = $2`
pub(super) fn expected(dialect: Dialect, sql: &mut String, root: &Node) {
    equal(dialect, sql, "t", root.id_names().chain([root.version_name()]), 1);
}
