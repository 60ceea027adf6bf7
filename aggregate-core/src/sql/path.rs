//! The way from a table up to the columns that hold the root's id, or the key of a row between.

use super::text::Text;
use crate::layout::{Layout, Node};

/// How the rows of a table are found below a row above.
pub(super) struct Path<'l> {
    /// The tables on the way whose keys the rows below do not carry, nearest first.
    pub(super) joins: Vec<Join<'l>>,
    /// The table that holds the key of the row above.
    pub(super) alias: String,
    /// The columns that hold it.
    pub(super) columns: Vec<&'static str>,
}

/// A table on the way.
pub(super) struct Join<'l> {
    /// Its place in the layout.
    pub(super) at: usize,
    node: &'l Node,
    alias: String,
    /// The table below it and its foreign key.
    below: (String, Vec<&'static str>),
}

impl Join<'_> {
    /// ` lines AS p1`
    pub(super) fn table(&self, text: &mut Text) {
        text.table(self.node).push(" AS ").push(&self.alias);
    }

    /// `p1.id = t.line_id`
    pub(super) fn condition(&self, text: &mut Text) {
        self.condition_as(text, &self.alias);
    }

    /// The same, with the table's rows known by another name.
    pub(super) fn condition_as(&self, text: &mut Text, alias: &str) {
        let (below, foreign_key) = &self.below;
        text.join(" AND ", self.node.id_names().zip(foreign_key), |text, (id, own)| {
            text.column(alias, id).push(" = ").column(below, own);
        });
    }
}

impl<'l> Path<'l> {
    /// Climbs from a table, known as `t`, to the root's id.
    ///
    /// A row below a parent with a local id carries its grandparent's key, so that parent is skipped;
    /// a parent with an id of its own is joined.
    pub(super) fn of(layout: &'l Layout, node: usize) -> Self {
        Self::up_to(layout, node, 0)
    }

    /// Climbs to the whole key of the rows of the table `top` above: its parent's first where its id is local.
    pub(super) fn up_to(layout: &'l Layout, node: usize, top: usize) -> Self {
        let nodes = layout.nodes();
        let Some(mut parent) = nodes[node].parent else {
            return Self { joins: Vec::new(), alias: "t".into(), columns: nodes[node].id_names().collect() };
        };
        let columns = nodes[node].foreign_key.clone();
        let mut path = Self { joins: Vec::new(), alias: "t".into(), columns };
        while let (Some(above), true) = (nodes[parent].parent, parent != top) {
            let node = &nodes[parent];
            if node.table.is_local() {
                path.columns.truncate(node.foreign_key.len());
            } else {
                let alias = format!("p{parent}");
                let below = (path.alias, std::mem::replace(&mut path.columns, node.foreign_key.clone()));
                path.joins.push(Join { at: parent, node, alias: alias.clone(), below });
                path.alias = alias;
            }
            parent = above;
        }
        path
    }
}
