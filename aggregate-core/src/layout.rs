//! The tree of tables below a root, with every foreign key composed in full.

use std::sync::Arc;

use crate::mask::ColumnMask;
use crate::schema::{ColumnDef, Edge, ForeignKey, Mode, Table};
use crate::sql::{Dialect, Shape, Sql, Texts};

/// The tables of an aggregate in the order of a walk that visits parents before their children
/// and child fields in the order of the struct. The root is node 0.
#[derive(Debug)]
pub(crate) struct Layout {
    nodes: Vec<Node>,
    /// The texts of its statements so far.
    texts: Texts,
}

/// A table in its place in the tree.
#[derive(Debug)]
pub(crate) struct Node {
    /// The description of the type.
    pub(crate) table: &'static Table,
    /// The name of the table, which a child field may override.
    pub(crate) name: &'static str,
    /// The schema of the table, inherited from the parent unless given.
    pub(crate) schema: Option<&'static str>,
    /// The node above; none for the root.
    pub(crate) parent: Option<usize>,
    /// The columns that hold the parent's key, in its order.
    pub(crate) foreign_key: Vec<&'static str>,
    /// Whether changes of its rows leave the version as it is: its field's, or one above it, says so.
    pub(crate) unversioned: bool,
    /// The first node that is not below it: a walk visits what stands below a table right after it.
    pub(crate) end: usize,
}

impl Layout {
    /// Walks the tree below a root's table.
    pub(crate) fn of(root: &'static Table) -> Self {
        let mut layout = Self { nodes: Vec::new(), texts: Texts::default() };
        layout.nodes.push(Node {
            table: root,
            name: root.name(),
            schema: root.schema_name(),
            parent: None,
            foreign_key: Vec::new(),
            unversioned: false,
            end: 0,
        });
        layout.add_below(0);
        layout
    }

    fn add_below(&mut self, parent: usize) {
        for edge in self.nodes[parent].table.edges() {
            let child = edge.child();
            let node = Node {
                table: child,
                name: edge.table_name(),
                schema: child.schema_name().or(self.nodes[parent].schema),
                parent: Some(parent),
                foreign_key: self.foreign_key(parent, edge),
                unversioned: self.nodes[parent].unversioned || edge.is_unversioned(),
                end: 0,
            };
            self.nodes.push(node);
            self.add_below(self.nodes.len() - 1);
        }
        self.nodes[parent].end = self.nodes.len();
    }

    /// The whole foreign key of an edge: a local parent is only named by its own parent's key and its id.
    fn foreign_key(&self, parent: usize, edge: &Edge) -> Vec<&'static str> {
        let parent = &self.nodes[parent];
        let inherited: &[&'static str] = match edge.key() {
            ForeignKey::Adds(_) if parent.table.is_local() => &parent.foreign_key,
            _ => &[],
        };
        inherited.iter().chain(edge.key().columns()).copied().collect()
    }

    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    pub(crate) fn root(&self) -> &Node {
        &self.nodes[0]
    }

    /// The statement of this shape, whose text is made once.
    pub(crate) fn sql(&self, dialect: Dialect, shape: Shape) -> Arc<Sql> {
        self.sql_and_rank(dialect, shape).0
    }

    /// The statement of this shape, and whether it is among those that are run often.
    pub(crate) fn sql_and_rank(&self, dialect: Dialect, shape: Shape) -> (Arc<Sql>, bool) {
        self.texts.get(shape, |shape| shape.text(dialect, self))
    }

    /// The number of columns of a row's whole key.
    pub(crate) fn key_len(&self, node: usize) -> usize {
        let node = &self.nodes[node];
        node.table.id_columns().len() + if node.table.is_local() { node.foreign_key.len() } else { 0 }
    }

    /// The tables below this one whose rows may come and go without a change of the version.
    pub(crate) fn unversioned_below(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        (node + 1..self.nodes[node].end).filter(|at| self.nodes[*at].unversioned)
    }

    /// Whether rows may come and go without a change of the version.
    pub(crate) fn has_unversioned_tables(&self) -> bool {
        self.nodes.iter().any(|node| node.unversioned)
    }
}

impl Node {
    /// Whether a change of this column, by its index, leaves the version as it is.
    pub(crate) fn is_unversioned(&self, column: usize) -> bool {
        self.unversioned || self.table.columns()[column].is_unversioned()
    }

    /// The names of the id's columns.
    pub(crate) fn id_names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.table.id_columns().iter().map(|column| self.table.columns()[*column].name())
    }

    /// The name of the version column, which every root has.
    pub(crate) fn version_name(&self) -> &'static str {
        self.table.version_column().map_or("version", |at| self.table.columns()[at].name())
    }

    /// The columns that are written with a new row, but for the version.
    pub(crate) fn inserted(&self) -> ColumnMask {
        let mut mask = ColumnMask::new();
        for (at, column) in self.table.columns().iter().enumerate() {
            if column.mode() != Mode::ReadOnly && self.table.version_column() != Some(at) {
                mask.insert(at);
            }
        }
        mask
    }

    /// The names of columns, in the order of the table.
    pub(crate) fn names(&self, columns: &ColumnMask) -> Vec<&'static str> {
        let all = self.table.columns().iter().enumerate();
        all.filter(|(at, _)| columns.contains(*at)).map(|(_, column)| column.name()).collect()
    }

    /// The columns of a row as loads read them: the foreign key, then the entity's own.
    pub(crate) fn loaded(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.foreign_key.iter().copied().chain(self.table.columns().iter().map(ColumnDef::name))
    }

    /// The number of columns of a row as loads read them.
    pub(crate) fn loaded_len(&self) -> usize {
        self.foreign_key.len() + self.table.columns().len()
    }
}
