//! What changed between two states of an aggregate, table by table. Needs no database.

mod matching;

use std::rc::Rc;

use crate::entity::{Aggregate, Branches, Child, Entity};
use crate::error::Error;
use crate::layout::Layout;
use crate::mask::ColumnMask;
use crate::private::KeyPart;
use crate::report::TableWrites;
use crate::schema::{Edge, Mode, Table};

use matching::match_rows;

/// The rows of one table with the index of each one's parent among the rows of the table above.
pub(crate) type Rows<'a, E> = Vec<(usize, &'a E)>;

/// What changed in an aggregate.
#[derive(Debug, Default)]
pub(crate) struct Diff {
    /// The root's own columns that changed.
    pub(crate) root: ColumnMask,
    /// Whether anything that the version guards changed, so that it is checked and goes up.
    pub(crate) bumps: bool,
    /// For each table below the root, in the order of [`Layout::nodes`], what changed in it.
    pub(crate) levels: Vec<Level>,
}

/// What changed in one table: rows by their index among all rows of the table, in memory's order.
#[derive(Debug, Default)]
pub(crate) struct Level {
    pub(crate) inserted: Vec<usize>,
    pub(crate) updated: Vec<Update>,
    pub(crate) removed: Vec<usize>,
}

/// A row that is there before and after.
#[derive(Debug)]
pub(crate) struct Update {
    pub(crate) old: usize,
    pub(crate) new: usize,
    pub(crate) changed: ColumnMask,
    /// It stands under another parent now.
    pub(crate) moved: bool,
}

impl Diff {
    pub(crate) fn is_empty(&self) -> bool {
        self.root.is_empty() && self.levels.iter().all(Level::is_empty)
    }

    /// The number of rows by table, but for the root's.
    pub(crate) fn writes(&self, layout: &Layout) -> Vec<TableWrites> {
        let below = layout.nodes().iter().skip(1).zip(&self.levels);
        let changed = below.filter(|(_, level)| !level.is_empty());
        changed.map(|(node, level)| level.writes(node.name)).collect()
    }
}

impl Level {
    pub(crate) fn is_empty(&self) -> bool {
        self.inserted.is_empty() && self.updated.is_empty() && self.removed.is_empty()
    }

    /// Whether anything changed in this versioned table but its unversioned columns.
    fn is_versioned(&self, table: &Table) -> bool {
        !self.inserted.is_empty()
            || !self.removed.is_empty()
            || self.updated.iter().any(|update| update.moved || is_versioned(table, &update.changed))
    }

    fn writes(&self, table: &'static str) -> TableWrites {
        TableWrites {
            table,
            inserted: self.inserted.len() as u64,
            updated: self.updated.len() as u64,
            deleted: self.removed.len() as u64,
        }
    }
}

/// Whether there are columns among these whose changes the version guards.
fn is_versioned(table: &Table, changed: &ColumnMask) -> bool {
    let mut columns = table.columns().iter().enumerate();
    columns.any(|(at, column)| changed.contains(at) && !column.is_unversioned())
}

/// Compares an aggregate with its state when it was loaded, or with nothing if it is new.
pub(crate) fn diff<A: Aggregate>(old: Option<&A>, new: &A) -> Result<Diff, Error> {
    let root = match old {
        Some(old) => {
            let changed = new.changed(old);
            refuse_insert_only(new, &changed)?;
            changed
        }
        None => ColumnMask::new(),
    };
    let mut levels = Vec::new();
    // The first save writes the first version.
    let mut bumps = old.is_none() || is_versioned(A::TABLE, &root);
    let old: Rows<'_, A> = old.map(|old| (0, old)).into_iter().collect();
    let rows = Rc::new(Lineage { rows: vec![(0, new)], above: None });
    let new_of_old = vec![Some(0); old.len()];
    A::children(&mut Compare {
        old: &old,
        new: &rows,
        new_of_old: &new_of_old,
        edges: A::TABLE.edges().iter(),
        unversioned: false,
        levels: &mut levels,
        bumps: &mut bumps,
    })?;
    Ok(Diff { root, bumps, levels })
}

