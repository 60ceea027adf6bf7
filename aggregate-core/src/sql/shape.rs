//! The shapes of statements: all that decides a text, so that each text is made once.

use std::sync::{Arc, Mutex, PoisonError};

use foldhash::HashMap;

use super::text::Sql;
use super::{
    Arm, Dialect, Kind, Lock, RootWrite, Set, delete_below, delete_below_rows, delete_in_one, delete_root,
    lock_root, save_in_one, step, version, write_root,
};
use crate::backend::OUT_OF_BAND;
use crate::layout::{Layout, Node};
use crate::mask::ColumnMask;

/// A statement but for its text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Shape {
    /// A whole save.
    Save(RootWrite, Vec<Part>),
    /// The root's row of a save.
    Root(RootWrite),
    /// Rows of one table in a save.
    Step(Part),
    /// Takes the root's row at the version expected.
    LockRoot,
    /// The stored version.
    Version(Lock),
    /// A whole delete.
    Delete,
    /// The root's row of a delete.
    DeleteRoot,
    /// The rows of one table below the root.
    DeleteBelow(usize),
    /// The rows of one table below so many rows of the table `top`.
    DeleteBelowRows { node: usize, top: usize, rows: usize },
}

/// Rows of one table that a save writes in one way.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Part {
    /// The place of the table in the layout.
    pub(crate) node: usize,
    pub(crate) write: Write,
    pub(crate) form: Form,
}

/// How rows are written.
///
/// The values of a row stand in this order: the foreign key and the id (as they were before the save for
/// updates and deletes), then what is written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Write {
    /// Removed by key.
    Delete,
    /// These columns are set, those that are flagged by a value of each row; and the foreign key, where rows
    /// moved to other parents.
    Update { set: ColumnMask, flagged: ColumnMask, moves: bool },
    /// Added.
    Insert,
}

/// How the values of rows are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    /// One row, value by value.
    One,
    /// So many rows, value by value.
    List(usize),
    /// Any number of rows, column by column: an array each.
    Arrays,
}

impl Form {
    /// The form of a list of so many rows.
    pub(crate) fn list(rows: usize) -> Self {
        if rows == 1 { Self::One } else { Self::List(rows) }
    }
}

impl Write {
    /// The number of values of a row.
    pub(crate) fn width(&self, node: &Node) -> usize {
        let parent = node.foreign_key.len();
        let key = parent + node.table.id_columns().len();
        match self {
            Self::Delete => key,
            Self::Update { set, flagged, moves } => {
                key + set.len() + flagged.len() + if *moves { parent } else { 0 }
            }
            Self::Insert => parent + node.inserted().len(),
        }
    }

    /// The most values that a row takes in a list: a key is sent again for each column that a CASE sets.
    pub(crate) fn sent_for_a_row(&self, node: &Node, dialect: Dialect) -> usize {
        let again = match self {
            Self::Update { set, moves, .. } if !dialect.joins_lists => {
                let local = if node.table.is_local() { node.foreign_key.len() } else { 0 };
                let columns = set.len() + if *moves { node.foreign_key.len() } else { 0 };
                columns * (node.table.id_columns().len() + local)
            }
            _ => 0,
        };
        self.width(node) + again
    }

    /// The same, by the names of columns.
    pub(super) fn kind(&self, node: &Node) -> Kind {
        match self {
            Self::Delete => Kind::Delete,
            Self::Update { set, flagged, moves } => {
                let columns = node.table.columns().iter().enumerate().filter(|(at, _)| set.contains(*at));
                let own =
                    columns.map(|(at, column)| Set { column: column.name(), flagged: flagged.contains(at) });
                let foreign_key = node.foreign_key.iter().filter(|_| *moves).copied().map(Set::always);
                Kind::Update(own.chain(foreign_key).collect())
            }
            Self::Insert => Kind::Insert(node.names(&node.inserted())),
        }
    }
}

impl Part {
    fn arm<'l>(&self, layout: &'l Layout) -> Arm<'l> {
        let node = &layout.nodes()[self.node];
        Arm { node, kind: self.write.kind(node), form: self.form }
    }
}

impl Shape {
    /// Makes the text.
    pub(crate) fn text(&self, dialect: Dialect, layout: &Layout) -> Sql {
        let root = layout.root();
        match self {
            Self::Save(write, parts) => {
                let arms: Vec<_> = parts.iter().map(|part| part.arm(layout)).collect();
                save_in_one(dialect, root, write, &arms, OUT_OF_BAND)
            }
            Self::Root(write) => write_root(dialect, root, write),
            Self::Step(part) => step(dialect, &part.arm(layout)),
            Self::LockRoot => lock_root(dialect, root),
            Self::Version(lock) => version(dialect, root, *lock),
            Self::Delete => delete_in_one(dialect, layout),
            Self::DeleteRoot => delete_root(dialect, root),
            Self::DeleteBelow(node) => delete_below(dialect, layout, *node),
            Self::DeleteBelowRows { node, top, rows } => {
                delete_below_rows(dialect, layout, *node, *top, *rows)
            }
        }
    }
}

/// The texts that were made for one layout.
#[derive(Debug, Default)]
pub(crate) struct Texts(Mutex<HashMap<Shape, Arc<Sql>>>);

impl Texts {
    /// How many are kept. An application that needs more in turns makes some of them anew.
    const MOST: usize = 512;

    /// The text of this shape, made by `make` if it is not there yet.
    pub(crate) fn get(&self, shape: Shape, make: impl FnOnce(&Shape) -> Sql) -> Arc<Sql> {
        // Nothing that holds the lock can panic half-way through a change.
        let texts = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sql) = texts().get(&shape) {
            return Arc::clone(sql);
        }
        let sql = Arc::new(make(&shape));
        let mut texts = texts();
        if texts.len() >= Self::MOST {
            texts.clear();
        }
        texts.insert(shape, Arc::clone(&sql));
        sql
    }
}
