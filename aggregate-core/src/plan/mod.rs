//! From what changed to what is sent: pure functions that borrow the aggregate and hold nothing after.

mod rows;
mod statements;
mod updates;

use std::rc::Rc;

use foldhash::HashSet;

use crate::backend::Backend;
use crate::diff::{Diff, Level, flatten};
use crate::entity::{Aggregate, Child, Children, Persist};
use crate::error::Error;
use crate::layout::Layout;
use crate::sql::{RootWrite, Write};
use crate::values::Values;
use crate::version::Version;

use rows::{Keys, Lineage, bind_columns};
pub(crate) use statements::{OneStatement, Step, one_statement, steps};
use updates::updates;

/// What a save will write, in terms of rows.
pub(crate) struct Plan<'a, DB: Backend> {
    pub(crate) root: RootWrite,
    bind_root: Bind<'a, DB>,
    /// Whether any row moves to another parent.
    moves: bool,
    /// In the order of the tables; for each, deletes, updates and inserts.
    pub(crate) arms: Vec<PlannedArm<'a, DB>>,
    /// What goes with removed rows, though others may have added it without a change of the version.
    sweeps: Vec<Sweep<'a, DB>>,
}

/// The rows of one table below removed rows of another.
struct Sweep<'a, DB: Backend> {
    node: usize,
    /// The table of the removed rows, and their number.
    top: usize,
    rows: usize,
    /// Binds the whole key of a removed row.
    bind: RowBinder<'a, DB>,
}

/// The rows of an arm, bound one at a time.
pub(crate) struct PlannedArm<'a, DB: Backend> {
    /// The place of the table in the layout.
    pub(crate) node: usize,
    pub(crate) write: Write,
    /// How many rows.
    pub(crate) rows: usize,
    /// Whether rows that moved stand below the rows of this insert, which must be there before them.
    pub(crate) receives: bool,
    bind: RowBinder<'a, DB>,
}

type Bind<'a, DB> = Box<dyn Fn(&mut Values<DB>) -> Result<(), Error> + 'a>;
type RowBinder<'a, DB> = Box<dyn Fn(usize, &mut Values<DB>) -> Result<(), Error> + 'a>;

/// Plans a save of `new`, of which `old` is stored at the version `expected`.
pub(crate) fn plan<'a, DB: Backend, A: Aggregate + Persist<DB>>(
    layout: &'a Layout,
    old: Option<&'a A>,
    new: &'a A,
    expected: Version,
    diff: &'a Diff,
) -> Result<Plan<'a, DB>, Error> {
    let (root, bind_root): (_, Bind<'a, DB>) = match old {
        None => {
            // The version is written last, by a value of our own.
            let columns = layout.root().inserted();
            let bind = move |values: &mut Values<DB>| {
                bind_columns(new, &columns, values)?;
                values.number(Version::INITIAL.get())
            };
            (RootWrite::Insert, Box::new(bind))
        }
        Some(old) => {
            let bind = move |values: &mut Values<DB>| {
                A::bind_key(old.key(), values)?;
                if diff.bumps {
                    values.number(expected.get())?;
                }
                bind_columns(new, &diff.root, values)
            };
            let set = diff.root.clone();
            let write = match diff.bumps {
                true => RootWrite::Update(set),
                false if set.is_empty() => RootWrite::Lock { shared: true },
                false => RootWrite::Set(set),
            };
            (write, Box::new(bind))
        }
    };
    let moves = diff.levels.iter().flat_map(|level| &level.updated).any(|update| update.moved);
    let mut plan = Plan { root, bind_root, moves, arms: Vec::new(), sweeps: Vec::new() };
    let old = Rc::new(Lineage { rows: old.map(|old| (0, old)).into_iter().collect(), above: None });
    let new = Rc::new(Lineage { rows: vec![(0, new)], above: None });
    if !diff.levels.is_empty() {
        let mut node = 0;
        let mut visitor = PlanBelow {
            layout,
            diff,
            node: &mut node,
            old: &old,
            new: &new,
            arms: &mut plan.arms,
            sweeps: &mut plan.sweeps,
            moved_under: Vec::new(),
        };
        <A as Persist<DB>>::children(&mut visitor)?;
    }
    if let (RootWrite::Lock { shared }, false) = (&mut plan.root, plan.sweeps.is_empty()) {
        // Others that share the lock could add rows below those that go.
        *shared = false;
    }
    Ok(plan)
}

/// Plans the tables below one table.
struct PlanBelow<'v, 'a, DB: Backend, P> {
    layout: &'a Layout,
    diff: &'a Diff,
    /// The last node that was planned.
    node: &'v mut usize,
    old: &'v Rc<Lineage<'a, P, DB>>,
    new: &'v Rc<Lineage<'a, P, DB>>,
    arms: &'v mut Vec<PlannedArm<'a, DB>>,
    sweeps: &'v mut Vec<Sweep<'a, DB>>,
    /// The parents, by their index in memory, that receive a row that moved.
    moved_under: Vec<usize>,
}

