//! One aggregate in up to three states: what was stored once, what became of it here, and what is stored now.
//!
//! Entry points: [`align`] says which rows are one row; [`ThreeWayDiff`] shows who changed what, [`blend`] makes the
//! state in which both changes are, [`adopt`] leaves what no version guards as it is stored.

mod adopt;
mod blend;
mod diff;
mod display;

use foldhash::{HashMap, HashMapExt};

use crate::diff::Rows;
use crate::entity::Entity;
use crate::error::Error;

pub(crate) use adopt::adopt;
pub(crate) use blend::{Lost, blend};
pub use diff::{RowChange, RowDifference, ThreeWayDiff};

/// The rows of one table, in three states of an aggregate.
pub(crate) struct Sides<'a, E> {
    /// The common ancestor.
    pub(crate) base: Rows<'a, E>,
    pub(crate) mine: Rows<'a, E>,
    pub(crate) theirs: Rows<'a, E>,
}

/// One row in three states; in each it may be missing, and stands under a parent, itself one of three states.
pub(crate) struct Triple<'a, E> {
    pub(crate) base: Option<(usize, &'a E)>,
    pub(crate) mine: Option<(usize, &'a E)>,
    pub(crate) theirs: Option<(usize, &'a E)>,
}

impl<'a, E> Triple<'a, E> {
    /// The row in any state.
    pub(crate) fn any(&self) -> Option<(usize, &'a E)> {
        self.mine.or(self.theirs).or(self.base)
    }
}

type Side<'a, E> = for<'t> fn(&'t mut Triple<'a, E>) -> &'t mut Option<(usize, &'a E)>;

/// The rows of one table by their keys: those of the ancestor first, then what they added, then what was added here.
///
/// Keys are those of the table, or those under one parent where the id is local.
pub(crate) fn align<'a, E: Entity>(sides: &Sides<'a, E>) -> Result<Vec<Triple<'a, E>>, Error> {
    let Sides { base, mine, theirs } = sides;
    let mut triples: Vec<Triple<'a, E>> = Vec::with_capacity(theirs.len().max(mine.len()));
    let mut places: HashMap<(usize, E::Key<'a>), usize> = HashMap::with_capacity(theirs.len());
    let ways: [(_, Side<'a, E>); 3] =
        [(base, |t| &mut t.base), (theirs, |t| &mut t.theirs), (mine, |t| &mut t.mine)];
    for (rows, side) in ways {
        for (parent, row) in rows {
            let scope = if E::TABLE.is_local() { *parent } else { 0 };
            let at = *places.entry((scope, row.key())).or_insert(triples.len());
            if at == triples.len() {
                triples.push(Triple { base: None, mine: None, theirs: None });
            }
            if side(&mut triples[at]).replace((*parent, row)).is_some() {
                return Err(Error::DuplicateKey { table: E::TABLE.name(), id: format!("{:?}", row.id()) });
            }
        }
    }
    Ok(triples)
}

impl<'a, P> Sides<'a, P> {
    /// Each state of one aggregate, by itself.
    pub(crate) fn of(base: Option<&'a P>, mine: Option<&'a P>, theirs: Option<&'a P>) -> Self {
        let alone = |state: Option<&'a P>| state.map(|row| (0, row)).into_iter().collect();
        Self { base: alone(base), mine: alone(mine), theirs: alone(theirs) }
    }

    /// The children of aligned parents.
    pub(crate) fn below<C: crate::entity::Child>(
        parents: &[Triple<'a, P>],
        get: &impl Fn(&P) -> &C,
    ) -> Sides<'a, C::Entity> {
        let children = |side: fn(&Triple<'a, P>) -> Option<(usize, &'a P)>| {
            let there = parents.iter().enumerate().filter_map(|(at, parent)| Some((at, side(parent)?.1)));
            there.flat_map(|(at, parent)| get(parent).rows().iter().map(move |row| (at, row))).collect()
        };
        Sides {
            base: children(|parent| parent.base),
            mine: children(|parent| parent.mine),
            theirs: children(|parent| parent.theirs),
        }
    }
}

#[cfg(test)]
mod tests;
