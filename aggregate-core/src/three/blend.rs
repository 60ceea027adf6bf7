//! The state of an aggregate that has both the changes made here and those that are stored already.

use super::{Sides, Triple, align};
use crate::entity::{Aggregate, Branches, Child, Entity};
use crate::error::Error;
use crate::schema::Edge;

/// Why two changes do not go together.
#[derive(Debug)]
pub(crate) enum Lost {
    /// A row of this table that was changed or removed here is no longer there.
    Gone(&'static str),
    /// A row of this table was added on both sides.
    Taken(&'static str),
    /// Two rows with one key in one state.
    Refused(Error),
}

/// What is stored, with what changed between `base` and `mine`.
///
/// As a save does it: a column that did not change here keeps what is stored, a row that was not touched here stays,
/// and a row that was changed or removed here must be there.
pub(crate) fn blend<A: Aggregate>(stored: &A, base: &A, mine: &A) -> Result<A, Lost> {
    let root = Triple { base: Some((0, base)), mine: Some((0, mine)), theirs: Some((0, stored)) };
    let mut lost = None;
    let blended = blend_below(&[root], &[true], false, &mut lost);
    match (lost, blended) {
        (None, Ok(mut roots)) => roots.pop().ok_or(Lost::Gone(A::TABLE.name())),
        (Some(lost), _) => Err(lost),
        (None, Err(error)) => Err(Lost::Refused(error)),
    }
}

/// The rows that are to be stored, with their children; of those that are not to be, something.
fn blend_below<E: Entity>(
    triples: &[Triple<'_, E>],
    alive: &[bool],
    unversioned: bool,
    lost: &mut Option<Lost>,
) -> Result<Vec<E>, Error> {
    let mut rows: Vec<E> = triples.iter().map(own).collect();
    let edges = E::TABLE.edges().iter();
    E::children(&mut BlendBelow { triples, alive, rows: &mut rows, edges, unversioned, lost })?;
    Ok(rows)
}

/// The row by itself, as it is to be stored.
fn own<E: Entity>(triple: &Triple<'_, E>) -> E {
    match (triple.base, triple.mine, triple.theirs) {
        (Some((before, base)), Some((here, mine)), Some((_, theirs))) => {
            let changed = mine.changed(base);
            if here == before {
                let mut row = theirs.clone();
                row.assign(mine, &changed);
                return row;
            }
            // The fields that mirror the parent's key are those of the new parent.
            let mut row = mine.clone();
            row.assign(theirs, &changed.others(E::TABLE.columns().len()));
            row
        }
        (_, Some((_, row)), None) | (_, _, Some((_, row))) | (Some((_, row)), None, None) => row.clone(),
        (None, None, None) => unreachable!("a row is in one state at least"),
    }
}

struct BlendBelow<'v, 'a, P> {
    triples: &'v [Triple<'a, P>],
    /// Whether the row is to be stored at all.
    alive: &'v [bool],
    rows: &'v mut [P],
    /// The child fields that are still to come.
    edges: std::slice::Iter<'static, Edge>,
    /// Whether the version does not guard the rows of this table, nor any below them.
    unversioned: bool,
    lost: &'v mut Option<Lost>,
}

impl<P: Entity> Branches<P> for BlendBelow<'_, '_, P> {
    fn child<C: Child>(
        &mut self,
        get: impl Fn(&P) -> &C,
        get_mut: impl Fn(&mut P) -> &mut C,
    ) -> Result<(), Error> {
        let edge = self.edges.next();
        let table = edge.map_or(C::TABLE.name(), Edge::table_name);
        let unversioned = self.unversioned || edge.is_some_and(Edge::is_unversioned);
        let triples = align(&Sides::below(self.triples, &get))?;
        let mut parents = Vec::with_capacity(triples.len());
        for triple in &triples {
            let parent = match place(triple) {
                Ok(Some(parent)) if !self.alive[parent] => {
                    // What others may add without a change of the version goes with the row above it. Else the version
                    // would have told of it, but for an id that was given out anew.
                    if triple.mine.is_none() && unversioned { Ok(None) } else { Err(Lost::Gone(table)) }
                }
                Ok(parent) => Ok(parent),
                Err(why) => Err(why(table)),
            };
            parents.push(parent.unwrap_or_else(|why| {
                self.lost.get_or_insert(why);
                None
            }));
        }
        let alive: Vec<bool> = parents.iter().map(Option::is_some).collect();
        let rows = blend_below(&triples, &alive, unversioned, self.lost)?;
        let mut by_parent: Vec<Vec<C::Entity>> = self.rows.iter().map(|_| Vec::new()).collect();
        for (parent, row) in parents.into_iter().zip(rows) {
            if let Some(parent) = parent {
                by_parent[parent].push(row);
            }
        }
        for ((parent, children), alive) in self.rows.iter_mut().zip(by_parent).zip(self.alive) {
            match C::from_rows(children) {
                Some(children) => *get_mut(parent) = children,
                None if *alive => {
                    self.lost.get_or_insert(Lost::Gone(table));
                }
                None => {}
            }
        }
        Ok(())
    }
}

/// Under which parent a row is to stand, if at all. What is written here must stand where it stood.
fn place<E: Entity>(triple: &Triple<'_, E>) -> Result<Option<usize>, fn(&'static str) -> Lost> {
    let is_written = match (triple.base, triple.mine) {
        (Some((before, base)), Some((here, mine))) => here != before || !mine.changed(base).is_empty(),
        (Some(_), None) => true,
        (None, _) => false,
    };
    match (triple.base, triple.mine, triple.theirs) {
        (None, Some((parent, _)), None) | (None, None, Some((parent, _))) => Ok(Some(parent)),
        (None, Some(_), Some(_)) => Err(Lost::Taken),
        (Some((before, _)), mine, Some((there, _))) => match mine {
            _ if is_written && there != before => Err(Lost::Gone),
            Some((here, _)) => Ok(Some(if here == before { there } else { here })),
            None => Ok(None),
        },
        (Some(_), _, None) if is_written => Err(Lost::Gone),
        (Some(_), _, None) | (None, None, None) => Ok(None),
    }
}
