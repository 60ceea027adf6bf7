//! Reading the rows of an aggregate: one query for each table, or one union of them all.

use super::path::Path;
use super::text::{Sql, Text};
use super::{Dialect, Form, Lock, Union};
use crate::layout::{Layout, Node};

/// The rows of one table below the roots with these ids: the foreign key's columns, then its own.
pub(crate) fn one_table(dialect: Dialect, layout: &Layout, node: usize, ids: Form) -> Sql {
    let mut text = Text::new(dialect);
    text.push("SELECT ").columns("t", layout.nodes()[node].loaded());
    rows_below(&mut text, layout, node, ids);
    text.finish()
}

/// The rows of all tables below the roots with these ids, each tagged with its node.
///
/// The tables' columns are laid over one another: `at` says for each node in which slot each of its
/// columns stands, and `types` gives the SQL type of each slot, which the NULLs of the other arms leave as it is.
pub(crate) fn union(
    dialect: Dialect,
    union: Union,
    layout: &Layout,
    at: &[Vec<usize>],
    types: &[String],
    ids: Form,
    lock: Lock,
) -> Sql {
    let mut text = Text::new(dialect);
    text.join(" UNION ALL ", layout.nodes().iter().enumerate(), |text, (node, table)| {
        let mut slots = vec![None; types.len()];
        // Slot 0 of the answer is the tag.
        for (column, slot) in table.loaded().zip(&at[node]) {
            slots[slot - 1] = Some(column);
        }
        text.push("(SELECT ").push(node).push(union.tag_cast);
        for (slot, ty) in slots.iter().zip(types) {
            text.push(", ");
            match slot {
                Some(column) => text.column("t", column),
                None => text.push((union.null)(ty, node == 0)),
            };
        }
        rows_below(text, layout, node, ids);
        text.push(union.in_order).push(dialect.lock(lock)).push(')');
    });
    text.finish()
}

/// One row of NULLs with all columns of a table, whatever stands in it.
pub(crate) fn all_columns(dialect: Dialect, table: &Node) -> Sql {
    let mut text = Text::new(dialect);
    text.push("SELECT t.* FROM (SELECT 1 AS one) AS o LEFT JOIN ").table(table).push(" AS t ON false");
    text.finish()
}

/// The stored version of one root. The values are its id.
pub(crate) fn version(dialect: Dialect, root: &Node, lock: Lock) -> Sql {
    let mut text = Text::new(dialect);
    text.push("SELECT ").column("t", root.version_name()).push(" FROM ").table(root).push(" AS t WHERE ");
    text.equal("t", root.id_names(), 1);
    text.push(dialect.lock(lock));
    text.finish()
}

/// ` FROM … WHERE … ORDER BY …`
fn rows_below(text: &mut Text, layout: &Layout, node: usize, ids: Form) {
    let table = &layout.nodes()[node];
    let path = Path::of(layout, node);
    text.push(" FROM ");
    path.way_down_to(text, table);
    text.push(" WHERE ");
    among(text, &path, ids);
    text.push(" ORDER BY ").columns("t", table.id_names());
}

/// The columns hold one of the ids.
pub(super) fn among(text: &mut Text, path: &Path<'_>, form: Form) {
    let columns = || path.columns.iter().copied();
    match (form, path.columns.len()) {
        (Form::One, _) => text.equal(&path.alias, columns(), 1),
        (Form::List(count), 1) => {
            text.columns(&path.alias, columns()).push(" IN (").values(count, 1).push(')')
        }
        (Form::List(count), width) => {
            text.push('(').columns(&path.alias, columns()).push(") IN ").among(count, width, 1)
        }
        (Form::Arrays, 1) => text.columns(&path.alias, columns()).push(" = ANY(").value(1).push(')'),
        (Form::Arrays, width) => {
            text.push('(').columns(&path.alias, columns()).push(") IN (SELECT * FROM ");
            text.unnest(width, 1).push(')')
        }
    };
}