impl<'a, DB: Backend, P: Persist<DB>> Children<DB, P> for PlanBelow<'_, 'a, DB, P> {
    fn child<C: Child>(&mut self, get: impl Fn(&P) -> &C, _: impl Fn(&mut P) -> &mut C) -> Result<(), Error>
    where
        C::Entity: Persist<DB>,
    {
        *self.node += 1;
        let node = *self.node;
        let end = self.layout.nodes()[node].end;
        if self.diff.levels[node - 1..end - 1].iter().all(Level::is_empty) {
            *self.node = end - 1;
            return Ok(());
        }
        let level = &self.diff.levels[node - 1];
        let old: Rc<Lineage<'a, C::Entity, DB>> = Rc::new(Lineage {
            rows: flatten(&self.old.rows, &get),
            above: Some(Rc::clone(self.old) as Rc<dyn Keys<DB> + 'a>),
        });
        let new: Rc<Lineage<'a, C::Entity, DB>> = Rc::new(Lineage {
            rows: flatten(&self.new.rows, &get),
            above: Some(Rc::clone(self.new) as Rc<dyn Keys<DB> + 'a>),
        });
        let mut below = PlanBelow {
            layout: self.layout,
            diff: self.diff,
            node: &mut *self.node,
            old: &old,
            new: &new,
            arms: &mut *self.arms,
            sweeps: &mut *self.sweeps,
            moved_under: Vec::new(),
        };
        let first = below.arms.len();
        <C::Entity as Persist<DB>>::children(&mut below)?;
        let moved_under: HashSet<usize> = below.moved_under.into_iter().collect();
        let receiving: HashSet<usize> =
            level.inserted.iter().copied().filter(|row| moved_under.contains(row)).collect();
        for swept in self.layout.unversioned_below(node).filter(|_| !level.removed.is_empty()) {
            let removed = Rc::clone(&old);
            let bind = Box::new(move |i: usize, values: &mut Values<DB>| {
                removed.bind_whole(level.removed[i], values)
            });
            self.sweeps.push(Sweep { node: swept, top: node, rows: level.removed.len(), bind });
        }
        let (arms, layout) = (&mut *self.arms, self.layout);
        let own = arms_of::<DB, C::Entity>(layout, node, level, &old, &new, &receiving);
        arms.splice(first..first, own);
        let moved = level.updated.iter().filter(|update| update.moved).map(|update| update.new);
        self.moved_under.extend(moved.chain(receiving).map(|row| new.rows[row].0));
        Ok(())
    }
}

/// The arms of one table.
fn arms_of<'a, DB: Backend, E: Persist<DB>>(
    layout: &'a Layout,
    node: usize,
    level: &'a Level,
    old: &Rc<Lineage<'a, E, DB>>,
    new: &Rc<Lineage<'a, E, DB>>,
    receiving: &HashSet<usize>,
) -> Vec<PlannedArm<'a, DB>> {
    let table = &layout.nodes()[node];
    let mut arms = Vec::new();
    if !level.removed.is_empty() {
        let before = Rc::clone(old);
        let bind: RowBinder<'a, DB> = Box::new(move |i, values| before.bind_key(level.removed[i], values));
        let rows = level.removed.len();
        arms.push(PlannedArm { node, write: Write::Delete, rows, receives: false, bind });
    }

    for updates in updates::<DB, E>(table, &level.updated) {
        let (before, after) = (Rc::clone(old), Rc::clone(new));
        let (write, rows) = (updates.write(), updates.rows.len());
        let bind: RowBinder<'a, DB> = Box::new(move |i, values| {
            let update = updates.rows[i];
            before.bind_key(update.old, values)?;
            bind_columns(after.rows[update.new].1, &updates.dirty, values)?;
            if updates.any_moved {
                after.bind_parent(update.new, values)?;
            }
            updates.bind_flags(i, values)
        });
        arms.push(PlannedArm { node, write, rows, receives: false, bind });
    }

    let (first, rest): (Vec<usize>, Vec<usize>) =
        level.inserted.iter().partition(|row| receiving.contains(row));
    for (inserted, receives) in [(first, true), (rest, false)] {
        if inserted.is_empty() {
            continue;
        }
        let (after, columns, rows) = (Rc::clone(new), table.inserted(), inserted.len());
        let bind: RowBinder<'a, DB> = Box::new(move |i, values| {
            after.bind_parent(inserted[i], values)?;
            bind_columns(after.rows[inserted[i]].1, &columns, values)
        });
        arms.push(PlannedArm { node, write: Write::Insert, rows, receives, bind });
    }
    arms
}
