//! What is stored, and the rules by which it changes.

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use super::settle::store;
use super::taken;
use crate::diff::Diff;
use crate::entity::{Aggregate, Branches, Child, Entity};
use crate::error::{Conflict, Error};
use crate::invariant;
use crate::order::place;
use crate::save::Deleted;
use crate::schema::Edge;
use crate::three::{Lost, blend};
use crate::tracked::Tracked;
use crate::version::Version;

/// The aggregates of one type.
pub(super) struct Store<A: Aggregate> {
    aggregates: HashMap<A::Id, A>,
    /// Which aggregate has a row whose id is unique in its table.
    rows: HashMap<Row, A::Id>,
}

/// A row whose id is unique in its table: the table, and what tells the id from others, as it is hashed and as it is shown.
type Row = (&'static str, Vec<u8>, String);

impl<A: Aggregate> Store<A> {
    pub(super) fn new() -> Self {
        Self { aggregates: HashMap::new(), rows: HashMap::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.aggregates.len()
    }

    /// Copies of those that are there.
    pub(super) fn load(&self, ids: &[A::Id]) -> Result<Vec<A>, Error> {
        let found = ids.iter().filter_map(|id| self.aggregates.get(id));
        found.map(|stored| invariant::check_stored(stored).map(|()| stored.clone())).collect()
    }

    /// Carries out what was staged.
    pub(super) fn apply(&mut self, changes: Changes<A>) {
        let Changes { aggregates, added, removed } = changes;
        for row in &removed {
            self.rows.remove(row);
        }
        self.rows.extend(added);
        for (id, aggregate) in aggregates {
            match aggregate {
                Some(aggregate) => self.aggregates.insert(id, aggregate),
                None => self.aggregates.remove(&id),
            };
        }
    }
}

/// Changes that are all carried out, or none.
pub(super) struct Changes<A: Aggregate> {
    /// What is stored under an id from now on, if anything.
    aggregates: HashMap<A::Id, Option<A>>,
    added: HashMap<Row, A::Id>,
    removed: HashSet<Row>,
}

/// What is stored, and what is to be.
pub(super) struct Staged<'s, A: Aggregate> {
    store: &'s Store<A>,
    changes: Changes<A>,
}

impl<'s, A: Aggregate> Staged<'s, A> {
    pub(super) fn new(store: &'s Store<A>) -> Self {
        let changes = Changes { aggregates: HashMap::new(), added: HashMap::new(), removed: HashSet::new() };
        Self { store, changes }
    }

    pub(super) fn into_changes(self) -> Changes<A> {
        self.changes
    }

    fn stored(&self, id: &A::Id) -> Option<&A> {
        match self.changes.aggregates.get(id) {
            Some(staged) => staged.as_ref(),
            None => self.store.aggregates.get(id),
        }
    }

    /// Saves what differs.
    pub(super) fn save(&mut self, aggregate: &Tracked<A>, diff: &Diff) -> Result<(), Error> {
        let (id, expected) = (aggregate.stored_id(), aggregate.version());
        let stored = self.stored(&id);
        let mut saved = match (aggregate.stored(), stored) {
            (None, Some(_)) => {
                let (aggregate, id) = (A::TABLE.name(), format!("{id:?}"));
                return Err(Error::AlreadyExists { aggregate, id, transaction_lost: false });
            }
            (None, None) => (**aggregate).clone(),
            (Some(base), Some(stored)) if !diff.bumps || stored.version() == expected => {
                let lost = |lost| refusal::<A>(lost, &id, expected, stored.version());
                blend(stored, base, aggregate).map_err(lost)?
            }
            (Some(_), stored) => return Err(conflict::<A>(&id, expected, stored.map(Aggregate::version))),
        };
        let version = stored.map_or(Version::UNSAVED, Aggregate::version);
        // The last version was refused before.
        saved.set_version(if diff.bumps { version.next().unwrap_or(version) } else { version });
        store(&mut saved);
        self.replace(id, Some(saved))
    }

    /// Deletes an aggregate at this version; gives the rows that it had, by table.
    pub(super) fn delete(&mut self, id: &A::Id, expected: Version) -> Result<Deleted, Error> {
        let stored = self.stored(id);
        let rows = match stored {
            Some(stored) if stored.version() == expected => count(stored),
            stored => return Err(conflict::<A>(id, expected, stored.map(Aggregate::version))),
        };
        self.replace(id.clone(), None)?;
        Ok(rows)
    }

    /// Stages what is stored under an id from now on.
    fn replace(&mut self, id: A::Id, aggregate: Option<A>) -> Result<(), Error> {
        let before: Vec<Row> = self.stored(&id).into_iter().flat_map(unique_rows).collect();
        for row in before {
            self.changes.added.remove(&row);
            self.changes.removed.insert(row);
        }
        for row in aggregate.iter().flat_map(unique_rows) {
            let is_taken = !self.changes.removed.remove(&row) && self.store.rows.contains_key(&row);
            if is_taken || self.changes.added.contains_key(&row) {
                return Err(taken::error(row.0));
            }
            self.changes.added.insert(row, id.clone());
        }
        self.changes.aggregates.insert(id, aggregate);
        Ok(())
    }
}

fn conflict<A: Aggregate>(id: &A::Id, expected: Version, actual: Option<Version>) -> Error {
    Error::Conflict(Conflict::new(A::TABLE.name(), format!("{id:?}"), expected, actual))
}

/// What it means that a save does not go together with what is stored.
fn refusal<A: Aggregate>(lost: Lost, id: &A::Id, expected: Version, actual: Version) -> Error {
    match lost {
        // Only a save that does not ask for the version gets this far: somebody else's has removed the row.
        Lost::Gone(_) if expected != actual => conflict::<A>(id, expected, Some(actual)),
        Lost::Gone(table) => Error::out_of_band(table),
        Lost::Taken(table) => taken::error(table),
        Lost::Refused(error) => error,
    }
}

/// The number of rows, by table, in the order of the layout.
fn count<A: Aggregate>(aggregate: &A) -> Deleted {
    let mut counts = vec![1];
    // Counting cannot fail.
    A::children(&mut CountBelow { rows: &[aggregate], counts: &mut counts }).ok();
    counts
}

struct CountBelow<'v, 'a, P> {
    rows: &'v [&'a P],
    counts: &'v mut Deleted,
}

