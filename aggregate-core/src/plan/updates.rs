//! Which columns an update of several rows sets, and in which of them.

use sqlx::TypeInfo;

use crate::backend::Backend;
use crate::column::{AsJson, Codec, Column, JsonColumn, Plain, Via, ViaColumn};
use crate::diff::Update;
use crate::entity::{Columns, Persist};
use crate::error::Error;
use crate::layout::Node;
use crate::mask::ColumnMask;
use crate::sql::Write;
use crate::values::Values;

/// Rows that one statement updates, and what it sets.
///
/// Versioned columns are set in every row, since nobody else changed one. An unversioned column may hold
/// what somebody else saved meanwhile, so each row says by a flag if it is set there.
pub(super) struct Updates<'a> {
    pub(super) rows: Vec<&'a Update>,
    /// The columns that changed in any row.
    pub(super) dirty: ColumnMask,
    /// Those of them that not every row sets, in order.
    flagged: Vec<usize>,
    /// Whether any row stands under another parent now.
    pub(super) any_moved: bool,
}

/// The updates of one table, most of them in one list.
pub(super) fn updates<'a, DB: Backend, E: Persist<DB>>(
    node: &Node,
    updated: &'a [Update],
) -> Vec<Updates<'a>> {
    let apart = if updated.len() > 1 { told_apart::<DB, E>(node) } else { Vec::new() };
    let mut lists: Vec<(Vec<usize>, Vec<&'a Update>)> = Vec::new();
    for update in updated {
        let sets: Vec<usize> = apart.iter().copied().filter(|at| update.changed.contains(*at)).collect();
        match lists.iter_mut().find(|(of_list, _)| *of_list == sets) {
            Some((_, rows)) => rows.push(update),
            None => lists.push((sets, vec![update])),
        }
    }
    lists.into_iter().map(|(_, rows)| Updates::of(node, rows)).collect()
}

impl<'a> Updates<'a> {
    fn of(node: &Node, mut rows: Vec<&'a Update>) -> Self {
        // Those who share the root's lock meet at these rows: in the order that they were loaded in, which is
        // that of their ids, nobody waits for somebody who waits for him.
        rows.sort_by_key(|update| update.old);
        let mut dirty = ColumnMask::new();
        for update in &rows {
            dirty.union(&update.changed);
        }
        let in_all = |at: usize| rows.iter().all(|update| update.changed.contains(at));
        let flagged = (0..node.table.columns().len())
            .filter(|at| dirty.contains(*at) && node.is_unversioned(*at) && !in_all(*at))
            .collect();
        let any_moved = rows.iter().any(|update| update.moved);
        Self { rows, dirty, flagged, any_moved }
    }

    /// How the rows are written.
    pub(super) fn write(&self) -> Write {
        let mut flagged = ColumnMask::new();
        self.flagged.iter().for_each(|at| flagged.insert(*at));
        Write::Update { set: self.dirty.clone(), flagged, moves: self.any_moved }
    }

    /// Binds the flags of a row.
    pub(super) fn bind_flags<DB: Backend>(&self, row: usize, values: &mut Values<DB>) -> Result<(), Error> {
        let changed = &self.rows[row].changed;
        self.flagged.iter().try_for_each(|at| values.number(i64::from(changed.contains(*at))))
    }
}

/// The unversioned columns that no expression may choose between: `json` takes a value that is sent as
/// `jsonb`, but a CASE of both has no type. Rows that set such a column are updated apart from the others.
fn told_apart<DB: Backend, E: Persist<DB>>(node: &Node) -> Vec<usize> {
    let columns = 0..node.table.columns().len();
    let mut unversioned = columns.filter(|at| node.is_unversioned(*at)).peekable();
    if unversioned.peek().is_none() {
        return Vec::new();
    }
    let mut visitor = FindJson { is_json: Vec::new() };
    // The visit cannot fail: nothing is read or written.
    <E as Persist<DB>>::columns(&mut visitor).ok();
    unversioned.filter(|at| visitor.is_json.get(*at) == Some(&true)).collect()
}

struct FindJson {
    is_json: Vec<bool>,
}

impl FindJson {
    fn visit<DB: Backend, T, C: Codec<DB, T>>(&mut self) {
        self.is_json.push(C::type_info().name().starts_with("JSON"));
    }
}

impl<DB: Backend, E> Columns<DB, E> for FindJson {
    fn column<T: Column<DB>>(
        &mut self,
        _: impl Fn(&E) -> &T,
        _: impl Fn(&mut E) -> &mut T,
    ) -> Result<(), Error> {
        self.visit::<DB, T, Plain>();
        Ok(())
    }

    fn json<T: JsonColumn<DB>>(
        &mut self,
        _: impl Fn(&E) -> &T,
        _: impl Fn(&mut E) -> &mut T,
    ) -> Result<(), Error> {
        self.visit::<DB, T, AsJson>();
        Ok(())
    }

    fn via<S: Column<DB>, T: ViaColumn<DB, S>>(
        &mut self,
        _: impl Fn(&E) -> &T,
        _: impl Fn(&mut E) -> &mut T,
    ) -> Result<(), Error> {
        self.visit::<DB, T, Via<S>>();
        Ok(())
    }
}
