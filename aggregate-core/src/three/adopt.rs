//! What no version guards, taken over from what is stored.

use super::{Sides, Triple, align};
use crate::entity::{Aggregate, Branches, Child, Entity};
use crate::error::Error;
use crate::mask::ColumnMask;
use crate::schema::{Edge, Mode};

/// Makes what the version does not guard what is stored: columns and collections that are `unversioned`, and columns
/// that saves never write. Rows that are not stored keep what they have.
pub(crate) fn adopt<A: Aggregate>(copy: &A, stored: &A) -> Result<A, Error> {
    // The copy is `theirs`, whose rows come first where there is no ancestor, in their order.
    let mut roots = adopted(&align(&Sides::of(None, Some(stored), Some(copy)))?)?;
    Ok(roots.swap_remove(0))
}

/// The rows of the copy, in its order.
fn adopted<E: Entity>(triples: &[Triple<'_, E>]) -> Result<Vec<E>, Error> {
    let unguarded = unguarded::<E>();
    let mut rows = Vec::with_capacity(triples.len());
    for triple in triples {
        let Some((_, copy)) = triple.theirs else { break };
        let mut row = copy.clone();
        if let Some((_, stored)) = triple.mine {
            row.assign(stored, &unguarded);
        }
        rows.push(row);
    }
    E::children(&mut AdoptBelow { triples, rows: &mut rows, edges: E::TABLE.edges().iter() })?;
    Ok(rows)
}

/// The columns that no version guards.
fn unguarded<E: Entity>() -> ColumnMask {
    let mut columns = ColumnMask::new();
    for (at, column) in E::TABLE.columns().iter().enumerate() {
        if column.is_unversioned() || column.mode() == Mode::ReadOnly {
            columns.insert(at);
        }
    }
    columns
}

struct AdoptBelow<'v, 'a, P> {
    triples: &'v [Triple<'a, P>],
    rows: &'v mut [P],
    /// The child fields that are still to come.
    edges: std::slice::Iter<'static, Edge>,
}

impl<P: Entity> Branches<P> for AdoptBelow<'_, '_, P> {
    fn child<C: Child>(
        &mut self,
        get: impl Fn(&P) -> &C,
        get_mut: impl Fn(&mut P) -> &mut C,
    ) -> Result<(), Error> {
        if self.edges.next().is_some_and(Edge::is_unversioned) {
            for (parent, triple) in self.rows.iter_mut().zip(self.triples) {
                let stored = triple.mine.and_then(|(_, stored)| C::from_rows(get(stored).rows().to_vec()));
                if let Some(children) = stored {
                    *get_mut(parent) = children;
                }
            }
            return Ok(());
        }
        let triples = align(&Sides::below(self.triples, &get))?;
        let mut by_parent: Vec<Vec<C::Entity>> = self.rows.iter().map(|_| Vec::new()).collect();
        let parents = triples.iter().map_while(|triple| triple.theirs);
        for ((parent, _), row) in parents.zip(adopted(&triples)?) {
            by_parent[parent].push(row);
        }
        for (parent, children) in self.rows.iter_mut().zip(by_parent) {
            if let Some(children) = C::from_rows(children) {
                *get_mut(parent) = children;
            }
        }
        Ok(())
    }
}
