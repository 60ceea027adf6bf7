//! Deleting every row below the root, or below other rows, by foreign key path, loaded or not.

use super::path::Path;
use super::select::among;
use super::text::{Sql, Text};
use super::write::expected;
use super::{Dialect, Form};
use crate::layout::{Layout, Node};

/// Deletes the rows of one table below one root. The values are the root's id.
pub(crate) fn delete_below(dialect: Dialect, layout: &Layout, node: usize) -> Sql {
    below(dialect, &layout.nodes()[node], &Path::of(layout, node), Form::One)
}

/// Deletes the rows of one table below rows of the table `top` above. The values are the whole keys of those.
pub(crate) fn delete_below_rows(
    dialect: Dialect,
    layout: &Layout,
    node: usize,
    top: usize,
    rows: usize,
) -> Sql {
    below(dialect, &layout.nodes()[node], &Path::up_to(layout, node, top), Form::list(rows))
}

/// Deletes the rows of one table at the end of this path. The values are the keys of rows above.
fn below(dialect: Dialect, table: &Node, path: &Path<'_>, above: Form) -> Sql {
    let mut text = Text::new(dialect);
    text.push(dialect.delete_from);
    if dialect.deletes_by_joins {
        path.way_down_to(&mut text, table);
        text.push(" WHERE ");
        among(&mut text, path, above);
        return text.finish();
    }
    text.table(table).push(" AS t WHERE ");
    let Some(nearest) = path.joins.first() else {
        among(&mut text, path, above);
        return text.finish();
    };
    // Not EXISTS, which SQLite asks of each row of the table.
    nearest.is_among(&mut text, |text| {
        path.way_down(text);
        text.push(" WHERE ");
        among(text, path, above);
    });
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
            among(&mut text, &path, Form::One);
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
