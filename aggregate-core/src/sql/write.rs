//! Writing rows, as statements of a transaction.

use super::text::{Sql, Text};
use super::{Dialect, Lock};
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
    Update(Vec<Set>),
    /// Added, with these columns after the foreign key.
    Insert(Vec<&'static str>),
}

/// A column that an update sets.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Set {
    pub(crate) column: &'static str,
    /// Whether each row says by a flag, 1 or 0, if it is set or keeps what is stored. The flags stand after
    /// the values of a row, in their order.
    pub(crate) flagged: bool,
}

impl Set {
    /// A column that is set in every row.
    pub(crate) fn always(column: &'static str) -> Self {
        Self { column, flagged: false }
    }
}

impl Arm<'_> {
    /// The number of columns of the key: the parent's, then the row's own.
    fn key_len(&self) -> usize {
        self.node.foreign_key.len() + self.node.table.id_columns().len()
    }

    /// The number of values of a row.
    pub(crate) fn width(&self) -> usize {
        match &self.kind {
            Kind::Delete => self.key_len(),
            Kind::Update(set) => self.key_len() + set.len() + set.iter().filter(|set| set.flagged).count(),
            Kind::Insert(columns) => self.node.foreign_key.len() + columns.len(),
        }
    }

    /// The number of rows in the statement's text. Lists of rows are padded to a power of two, so that few
    /// texts serve all lengths and their plans are kept; a padded list repeats its last row. What is inserted
    /// is padded where the list can be cut to its length again.
    pub(crate) fn padded(&self, dialect: Dialect) -> usize {
        let cuts = dialect.joins_lists || !matches!(self.kind, Kind::Insert(_));
        if cuts { self.rows.next_power_of_two() } else { self.rows }
    }

    /// The most values that a row takes in a statement of several rows.
    pub(crate) fn sent_for_a_row(&self, dialect: Dialect) -> usize {
        match &self.kind {
            Kind::Update(set) if !dialect.joins_lists => self.width() + set.len() * self.own_key_len(),
            _ => self.width(),
        }
    }

    /// Whether a value follows the arm's rows: how many of a padded list are inserted.
    pub(crate) fn has_limit(&self, dialect: Dialect) -> bool {
        dialect.joins_lists && matches!(self.kind, Kind::Insert(_)) && self.rows > 1
    }

    /// The names of the key's columns.
    fn key(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.node.foreign_key.iter().copied().chain(self.node.id_names())
    }

    /// `INSERT INTO lines (fk, columns) `
    pub(super) fn insert_into(&self, text: &mut Text, columns: &[&'static str]) {
        text.push("INSERT INTO ").table(self.node).push(" (");
        text.names(self.node.foreign_key.iter().chain(columns).copied()).push(") ");
    }

    /// `VALUES (…), (…)`, padded.
    pub(super) fn list(&self, text: &mut Text, first: usize) {
        let rows = self.padded(text.dialect);
        text.push("VALUES ").tuples(rows, self.width(), first);
    }

    /// `c = $3` for one row, `c = v.column3` for a list, `c = CASE WHEN v.column4 = 1 THEN v.column3 ELSE
    /// t.c END` where each row says if it is set.
    pub(super) fn assignments(&self, text: &mut Text, set: &[Set], first: usize) {
        let mut flags = self.key_len() + set.len()..;
        text.join(", ", set.iter().enumerate(), |text, (i, Set { column, flagged })| {
            text.name(column).push(" = ");
            if let Some(flag) = flagged.then(|| flags.next()).flatten() {
                text.push("CASE WHEN ");
                self.operand(text, flag, first);
                text.push(" = 1 THEN ");
                self.operand(text, self.key_len() + i, first);
                text.push(" ELSE ").column("t", column).push(" END");
            } else {
                self.operand(text, self.key_len() + i, first);
            }
        });
    }

    /// `t.fk = $1 AND t.id = $2` for one row, `t.fk = v.column1 AND …` for a list.
    ///
    /// The foreign key stands beside the id, so that a row that was given to another parent is not written.
    pub(super) fn matches_key(&self, text: &mut Text, first: usize) {
        text.join(" AND ", self.key().enumerate(), |text, (i, column)| {
            text.column("t", column).push(" = ");
            self.operand(text, i, first);
        });
    }

    /// `c = CASE WHEN t.id = $2 THEN $3 WHEN … ELSE t.c END`, for a list.
    ///
    /// Assignments happen one after the other, so a row is told by what none of them changes: its own id, and
    /// the parent's key only where the id is local and rows do not move.
    fn cases(&self, text: &mut Text, set: &[Set]) {
        let (rows, width, key_len) = (self.padded(text.dialect), self.width(), self.key_len());
        let skipped = key_len - self.own_key_len();
        let mut flags = key_len + set.len()..;
        text.join(", ", set.iter().enumerate(), |text, (i, Set { column, flagged })| {
            let flag = flagged.then(|| flags.next()).flatten();
            text.name(column).push(" = CASE");
            for row in 0..rows {
                let first = 1 + row * width;
                text.push(" WHEN ");
                text.equal("t", self.key().skip(skipped), first + skipped);
                if let Some(flag) = flag {
                    text.push(" AND ").value(first + flag).push(" = 1");
                }
                text.push(" THEN ").value(first + key_len + i);
            }
            text.push(" ELSE ").column("t", column).push(" END");
        });
    }

    /// The number of columns at the end of the key that tell a row from all others of its table.
    fn own_key_len(&self) -> usize {
        let local = self.node.table.is_local();
        self.node.table.id_columns().len() + if local { self.node.foreign_key.len() } else { 0 }
    }

    /// `(t.fk, t.id) IN (…)`, for a list.
    fn is_listed(&self, text: &mut Text) {
        let (rows, width, key_len) = (self.padded(text.dialect), self.width(), self.key_len());
        text.push('(').columns("t", self.key()).push(") IN ");
        if width == key_len {
            text.among(rows, width, 1);
            return;
        }
        text.push('(').join(", ", 0..rows, |text, row| {
            text.push('(').values(key_len, 1 + row * width).push(')');
        });
        text.push(')');
    }

    /// The value at this position of the row: a placeholder, or a column of the list `v`.
    fn operand(&self, text: &mut Text, position: usize, first: usize) {
        if self.rows == 1 {
            text.value(first + position);
        } else {
            // The databases that join lists name the columns of a VALUES list so.
            text.push("v.column").push(position + 1);
        }
    }
}

