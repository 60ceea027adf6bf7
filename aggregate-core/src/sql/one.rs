//! A whole save as one statement that checks itself.

use super::write::{assignments, insert_into, matches_key, values};
use super::{Arm, Dialect, Kind, RootWrite, write_root};
use crate::layout::Node;

/// One statement that writes the root and, only if that wrote a row, every arm.
///
/// ```sql
/// WITH root AS (UPDATE invoices AS t SET version = t.version + 1 WHERE t.id = $1 AND t.version = $2 RETURNING 1),
///  a0 AS (DELETE FROM lines AS t USING root, (VALUES …) AS v WHERE t.invoice_id = v.column1 AND … RETURNING 1),
///  a1 AS (UPDATE lines AS t SET qty = v.column3 FROM root, (VALUES …) AS v, (SELECT count(*) FROM a0) AS z WHERE … RETURNING 1)
/// SELECT CASE WHEN (SELECT count(*) FROM a0) = $8 AND … THEN 0 ELSE CAST('…' || … AS int) END FROM root
/// ```
///
/// No row in the answer means that the root is not at the version expected; then nothing was written. A
/// count that does not come out fails the cast, and with it the whole statement. The cast depends on the
/// counts, so the planner cannot fold it. An arm that follows another one of its table reads that one's
/// count, which makes it wait: a value that a deleted row held is free before it is inserted again.
///
/// The root's values come first, then each arm's rows and, for a list that is inserted, its length; then
/// the number of rows of each arm.
pub(crate) fn save_in_one(
    dialect: Dialect,
    root: &Node,
    write: &RootWrite,
    root_values: usize,
    arms: &[Arm<'_>],
    failure: &str,
) -> String {
    let mut sql = String::from("WITH root AS (");
    sql.push_str(&write_root(dialect, root, write));
    sql.push_str(" RETURNING 1)");
    let mut next = root_values + 1;
    for (i, arm) in arms.iter().enumerate() {
        sql.push_str(&format!(", a{i} AS ("));
        let earlier = arms[..i]
            .iter()
            .rposition(|other| other.node.name == arm.node.name && other.node.schema == arm.node.schema);
        one_arm(dialect, &mut sql, arm, next, earlier);
        sql.push_str(" RETURNING 1)");
        next += arm.padded() * arm.width() + usize::from(has_limit(arm));
    }
    sql.push_str(" SELECT CASE WHEN ");
    for i in 0..arms.len() {
        sql.push_str(if i == 0 { "" } else { " AND " });
        sql.push_str(&format!("(SELECT count(*) FROM a{i}) = "));
        dialect.value(&mut sql, next + i);
    }
    sql.push_str(&format!(" THEN 0 ELSE CAST('{failure}' || CASE"));
    for i in 0..arms.len() {
        sql.push_str(&format!(" WHEN (SELECT count(*) FROM a{i}) <> "));
        dialect.value(&mut sql, next + i);
        sql.push_str(&format!(" THEN '{i}'"));
    }
    sql.push_str(" END AS int) END FROM root");
    sql
}

/// Whether a value follows the arm's rows: how many of the padded list are inserted.
pub(crate) fn has_limit(arm: &Arm<'_>) -> bool {
    matches!(arm.kind, Kind::Insert(_)) && arm.rows > 1
}

fn one_arm(dialect: Dialect, sql: &mut String, arm: &Arm<'_>, first: usize, after: Option<usize>) {
    let list = |sql: &mut String| {
        if arm.rows > 1 {
            sql.push_str(", (");
            values(dialect, sql, arm, first);
            sql.push_str(") AS v");
        }
    };
    let wait = |sql: &mut String| {
        if let Some(earlier) = after {
            sql.push_str(&format!(", (SELECT count(*) FROM a{earlier}) AS z"));
        }
    };
    match &arm.kind {
        Kind::Delete => {
            sql.push_str("DELETE FROM ");
            dialect.table(sql, arm.node.schema, arm.node.name);
            sql.push_str(" AS t USING root");
            list(sql);
            wait(sql);
            sql.push_str(" WHERE ");
            matches_key(dialect, sql, arm, first);
        }
        Kind::Update(set) => {
            sql.push_str("UPDATE ");
            dialect.table(sql, arm.node.schema, arm.node.name);
            sql.push_str(" AS t SET ");
            assignments(dialect, sql, arm, set, first);
            sql.push_str(" FROM root");
            list(sql);
            wait(sql);
            sql.push_str(" WHERE ");
            matches_key(dialect, sql, arm, first);
        }
        Kind::Insert(columns) => {
            insert_into(dialect, sql, arm, columns);
            if arm.rows == 1 {
                sql.push_str("SELECT ");
                dialect.tuples(sql, 1, arm.width(), first, false);
                sql.push_str(" FROM root");
            } else {
                sql.push_str("SELECT v.* FROM root, (SELECT * FROM (");
                values(dialect, sql, arm, first);
                sql.push_str(") AS w LIMIT ");
                dialect.value(sql, first + arm.padded() * arm.width());
                sql.push_str(") AS v");
            }
            wait(sql);
        }
    }
}
