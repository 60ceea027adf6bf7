//! Reading the rows of an aggregate: one query for each table, or one union of them all.

use super::Dialect;
use crate::layout::{Layout, Node};

/// The rows of one table below the roots with these ids: the foreign key's columns, then its own.
pub(crate) fn one_table(dialect: Dialect, layout: &Layout, node: usize, ids: usize) -> String {
    let table = &layout.nodes()[node];
    let mut sql = String::from("SELECT ");
    for (i, column) in table.loaded().enumerate() {
        sql.push_str(if i == 0 { "" } else { ", " });
        dialect.column(&mut sql, "t", column);
    }
    rows_below(dialect, &mut sql, layout, node, ids);
    sql
}

/// The rows of all tables below the roots with these ids, each tagged with its node.
///
/// The tables' columns are laid over one another: `at` says for each node in which slot each of its
/// columns stands, and `types` gives the SQL type of each slot. The first arm casts its NULLs, so that
/// every slot has its type before the other arms pad theirs.
pub(crate) fn union(
    dialect: Dialect,
    layout: &Layout,
    at: &[Vec<usize>],
    types: &[String],
    ids: usize,
) -> String {
    let mut sql = String::new();
    for (node, table) in layout.nodes().iter().enumerate() {
        sql.push_str(if node == 0 { "(SELECT " } else { " UNION ALL (SELECT " });
        sql.push_str(&node.to_string());
        sql.push_str("::int8");
        let mut slots = vec![None; types.len()];
        // Slot 0 of the result is the tag.
        for (column, slot) in table.loaded().zip(&at[node]) {
            slots[slot - 1] = Some(column);
        }
        for (slot, ty) in slots.iter().zip(types) {
            sql.push_str(", ");
            match slot {
                Some(column) => dialect.column(&mut sql, "t", column),
                None if node == 0 => {
                    sql.push_str("NULL::");
                    sql.push_str(ty);
                }
                None => sql.push_str("NULL"),
            }
        }
        rows_below(dialect, &mut sql, layout, node, ids);
        sql.push(')');
    }
    sql
}

/// The stored version of one root.
pub(crate) fn version(dialect: Dialect, root: &Node) -> String {
    let mut sql = String::from("SELECT ");
    dialect.column(&mut sql, "t", root.version_name());
    sql.push_str(" FROM ");
    dialect.table(&mut sql, root.schema, root.name);
    sql.push_str(" AS t WHERE ");
    equal(dialect, &mut sql, "t", root.id_names(), 1);
    sql
}

/// ` FROM … WHERE … ORDER BY …`
fn rows_below(dialect: Dialect, sql: &mut String, layout: &Layout, node: usize, ids: usize) {
    let table = &layout.nodes()[node];
    let path = path(dialect, layout, node);
    sql.push_str(" FROM ");
    dialect.table(sql, table.schema, table.name);
    sql.push_str(" AS t");
    sql.push_str(&path.joins);
    sql.push_str(" WHERE ");
    among(dialect, sql, &path.alias, &path.columns, ids);
    sql.push_str(" ORDER BY ");
    for (i, column) in table.id_names().enumerate() {
        sql.push_str(if i == 0 { "" } else { ", " });
        dialect.column(sql, "t", column);
    }
}

/// The way from a table up to the columns that hold the root's id.
pub(super) struct Path {
    /// ` JOIN … ON …` for each table on the way whose key the rows below do not carry.
    joins: String,
    /// The same as a list of tables and a condition, for statements without joins.
    pub(super) tables: Vec<String>,
    pub(super) conditions: Vec<String>,
    /// The table that holds the root's id.
    pub(super) alias: String,
    /// The columns that hold it.
    pub(super) columns: Vec<&'static str>,
}

/// Climbs from a table to the root's id.
///
/// A row below a parent with a local id carries its grandparent's key, so that parent is skipped;
/// a parent with an id of its own is joined.
pub(super) fn path(dialect: Dialect, layout: &Layout, node: usize) -> Path {
    let nodes = layout.nodes();
    let mut path = Path {
        joins: String::new(),
        tables: Vec::new(),
        conditions: Vec::new(),
        alias: "t".to_owned(),
        columns: nodes[node].foreign_key.clone(),
    };
    let Some(mut parent) = nodes[node].parent else {
        path.columns = nodes[node].id_names().collect();
        return path;
    };
    while let Some(above) = nodes[parent].parent {
        let table = &nodes[parent];
        if table.table.is_local() {
            path.columns.truncate(table.foreign_key.len());
        } else {
            let alias = format!("p{parent}");
            let mut name = String::new();
            dialect.table(&mut name, table.schema, table.name);
            name.push_str(" AS ");
            name.push_str(&alias);
            let mut condition = String::new();
            for (i, (id, own)) in table.id_names().zip(&path.columns).enumerate() {
                condition.push_str(if i == 0 { "" } else { " AND " });
                dialect.column(&mut condition, &alias, id);
                condition.push_str(" = ");
                dialect.column(&mut condition, &path.alias, own);
            }
            path.joins.push_str(&format!(" JOIN {name} ON {condition}"));
            path.tables.push(name);
            path.conditions.push(condition);
            path.alias = alias;
            path.columns.clone_from(&table.foreign_key);
        }
        parent = above;
    }
    path
}

/// `a.x = $1 AND a.y = $2`, from this placeholder on.
pub(super) fn equal(
    dialect: Dialect,
    sql: &mut String,
    alias: &str,
    columns: impl Iterator<Item = &'static str>,
    first: usize,
) {
    for (i, column) in columns.enumerate() {
        sql.push_str(if i == 0 { "" } else { " AND " });
        dialect.column(sql, alias, column);
        sql.push_str(" = ");
        dialect.value(sql, first + i);
    }
}

/// The columns hold one of `count` ids.
fn among(dialect: Dialect, sql: &mut String, alias: &str, columns: &[&'static str], count: usize) {
    if count == 1 {
        return equal(dialect, sql, alias, columns.iter().copied(), 1);
    }
    let composite = columns.len() > 1;
    sql.push_str(if composite { "(" } else { "" });
    for (i, column) in columns.iter().enumerate() {
        sql.push_str(if i == 0 { "" } else { ", " });
        dialect.column(sql, alias, column);
    }
    sql.push_str(if composite { ") IN (VALUES " } else { " IN (" });
    dialect.tuples(sql, count, columns.len(), 1, composite);
    sql.push(')');
}
