//! Whole states: one sample as a change of the other, what two states differ in, and states that are refused.

use crate::entity::{Aggregate, Branches, Cardinality, Child, Entity};
use crate::error::Error;
use crate::mask::ColumnMask;
use crate::schema::Mode;
use crate::three::{RowChange, Sides, ThreeWayDiff, Triple, align};

/// The state that an edit of `from` into `to` stores: rows that are there already keep their columns that are `insert_only`.
pub(super) fn turned<A: Aggregate>(from: &A, to: &A) -> Result<A, Error> {
    let mut roots = turn(&align(&Sides::of(None, Some(from), Some(to)))?)?;
    let mut turned = roots.swap_remove(0);
    turned.set_version(from.version());
    Ok(turned)
}

/// The rows of `theirs`, in their order, which are the first.
fn turn<E: Entity>(triples: &[Triple<'_, E>]) -> Result<Vec<E>, Error> {
    let mut kept = ColumnMask::new();
    for (at, column) in E::TABLE.columns().iter().enumerate() {
        if column.mode() == Mode::InsertOnly {
            kept.insert(at);
        }
    }
    let mut rows = Vec::with_capacity(triples.len());
    for triple in triples {
        let Some((_, to)) = triple.theirs else { break };
        let mut row = to.clone();
        if let Some((_, from)) = triple.mine {
            row.assign(from, &kept);
        }
        rows.push(row);
    }
    E::children(&mut TurnBelow { triples, rows: &mut rows })?;
    Ok(rows)
}

struct TurnBelow<'v, 'a, P> {
    triples: &'v [Triple<'a, P>],
    rows: &'v mut [P],
}

impl<P: Entity> Branches<P> for TurnBelow<'_, '_, P> {
    fn child<C: Child>(
        &mut self,
        get: impl Fn(&P) -> &C,
        get_mut: impl Fn(&mut P) -> &mut C,
    ) -> Result<(), Error> {
        let triples = align(&Sides::below(self.triples, &get))?;
        let parents: Vec<usize> =
            triples.iter().map_while(|triple| triple.theirs).map(|(parent, _)| parent).collect();
        let mut by_parent: Vec<Vec<C::Entity>> = self.rows.iter().map(|_| Vec::new()).collect();
        for (parent, row) in parents.into_iter().zip(turn(&triples)?) {
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

/// What is different in a state from the one that is expected, by the library's own notion: a sentence for each row.
pub(super) fn differences<A: Aggregate>(expected: &A, found: &A) -> Result<Vec<String>, Error> {
    let diff = ThreeWayDiff::between(Some(expected), found, Some(expected))?;
    let sentences = diff.rows.iter().filter_map(|row| {
        let name = format!("`{}` {}", row.table, row.id);
        match row.mine.as_ref()? {
            RowChange::Added => Some(format!("{name} should not be there")),
            RowChange::Removed => Some(format!("{name} is missing")),
            RowChange::Changed { moved: true, .. } => Some(format!("{name} stands under another row")),
            RowChange::Changed { columns, .. } => {
                let columns: Vec<String> = columns.iter().map(|column| format!("`{column}`")).collect();
                Some(format!("{name} has another {}", columns.join(", ")))
            }
        }
    });
    Ok(sentences.collect())
}

/// The same state with every collection in another order, which is not stored.
pub(super) fn reordered<A: Aggregate>(value: &A) -> A {
    let mut value = value.clone();
    // Nothing in here fails.
    reorder(&mut value).ok();
    value
}

fn reorder<E: Entity>(row: &mut E) -> Result<(), Error> {
    E::children(&mut ReorderBelow(row))
}

struct ReorderBelow<'e, E>(&'e mut E);

impl<E: Entity> Branches<E> for ReorderBelow<'_, E> {
    fn child<C: Child>(
        &mut self,
        _: impl Fn(&E) -> &C,
        get_mut: impl Fn(&mut E) -> &mut C,
    ) -> Result<(), Error> {
        let rows = get_mut(self.0).rows_mut();
        rows.reverse();
        rows.iter_mut().try_for_each(reorder)
    }
}

/// For each collection with rows the same state with one of them twice, and the collection's number among the parts.
pub(super) fn repeated<A: Aggregate>(value: &A) -> Vec<(usize, A)> {
    let mut states = Vec::new();
    for part in 1.. {
        let mut state = value.clone();
        let mut repeat = Repeat { at: 0, part, has_repeated: false };
        // Nothing in here fails.
        A::children(&mut RepeatBelow { rows: &mut [&mut state], repeat: &mut repeat }).ok();
        if repeat.has_repeated {
            states.push((part, state));
        }
        if repeat.at < part {
            break;
        }
    }
    states
}

struct Repeat {
    at: usize,
    part: usize,
    has_repeated: bool,
}

struct RepeatBelow<'v, 'e, P> {
    rows: &'v mut [&'e mut P],
    repeat: &'v mut Repeat,
}

impl<P: Entity> Branches<P> for RepeatBelow<'_, '_, P> {
    fn child<C: Child>(
        &mut self,
        get: impl Fn(&P) -> &C,
        get_mut: impl Fn(&mut P) -> &mut C,
    ) -> Result<(), Error> {
        self.repeat.at += 1;
        if self.repeat.at == self.repeat.part
            && C::CARDINALITY == Cardinality::Many
            && let Some(parent) = self.rows.iter_mut().find(|parent| !get(parent).rows().is_empty())
        {
            let mut rows = get(parent).rows().to_vec();
            rows.extend(rows.first().cloned());
            if let Some(rows) = C::from_rows(rows) {
                *get_mut(parent) = rows;
                self.repeat.has_repeated = true;
            }
        }
        let mut below: Vec<&mut C::Entity> =
            self.rows.iter_mut().flat_map(|parent| get_mut(parent).rows_mut()).collect();
        C::Entity::children(&mut RepeatBelow { rows: &mut below, repeat: &mut *self.repeat })
    }
}
