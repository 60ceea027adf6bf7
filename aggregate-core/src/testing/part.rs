//! The parts of an aggregate: the root's own columns, and each child field at any depth.

use crate::schema::{Mode, Table};

/// A table of an aggregate, by the child fields that lead to it.
#[derive(Debug)]
pub(super) struct Part {
    /// The child fields, with dots between; empty for the root.
    pub(super) path: String,
    /// The table's name.
    pub(super) table: &'static str,
    /// Whether the version does not guard its rows: its field says so, or one above it.
    pub(super) unversioned: bool,
    /// Whether saves write any of its columns again.
    pub(super) has_columns: bool,
    /// The parts above, the root first.
    pub(super) above: Vec<usize>,
    /// The first part that is not below it: what stands below a part comes right after it.
    pub(super) end: usize,
}

/// The parts in the order in which visitors of child fields come upon them; the root is the first.
pub(super) fn parts(root: &'static Table) -> Vec<Part> {
    let mut parts = Vec::new();
    add(&mut parts, root, Part::new(root.name(), root, String::new(), false, Vec::new()));
    parts
}

fn add(parts: &mut Vec<Part>, table: &'static Table, part: Part) {
    let at = parts.len();
    let (path, unversioned) = (part.path.clone(), part.unversioned);
    let above: Vec<usize> = part.above.iter().copied().chain([at]).collect();
    parts.push(part);
    for edge in table.edges() {
        let dot = if path.is_empty() { "" } else { "." };
        let path = format!("{path}{dot}{}", edge.field());
        let unversioned = unversioned || edge.is_unversioned();
        add(
            parts,
            edge.child(),
            Part::new(edge.table_name(), edge.child(), path, unversioned, above.clone()),
        );
    }
    parts[at].end = parts.len();
}

impl Part {
    fn new(
        table: &'static str,
        entity: &'static Table,
        path: String,
        unversioned: bool,
        above: Vec<usize>,
    ) -> Self {
        let has_columns = entity.columns().iter().enumerate().any(|(at, column)| {
            let is_key = entity.id_columns().contains(&at) || entity.version_column() == Some(at);
            column.mode() == Mode::ReadWrite && !is_key
        });
        Self { path, table, unversioned, has_columns, above, end: 0 }
    }

    pub(super) const fn is_root(&self) -> bool {
        self.above.is_empty()
    }

    /// The part in a sentence.
    pub(super) fn name(&self) -> String {
        if self.is_root() { format!("the columns of `{}`", self.table) } else { format!("`{}`", self.path) }
    }
}
