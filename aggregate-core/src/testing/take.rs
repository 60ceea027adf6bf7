//! States between two samples: one of them, with one kind of difference in one part taken over from the other.

use crate::entity::{Aggregate, Branches, Cardinality, Child, Entity};
use crate::error::Error;
use crate::mask::ColumnMask;
use crate::schema::{ColumnDef, Mode};
use crate::three::{Sides, Triple, align};

use super::part::Part;

/// A kind of difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// Columns of rows that both have.
    Edited,
    /// Columns of rows that both have, of those that are `unversioned`.
    Counted,
    /// Rows that only the other one has. Where a field holds one row, it makes room.
    Added,
    /// Rows that the other one does not have.
    Removed,
    /// All of it at once, where an invariant refuses each by itself.
    Replaced,
}

impl Change {
    /// Whether the columns that are `unversioned`, or those that are not, are taken over.
    const fn takes_columns(self, unversioned: bool) -> bool {
        match self {
            Self::Edited => !unversioned,
            Self::Counted => unversioned,
            Self::Replaced => true,
            Self::Added | Self::Removed => false,
        }
    }

    const fn adds(self) -> bool {
        matches!(self, Self::Added | Self::Replaced)
    }

    const fn removes(self) -> bool {
        matches!(self, Self::Removed | Self::Replaced)
    }
}

/// One kind of difference in one part.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) part: usize,
    pub(super) change: Change,
    /// Takes over the columns of the rows above too, without which an invariant would not hold.
    pub(super) with_above: bool,
}

/// A state, and how it differs from the one that it was made from.
#[derive(Debug)]
pub(super) struct Taken<A> {
    pub(super) value: A,
    /// The rows of the part that differ.
    pub(super) rows: u64,
    /// Whether the version guards any of the differences.
    pub(super) bumps: bool,
}

/// Takes one kind of difference over; nothing if there is none.
pub(super) fn take<A: Aggregate>(
    from: &A,
    to: &A,
    parts: &[Part],
    step: Step,
) -> Result<Option<Taken<A>>, Error> {
    let mut taking = Taking { step, parts, at: 0, rows: 0, bumps: false, is_impossible: false };
    let triples = align(&Sides::of(None, Some(from), Some(to)))?;
    let mut roots = vec![taking.row(0, &triples[0], Fate::Kept)];
    A::children(&mut TakeBelow {
        triples: &triples,
        fates: &[Fate::Kept],
        rows: &mut roots,
        taking: &mut taking,
    })?;
    let Taking { rows, bumps, is_impossible, .. } = taking;
    let found = roots.pop().filter(|_| rows > 0 && !is_impossible);
    Ok(found.map(|value| Taken { value, rows, bumps }))
}

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It is not in the state.
    Gone,
    Kept,
    /// It comes from the other sample.
    Added,
}

struct Taking<'p> {
    step: Step,
    parts: &'p [Part],
    /// The part that was visited last.
    at: usize,
    rows: u64,
    /// Whether anything was taken over that the version guards.
    bumps: bool,
    /// A field that holds one row would have none.
    is_impossible: bool,
}

