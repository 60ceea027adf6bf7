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

    /// The number of rows whose values are listed: of arrays one, each of whose values is a column.
    pub(crate) const fn listed(self) -> usize {
        match self {
            Self::One | Self::Arrays => 1,
            Self::List(rows) => rows,
        }
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
            Self::Update { .. } if !dialect.joins_lists => {
                let local = if node.table.is_local() { node.foreign_key.len() } else { 0 };
                self.sets(node) * (node.table.id_columns().len() + local)
            }
            _ => 0,
        };
        self.width(node) + again
    }

    /// The most rows that one statement writes in good time, whatever values it takes.
    pub(crate) fn most_rows(&self, node: &Node, dialect: Dialect) -> usize {
        match self {
            Self::Update { .. } => {
                dialect.update_rows.min(dialect.update_cells / self.sets(node).max(1)).max(1)
            }
            _ => usize::MAX,
        }
    }

    /// The number of columns that an update sets.
    fn sets(&self, node: &Node) -> usize {
        match self {
            Self::Update { set, moves, .. } => set.len() + if *moves { node.foreign_key.len() } else { 0 },
            _ => 0,
        }
    }

    /// How rows are written, by the names of columns.
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
pub(crate) struct Texts(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    texts: HashMap<Shape, Text>,
    /// How often a text was asked for.
    clock: u64,
    /// How many are common.
    common: usize,
}

#[derive(Debug)]
struct Text {
    sql: Arc<Sql>,
    /// How often it was asked for, of late.
    uses: u64,
    is_common: bool,
}

impl Texts {
    /// How many are kept.
    const MOST: usize = 512;
    /// How many of them are common. A connection of sqlx's keeps 100 statements prepared, of all types.
    const COMMON: usize = 64;

    /// After how many uses they are forgotten by half.
    const MEMORY: u64 = 10_000;

    /// The text of this shape, made by `make` if it is not there yet, and whether it is worth a place among those
    /// that connections keep prepared. The first ones are; when there are enough, one that is asked for more often
    /// takes the place of the one that is asked for least.
    pub(crate) fn get(&self, shape: Shape, make: impl FnOnce(&Shape) -> Sql) -> (Arc<Sql>, bool) {
        // A text is made under the lock: it takes microseconds, and what panics there leaves nothing half-way.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Kept { texts, clock, common } = &mut *kept;
        *clock += 1;
        if clock.is_multiple_of(Self::MEMORY) {
            for text in texts.values_mut() {
                text.uses /= 2;
            }
        }
        if let Some(text) = texts.get_mut(&shape) {
            text.uses += 1;
            let (sql, is_common, uses) = (Arc::clone(&text.sql), text.is_common, text.uses);
            return (sql, is_common || Self::replaces_another(texts, &shape, uses));
        }
        let sql = Arc::new(make(&shape));
        if texts.len() >= Self::MOST {
            texts.retain(|_, text| text.is_common);
        }
        let is_common = *common < Self::COMMON;
        *common += usize::from(is_common);
        texts.insert(shape, Text { sql: Arc::clone(&sql), uses: 1, is_common });
        (sql, is_common)
    }

    /// Makes a text common in the place of another one, if it is clear that it is asked for more often.
    fn replaces_another(texts: &mut HashMap<Shape, Text>, shape: &Shape, uses: u64) -> bool {
        let common = texts.values_mut().filter(|text| text.is_common);
        match common.min_by_key(|text| text.uses) {
            Some(least) if uses > least.uses + 1 => least.is_common = false,
            _ => return false,
        }
        texts.entry(shape.clone()).and_modify(|text| text.is_common = true);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::Order;

    /// Whether the text of this shape is common now.
    fn get(texts: &Texts, node: usize) -> bool {
        let sql = Sql { text: format!("{node}").into(), order: Order::Numbered };
        let (found, is_common) = texts.get(Shape::DeleteBelow(node), |_| sql);
        assert_eq!(*found.text, format!("{node}"));
        is_common
    }

    #[test]
    fn the_common_texts_are_few_and_those_that_are_asked_for_most() {
        let texts = Texts::default();
        assert!((0..Texts::COMMON).all(|node| get(&texts, node)));
        assert!((1..Texts::COMMON).all(|node| get(&texts, node)));
        assert!(!get(&texts, 100), "there are enough");
        assert!(!get(&texts, 100), "it is not asked for much more often than 0");
        assert!(get(&texts, 100), "it is");
        let common = |texts: &Texts| {
            let kept = texts.0.lock().unwrap();
            kept.texts.values().filter(|text| text.is_common).count()
        };
        assert_eq!(common(&texts), Texts::COMMON);
        assert!(!get(&texts, 0) && get(&texts, 1));
        for node in 1000..3000 {
            assert!(!get(&texts, node));
        }
        assert_eq!(common(&texts), Texts::COMMON);
        assert!(texts.0.lock().unwrap().texts.len() <= Texts::MOST);
    }

    #[test]
    fn what_was_common_long_ago_makes_room() {
        let texts = Texts::default();
        for _ in 0..Texts::MEMORY / Texts::COMMON as u64 {
            assert!((0..Texts::COMMON).all(|node| get(&texts, node)));
        }
        let late = (0..10 * Texts::MEMORY).position(|_| get(&texts, 100)).unwrap();
        assert!(late < 250, "common after {late} uses");
    }
}
