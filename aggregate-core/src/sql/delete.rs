//! Deleting every row below the root, or below other rows, by foreign key path, loaded or not.

use super::path::Path;
use super::select::among;
use super::text::{Sql, Text};
use super::write::expected;
use super::{Dialect, Form};
use crate::layout::{Layout, Node};

/// Deletes the rows of one table below one root. The values are the root's id.
pub(crate) fn delete_below(dialect: Dialect, layout: &Layout, node: usize) -> Sql {
    let mut text = Text::new(dialect);
    text.push(dialect.delete_from).table(&layout.nodes()[node]).push(" AS t WHERE ");
    below(&mut text, &Path::of(layout, node), Form::One);
    text.finish()
}

/// Deletes the rows of one table below rows of the table `top` above. The values are the whole keys of those.
pub(crate) fn delete_below_rows(
    dialect: Dialect,
    layout: &Layout,
    node: usize,
    top: usize,
    rows: usize,
) -> Sql {
    let mut text = Text::new(dialect);
    text.push(dialect.delete_from).table(&layout.nodes()[node]).push(" AS t WHERE ");
    below(&mut text, &Path::up_to(layout, node, top), Form::list(rows));
    text.finish()
}

/// Deletes the root. The values are its id and the version expected.
pub(crate) fn delete_root(dialect: Dialect, root: &Node) -> Sql {
    let mut text = Text::new(dialect);
    text.push(dialect.delete_from).table(root).push(" AS t WHERE ");
    expected(&mut text, root);
    text.finish()
}

/// One statement that deletes the root and, only if that deleted a row, everything below it; it answers
/// with the number of rows for each node. Its parts have long names, since they hide tables of theirs. The values are
/// the root's id and the version expected.
///
/// Rows that do not carry the root's id are found below the rows that another part deleted: by joins up to the root
/// the planner would take a second for eight levels.
pub(crate) fn delete_in_one(dialect: Dialect, layout: &Layout) -> Sql {
    let mut text = Text::new(dialect);
    text.push("WITH aggregate_root AS (")
        .push(delete_root(dialect, layout.root()).text)
        .push(" RETURNING 1)");
    for (node, table) in layout.nodes().iter().enumerate().skip(1) {
        text.push(", aggregate_").push(node).push(" AS (DELETE FROM ");
        text.table(table).push(" AS t USING aggregate_");
        let path = Path::of(layout, node);
        if let Some(above) = path.joins.first() {
            text.push(above.at).push(" AS a WHERE ");
            above.condition_as(&mut text, "a");
        } else {
            text.push("root WHERE ");
            below(&mut text, &path, Form::One);
        }
        text.push(" RETURNING ");
        let is_above =
            |below: usize| Path::of(layout, below).joins.first().is_some_and(|join| join.at == node);
        if (node + 1..table.end).any(is_above) {
            text.columns("t", table.id_names()).push(')');
        } else {
            text.push("1)");
        }
    }
    text.push(" SELECT 1::int8");
    for node in 1..layout.nodes().len() {
        text.push(", (SELECT count(*) FROM aggregate_").push(node).push(')');
    }
    text.push(" FROM aggregate_root");
    text.finish()
}

/// The condition that a row stands below one of the rows with the keys `$1…`.
fn below(text: &mut Text, path: &Path<'_>, rows: Form) {
    if !path.joins.is_empty() {
        text.push("EXISTS (SELECT 1 FROM ");
        text.join(", ", &path.joins, |text, join| join.table(text));
        text.push(" WHERE ");
        for join in &path.joins {
            join.condition(text);
            text.push(" AND ");
        }
    }
    among(text, path, rows);
    if !path.joins.is_empty() {
        text.push(')');
    }
}