impl Taking<'_> {
    /// The row by itself, as it is in the state.
    fn row<E: Entity>(&mut self, at: usize, triple: &Triple<'_, E>, fate: Fate) -> E {
        let (mine, theirs) = match (triple.mine, triple.theirs) {
            (Some((_, mine)), Some((_, theirs))) if fate == Fate::Kept => (mine, theirs),
            (_, Some((_, row))) if fate == Fate::Added => return row.clone(),
            (Some((_, row)), _) | (_, Some((_, row))) => return row.clone(),
            (None, None) => unreachable!("a row is in one of the two"),
        };
        let mut row = mine.clone();
        let is_part = at == self.step.part;
        let is_above = self.step.with_above && self.parts[self.step.part].above.contains(&at);
        let mut is_edited = false;
        for unversioned in [false, true] {
            let is_taken = if is_part { self.step.change.takes_columns(unversioned) } else { is_above };
            let columns = writable(&theirs.changed(mine), E::TABLE.columns(), unversioned);
            if is_taken && !columns.is_empty() {
                row.assign(theirs, &columns);
                is_edited = true;
                self.bumps |= !(unversioned || self.parts[at].unversioned);
            }
        }
        self.rows += u64::from(is_part && is_edited);
        row
    }

    /// What becomes of the rows of a child field, and under which parent each is.
    fn places<C: Child>(
        &mut self,
        at: usize,
        triples: &[Triple<'_, C::Entity>],
        parents: &[Fate],
    ) -> Vec<(Fate, usize)> {
        let mut places: Vec<(Fate, usize)> = triples
            .iter()
            .map(|triple| match (triple.mine, triple.theirs) {
                (Some((parent, _)), _) if parents[parent] == Fate::Kept => (Fate::Kept, parent),
                (None, Some((parent, _))) if parents[parent] == Fate::Added => (Fate::Added, parent),
                (Some((parent, _)), _) | (None, Some((parent, _))) => (Fate::Gone, parent),
                (None, None) => unreachable!("a row is in one of the two"),
            })
            .collect();
        if at != self.step.part {
            return places;
        }
        for (row, triple) in triples.iter().enumerate() {
            let (_, parent) = places[row];
            let is_done = match (triple.mine, triple.theirs) {
                (None, Some(_)) if self.step.change.adds() && parents[parent] == Fate::Kept => {
                    let occupant = places.iter().position(|place| *place == (Fate::Kept, parent));
                    match occupant.filter(|_| C::CARDINALITY != Cardinality::Many) {
                        Some(occupant) if triples[occupant].theirs.is_some() => continue,
                        Some(occupant) => places[occupant].0 = Fate::Gone,
                        None => {}
                    }
                    places[row].0 = Fate::Added;
                    true
                }
                (Some(_), None) if self.step.change.removes() && C::CARDINALITY != Cardinality::One => {
                    places[row].0 = Fate::Gone;
                    true
                }
                _ => false,
            };
            self.rows += u64::from(is_done);
            self.bumps |= is_done && !self.parts[at].unversioned;
        }
        places
    }
}

/// Of these columns, those that saves write again.
fn writable(changed: &ColumnMask, columns: &[ColumnDef], unversioned: bool) -> ColumnMask {
    let mut writable = ColumnMask::new();
    for (at, column) in columns.iter().enumerate() {
        let is_asked = column.mode() == Mode::ReadWrite && column.is_unversioned() == unversioned;
        if is_asked && changed.contains(at) {
            writable.insert(at);
        }
    }
    writable
}

struct TakeBelow<'v, 'a, 'p, P> {
    triples: &'v [Triple<'a, P>],
    fates: &'v [Fate],
    rows: &'v mut [P],
    taking: &'v mut Taking<'p>,
}

impl<P: Entity> Branches<P> for TakeBelow<'_, '_, '_, P> {
    fn child<C: Child>(
        &mut self,
        get: impl Fn(&P) -> &C,
        get_mut: impl Fn(&mut P) -> &mut C,
    ) -> Result<(), Error> {
        self.taking.at += 1;
        let at = self.taking.at;
        let triples = align(&Sides::below(self.triples, &get))?;
        let places = self.taking.places::<C>(at, &triples, self.fates);
        let fates: Vec<Fate> = places.iter().map(|(fate, _)| *fate).collect();
        let mut rows: Vec<C::Entity> =
            triples.iter().zip(&fates).map(|(triple, fate)| self.taking.row(at, triple, *fate)).collect();
        C::Entity::children(&mut TakeBelow {
            triples: &triples,
            fates: &fates,
            rows: &mut rows,
            taking: &mut *self.taking,
        })?;
        let mut by_parent: Vec<Vec<C::Entity>> = self.rows.iter().map(|_| Vec::new()).collect();
        for ((fate, parent), row) in places.into_iter().zip(rows) {
            if fate != Fate::Gone {
                by_parent[parent].push(row);
            }
        }
        for ((parent, children), fate) in self.rows.iter_mut().zip(by_parent).zip(self.fates) {
            match C::from_rows(children) {
                Some(children) => *get_mut(parent) = children,
                None => self.taking.is_impossible |= *fate != Fate::Gone,
            }
        }
        Ok(())
    }
}