impl<P: Entity> Branches<P> for CountBelow<'_, '_, P> {
    fn child<C: Child>(&mut self, get: impl Fn(&P) -> &C, _: impl Fn(&mut P) -> &mut C) -> Result<(), Error> {
        let rows: Vec<&C::Entity> = self.rows.iter().flat_map(|parent| get(parent).rows()).collect();
        self.counts.push(rows.len() as u64);
        C::Entity::children(&mut CountBelow { rows: &rows, counts: &mut *self.counts })
    }
}

/// The rows whose ids are unique in their tables.
fn unique_rows<A: Aggregate>(aggregate: &A) -> Vec<Row> {
    let mut rows = Vec::new();
    // Listing cannot fail.
    A::children(&mut RowsBelow { row: aggregate, edges: A::TABLE.edges().iter(), rows: &mut rows }).ok();
    rows
}

struct RowsBelow<'v, P> {
    row: &'v P,
    /// The child fields that are still to come.
    edges: std::slice::Iter<'static, Edge>,
    rows: &'v mut Vec<Row>,
}

impl<P: Entity> Branches<P> for RowsBelow<'_, P> {
    fn child<C: Child>(&mut self, get: impl Fn(&P) -> &C, _: impl Fn(&mut P) -> &mut C) -> Result<(), Error> {
        let table = self.edges.next().map_or(C::TABLE.name(), Edge::table_name);
        for row in get(self.row).rows() {
            if !C::TABLE.is_local() {
                let id = row.id();
                self.rows.push((table, place(&id), format!("{id:?}")));
            }
            C::Entity::children(&mut RowsBelow {
                row,
                edges: C::TABLE.edges().iter(),
                rows: &mut *self.rows,
            })?;
        }
        Ok(())
    }
}
