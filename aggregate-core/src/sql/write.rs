//! Writing rows, as statements of a transaction.

use super::text::{Sql, Text};
use super::{Dialect, Form, Lock};
use crate::layout::Node;
use crate::mask::ColumnMask;

/// Rows of one table that a save writes in one way, by the names of columns.
#[derive(Debug, Clone)]
pub(crate) struct Arm<'l> {
    pub(crate) node: &'l Node,
    pub(crate) kind: Kind,
    pub(crate) form: Form,
}

/// How rows are written, see [`Write`](super::Write).
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

    /// The number of values that the rows take.
    pub(super) fn values(&self) -> usize {
        self.form.listed() * self.width()
    }

    /// Whether a value follows the arm's rows: how many of a padded list are inserted.
    pub(super) fn has_limit(&self, dialect: Dialect) -> bool {
        dialect.joins_lists && matches!((&self.kind, self.form), (Kind::Insert(_), Form::List(_)))
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

    /// `VALUES (…), (…)`
    pub(super) fn list(&self, text: &mut Text, first: usize) {
        text.push("VALUES ").tuples(self.form.listed(), self.width(), first);
    }

    /// `(VALUES (…), (…)) AS v` or `unnest($1, $2) AS v(column1, column2)`, where there is more than one row.
    pub(super) fn rows_as_v(&self, text: &mut Text, before: &str, first: usize) {
        match self.form {
            Form::One => {}
            Form::List(_) => {
                text.push(before).push('(');
                self.list(text, first);
                text.push(") AS v");
            }
            Form::Arrays => {
                text.push(before).unnest(self.width(), first).push(" AS v(");
                // As the databases that join lists name the columns of a VALUES list.
                text.join(", ", 1..=self.width(), |text, column| {
                    text.push("column").push(column);
                });
                text.push(')');
            }
        }
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
        // A column behind a plus is an expression, for which no index is made.
        let plain = if text.dialect.scans_for_lists && self.form != Form::One { "+" } else { "" };
        text.join(" AND ", self.key().enumerate(), |text, (i, column)| {
            text.column("t", column).push(" = ").push(plain);
            self.operand(text, i, first);
        });
    }

    /// `c = CASE t.id WHEN $2 THEN $3 WHEN … ELSE t.c END`, for a list; `CASE WHEN t.id = $2 AND …` where more than the
    /// value of one column decides.
    ///
    /// Assignments happen one after the other, so a row is told by what none of them changes: its own id, and
    /// the parent's key only where the id is local and rows do not move.
    fn cases(&self, text: &mut Text, set: &[Set]) {
        let (rows, width, key_len) = (self.form.listed(), self.width(), self.key_len());
        let skipped = key_len - self.own_key_len();
        let mut flags = key_len + set.len()..;
        text.join(", ", set.iter().enumerate(), |text, (i, Set { column, flagged })| {
            let flag = flagged.then(|| flags.next()).flatten();
            text.name(column).push(" = CASE");
            let of_one = skipped + 1 == key_len && flag.is_none();
            if of_one {
                text.push(' ').columns("t", self.key().skip(skipped));
            }
            for row in 0..rows {
                let first = 1 + row * width;
                text.push(" WHEN ");
                if of_one {
                    text.value(first + skipped);
                } else {
                    text.equal("t", self.key().skip(skipped), first + skipped);
                }
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
        let (rows, width, key_len) = (self.form.listed(), self.width(), self.key_len());
        text.push('(').columns("t", self.key()).push(") IN ");
        if self.form == Form::Arrays {
            text.push("(SELECT * FROM ").unnest(width, 1).push(')');
            return;
        }
        if width == key_len {
            text.among(rows, width, 1);
            return;
        }
        text.push('(').join(", ", 0..rows, |text, row| {
            text.push('(').values(key_len, 1 + row * width).push(')');
        });
        text.push(')');
    }

    /// `WITH aggregate_rows AS (VALUES …) DELETE FROM lines AS t WHERE t.id IN (SELECT column2 FROM aggregate_rows)
    /// AND (t.fk, t.id) IN (SELECT * FROM aggregate_rows)`: the id alone has an index, the pair has none.
    fn delete_by_id(&self, text: &mut Text) {
        text.push("WITH aggregate_rows AS (");
        self.list(text, 1);
        let delete_from = text.dialect.delete_from;
        text.push(") ").push(delete_from).table(self.node).push(" AS t WHERE ");
        let own = self.node.foreign_key.len() + 1..=self.key_len();
        let ids = self.node.table.id_columns().len();
        let (open, close) = if ids > 1 { ("(", ")") } else { ("", "") };
        text.push(open).columns("t", self.node.id_names()).push(close).push(" IN (SELECT ");
        text.join(", ", own, |text, column| {
            text.push("column").push(column);
        });
        text.push(" FROM aggregate_rows) AND (").columns("t", self.key());
        text.push(") IN (SELECT * FROM aggregate_rows)");
    }

    /// The value at this position of the row: a placeholder, or a column of the list `v`.
    fn operand(&self, text: &mut Text, position: usize, first: usize) {
        if self.form == Form::One {
            text.value(first + position);
        } else {
            text.push("v.column").push(position + 1);
        }
    }
}

/// The statement that writes an arm in a transaction. Values are numbered from 1.
pub(crate) fn step(dialect: Dialect, arm: &Arm<'_>) -> Sql {
    let mut text = Text::new(dialect);
    match &arm.kind {
        Kind::Delete if dialect.scans_for_lists && arm.form != Form::One && !arm.node.table.is_local() => {
            arm.delete_by_id(&mut text);
        }
        Kind::Delete => {
            text.push(dialect.delete_from).table(arm.node).push(" AS t WHERE ");
            if arm.form == Form::One {
                arm.matches_key(&mut text, 1);
            } else {
                arm.is_listed(&mut text);
            }
        }
        Kind::Update(set) => {
            text.push("UPDATE ").table(arm.node).push(" AS t SET ");
            if arm.form != Form::One && !dialect.joins_lists {
                arm.cases(&mut text, set);
                text.push(" WHERE ");
                arm.is_listed(&mut text);
                return text.finish();
            }
            arm.assignments(&mut text, set, 1);
            arm.rows_as_v(&mut text, " FROM ", 1);
            text.push(" WHERE ");
            arm.matches_key(&mut text, 1);
        }
        Kind::Insert(columns) => {
            arm.insert_into(&mut text, columns);
            if arm.has_limit(dialect) {
                text.push("SELECT * FROM (");
                arm.list(&mut text, 1);
                text.push(") AS v LIMIT ").value(arm.values() + 1);
            } else if arm.form == Form::Arrays {
                text.push("SELECT * FROM ").unnest(arm.width(), 1);
            } else {
                arm.list(&mut text, 1);
            }
        }
    }
    text.finish()
}

/// How a save writes the root's row.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum RootWrite {
    /// Added: the values are the columns, then the version.
    Insert,
    /// These columns set and the version bumped, if it is the one expected: the values are the id, the
    /// version, then the columns.
    Update(ColumnMask),
    /// These columns set at any version: the values are the id, then the columns.
    Set(ColumnMask),
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
            Self::Insert => root.inserted().len() + 1,
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
        RootWrite::Insert => {
            let columns = root.names(&root.inserted());
            text.push("INSERT INTO ").table(root).push(" (");
            text.names(columns.iter().copied().chain([version])).push(") VALUES ");
            text.tuples(1, columns.len() + 1, 1);
        }
        RootWrite::Update(set) => {
            let first = root.table.id_columns().len() + 2;
            text.push("UPDATE ").table(root).push(" AS t SET ");
            text.name(version).push(" = ").column("t", version).push(" + 1");
            for (i, column) in root.names(set).into_iter().enumerate() {
                text.push(", ").name(column).push(" = ").value(first + i);
            }
            text.push(" WHERE ");
            expected(&mut text, root);
        }
        RootWrite::Set(set) => {
            let first = root.table.id_columns().len() + 1;
            text.push("UPDATE ").table(root).push(" AS t SET ");
            text.join(", ", root.names(set).into_iter().enumerate(), |text, (i, column)| {
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