/// Compares the children below the rows of one table.
struct Compare<'v, 'a, P> {
    old: &'v Rows<'a, P>,
    new: &'v Rc<Lineage<'a, P>>,
    /// For each old row, where it is now.
    new_of_old: &'v [Option<usize>],
    /// The child fields that are still to come.
    edges: std::slice::Iter<'static, Edge>,
    /// Whether the version does not guard the rows of this table, nor any below them.
    unversioned: bool,
    levels: &'v mut Vec<Level>,
    bumps: &'v mut bool,
}

impl<P: Entity> Branches<P> for Compare<'_, '_, P> {
    fn child<C: Child>(&mut self, get: impl Fn(&P) -> &C, _: impl Fn(&mut P) -> &mut C) -> Result<(), Error> {
        let old = flatten(self.old, &get);
        let rows = flatten(&self.new.rows, &get);
        check_parents(&rows, &**self.new)?;
        let unversioned = self.edges.next().is_some_and(Edge::is_unversioned) || self.unversioned;
        let (level, new_of_old) = match_rows(&old, &rows, self.new_of_old)?;
        for update in &level.updated {
            refuse_insert_only(rows[update.new].1, &update.changed)?;
        }
        *self.bumps |= !unversioned && level.is_versioned(C::TABLE);
        self.levels.push(level);
        let above = Rc::clone(self.new) as Rc<dyn Key + '_>;
        let new = Rc::new(Lineage { rows, above: Some(above) });
        C::Entity::children(&mut Compare {
            old: &old,
            new: &new,
            new_of_old: &new_of_old,
            edges: C::TABLE.edges().iter(),
            unversioned,
            levels: &mut *self.levels,
            bumps: &mut *self.bumps,
        })
    }
}

/// The children of all parents, in order, each with the index of its parent.
pub(crate) fn flatten<'a, P, C: Child>(
    parents: &[(usize, &'a P)],
    get: &impl Fn(&P) -> &C,
) -> Rows<'a, C::Entity> {
    parents
        .iter()
        .enumerate()
        .flat_map(|(index, (_, parent))| get(parent).rows().iter().map(move |row| (index, row)))
        .collect()
}

fn refuse_insert_only<E: Entity>(row: &E, changed: &ColumnMask) -> Result<(), Error> {
    if changed.is_empty() {
        return Ok(());
    }
    let mut columns = E::TABLE.columns().iter().enumerate();
    match columns.find(|(at, column)| column.mode() == Mode::InsertOnly && changed.contains(*at)) {
        Some((_, column)) => Err(Error::InsertOnly {
            table: E::TABLE.name(),
            column: column.name(),
            id: format!("{:?}", row.id()),
        }),
        None => Ok(()),
    }
}

/// The whole key of a row: its parent's where its own id is local, then its own.
trait Key {
    fn parts(&self, row: usize, visit: &mut dyn FnMut(&dyn KeyPart));
}

/// Rows and the rows above them.
struct Lineage<'a, E> {
    rows: Rows<'a, E>,
    above: Option<Rc<dyn Key + 'a>>,
}

impl<E: Entity> Key for Lineage<'_, E> {
    fn parts(&self, row: usize, visit: &mut dyn FnMut(&dyn KeyPart)) {
        let (parent, row) = self.rows[row];
        if let (true, Some(above)) = (E::TABLE.is_local(), &self.above) {
            above.parts(parent, visit);
        }
        row.key_parts(&mut |part| visit(part));
    }
}

/// The `#[parent]` fields of each row name the parent that it stands under.
fn check_parents<E: Entity>(rows: &Rows<'_, E>, parents: &dyn Key) -> Result<(), Error> {
    let fields = E::TABLE.parent_fields();
    if fields.is_empty() {
        return Ok(());
    }
    for (parent, row) in rows {
        let mut mirrored: Vec<&dyn KeyPart> = Vec::with_capacity(fields.len());
        row.parent_parts(&mut |part| mirrored.push(part));
        let mut at = 0;
        let mut wrong = None;
        parents.parts(*parent, &mut |part| {
            if !mirrored.get(at).is_some_and(|mirror| mirror.same(part.as_any())) {
                wrong = wrong.or(fields.get(at).copied());
            }
            at += 1;
        });
        if let Some(field) = wrong {
            return Err(Error::ParentMismatch {
                table: E::TABLE.name(),
                field,
                id: format!("{:?}", row.id()),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