/// The statement that writes an arm in a transaction. Values are numbered from 1.
pub(crate) fn step(dialect: Dialect, arm: &Arm<'_>) -> Sql {
    let mut text = Text::new(dialect);
    match &arm.kind {
        Kind::Delete => {
            text.push(dialect.delete_from).table(arm.node).push(" AS t WHERE ");
            if arm.rows == 1 {
                arm.matches_key(&mut text, 1);
            } else {
                arm.is_listed(&mut text);
            }
        }
        Kind::Update(set) => {
            text.push("UPDATE ").table(arm.node).push(" AS t SET ");
            if arm.rows > 1 && !dialect.joins_lists {
                arm.cases(&mut text, set);
                text.push(" WHERE ");
                arm.is_listed(&mut text);
                return text.finish();
            }
            arm.assignments(&mut text, set, 1);
            if arm.rows > 1 {
                text.push(" FROM (");
                arm.list(&mut text, 1);
                text.push(") AS v");
            }
            text.push(" WHERE ");
            arm.matches_key(&mut text, 1);
        }
        Kind::Insert(columns) => {
            arm.insert_into(&mut text, columns);
            if arm.has_limit(dialect) {
                text.push("SELECT * FROM (");
                arm.list(&mut text, 1);
                text.push(") AS v LIMIT ").value(arm.padded(dialect) * arm.width() + 1);
            } else {
                arm.list(&mut text, 1);
            }
        }
    }
    text.finish()
}

