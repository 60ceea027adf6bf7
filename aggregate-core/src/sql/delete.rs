//! Deleting a whole aggregate: every row below the root by foreign key path, loaded or not.

use super::Dialect;
use super::select::{equal, path};
use super::write::expected;
use crate::layout::{Layout, Node};

/// Deletes the rows of one table below one root. The values are the root's id.
pub(crate) fn delete_below(dialect: Dialect, layout: &Layout, node: usize) -> String {
    let mut sql = String::new();
    start(dialect, &mut sql, &layout.nodes()[node]);
    sql.push_str(" WHERE ");
    below(dialect, &mut sql, layout, node);
    sql
}

/// Deletes the root. The values are its id and the version expected.
pub(crate) fn delete_root(dialect: Dialect, root: &Node) -> String {
    let mut sql = String::new();
    start(dialect, &mut sql, root);
    sql.push_str(" WHERE ");
    expected(dialect, &mut sql, root);
    sql
}

/// One statement that deletes the root and, only if that deleted a row, everything below it; it answers
/// with the number of rows for each node after the root. The values are the root's id and the version.
pub(crate) fn delete_in_one(dialect: Dialect, layout: &Layout) -> String {
    let mut sql = String::from("WITH root AS (");
    sql.push_str(&delete_root(dialect, layout.root()));
    sql.push_str(" RETURNING 1)");
    for (node, table) in layout.nodes().iter().enumerate().skip(1) {
        sql.push_str(&format!(", a{node} AS ("));
        start(dialect, &mut sql, table);
        sql.push_str(" USING root WHERE ");
        below(dialect, &mut sql, layout, node);
        sql.push_str(" RETURNING 1)");
    }
    sql.push_str(" SELECT 1::int8");
    for node in 1..layout.nodes().len() {
        sql.push_str(&format!(", (SELECT count(*) FROM a{node})"));
    }
    sql.push_str(" FROM root");
    sql
}

fn start(dialect: Dialect, sql: &mut String, node: &Node) {
    sql.push_str("DELETE FROM ");
    dialect.table(sql, node.schema, node.name);
    sql.push_str(" AS t");
}

/// The condition that a row of this table stands below the root with the id `$1…`.
fn below(dialect: Dialect, sql: &mut String, layout: &Layout, node: usize) {
    let path = path(dialect, layout, node);
    if path.tables.is_empty() {
        return equal(dialect, sql, "t", path.columns.iter().copied(), 1);
    }
    sql.push_str("EXISTS (SELECT 1 FROM ");
    sql.push_str(&path.tables.join(", "));
    sql.push_str(" WHERE ");
    for condition in &path.conditions {
        sql.push_str(condition);
        sql.push_str(" AND ");
    }
    equal(dialect, sql, &path.alias, path.columns.iter().copied(), 1);
    sql.push(')');
}
