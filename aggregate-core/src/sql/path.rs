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
    fn table(&self, text: &mut Text) {
        text.table(self.node).push(" AS ").push(&self.alias);
    }

    /// `p1.id = t.line_id`
    fn condition(&self, text: &mut Text) {
        self.condition_as(text, &self.alias);
    }

    /// `t.line_id IN (SELECT p1.id FROM …)`, whose tables and conditions the caller writes.
    pub(super) fn is_among(&self, text: &mut Text, from: impl FnOnce(&mut Text)) {
        let (below, foreign_key) = &self.below;
        let (open, close) = if foreign_key.len() > 1 { ("(", ")") } else { ("", "") };
        text.push(open).columns(below, foreign_key.iter().copied()).push(close).push(" IN (SELECT ");
        text.columns(&self.alias, self.node.id_names()).push(" FROM ");
        from(text);
        text.push(')');
    }

    /// The same as a condition of a join, with the table's rows known by another name.
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

    /// `orders AS p2 CROSS JOIN lines AS p1 ON p2.id = p1.order_id`: the tables on the way, the topmost first, where there
    /// are any.
    ///
    /// Nobody knows better where to begin than who has the keys of the rows above. A planner that looks for the best
    /// order tries many, takes long for it where the way is, and may choose one that reads a whole table.
    pub(super) fn way_down(&self, text: &mut Text) {
        let mut above: Option<&Join<'_>> = None;
        for join in self.joins.iter().rev() {
            match above {
                None => join.table(text),
                Some(above) => {
                    let word = text.dialect.join_in_order;
                    text.push(word);
                    join.table(text);
                    text.push(" ON ");
                    above.condition(text);
                }
            }
            above = Some(join);
        }
    }

    /// The tables on the way and then the table itself, known as `t`.
    pub(super) fn way_down_to(&self, text: &mut Text, table: &Node) {
        self.way_down(text);
        let Some(above) = self.joins.first() else {
            text.table(table).push(" AS t");
            return;
        };
        let word = text.dialect.join_in_order;
        text.push(word).table(table).push(" AS t ON ");
        above.condition(text);
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