/// How a save writes the root's row.
#[derive(Debug, Clone)]
pub(crate) enum RootWrite {
    /// Added, with these columns and then the version.
    Insert(Vec<&'static str>),
    /// These columns set and the version bumped, if it is the one expected: the values are the id, the
    /// version, then the columns.
    Update(Vec<&'static str>),
    /// These columns set at any version: the values are the id, then the columns.
    Set(Vec<&'static str>),
    /// Not written, but kept from being changed or deleted by others meanwhile, and from being locked by
    /// them unless it is shared: the values are the id.
    Lock { shared: bool },
}

impl RootWrite {
    /// Whether it is a query, which answers with the row and not with a count.
    pub(crate) fn is_query(&self) -> bool {
        matches!(self, Self::Lock { .. })
    }

    /// The number of its values.
    pub(crate) fn width(&self, root: &Node) -> usize {
        match self {
            Self::Insert(columns) => columns.len() + 1,
            Self::Update(set) => root.table.id_columns().len() + 1 + set.len(),
            Self::Set(set) => root.table.id_columns().len() + set.len(),
            Self::Lock { .. } => root.table.id_columns().len(),
        }
    }
}

/// The statement that writes the root's row. Values are numbered from 1.
pub(crate) fn write_root(dialect: Dialect, root: &Node, write: &RootWrite) -> Sql {
    let mut text = Text::new(dialect);
    let version = root.version_name();
    match write {
        RootWrite::Insert(columns) => {
            text.push("INSERT INTO ").table(root).push(" (");
            text.names(columns.iter().copied().chain([version])).push(") VALUES ");
            text.tuples(1, columns.len() + 1, 1);
        }
        RootWrite::Update(set) => {
            let first = root.table.id_columns().len() + 2;
            text.push("UPDATE ").table(root).push(" AS t SET ");
            text.name(version).push(" = ").column("t", version).push(" + 1");
            for (i, column) in set.iter().enumerate() {
                text.push(", ").name(column).push(" = ").value(first + i);
            }
            text.push(" WHERE ");
            expected(&mut text, root);
        }
        RootWrite::Set(set) => {
            let first = root.table.id_columns().len() + 1;
            text.push("UPDATE ").table(root).push(" AS t SET ");
            text.join(", ", set.iter().enumerate(), |text, (i, column)| {
                text.name(column).push(" = ").value(first + i);
            });
            text.push(" WHERE ").equal("t", root.id_names(), 1);
        }
        RootWrite::Lock { shared } => {
            text.push("SELECT 1 FROM ").table(root).push(" AS t WHERE ");
            let lock = if *shared { Lock::Share } else { Lock::Update };
            text.equal("t", root.id_names(), 1).push(dialect.lock(lock));
        }
    }
    text.finish()
}

/// The statement that takes the root's row for a transaction, if it is at the version expected, and leaves
/// it as it is. The values are the id and the version.
pub(crate) fn lock_root(dialect: Dialect, root: &Node) -> Sql {
    let (mut text, version) = (Text::new(dialect), root.version_name());
    text.push("UPDATE ").table(root).push(" AS t SET ");
    text.name(version).push(" = ").column("t", version).push(" WHERE ");
    expected(&mut text, root);
    text.finish()
}

/// The statement that takes the whole database for writing, and writes nothing.
pub(crate) fn lock_database(dialect: Dialect, root: &Node) -> Sql {
    let (mut text, version) = (Text::new(dialect), root.version_name());
    text.push("UPDATE ").table(root).push(" SET ");
    text.name(version).push(" = ").name(version).push(" WHERE 0");
    text.finish()
}

/// `t.id = $1 AND t.version = $2`
pub(super) fn expected(text: &mut Text, root: &Node) {
    text.equal("t", root.id_names().chain([root.version_name()]), 1);
}
