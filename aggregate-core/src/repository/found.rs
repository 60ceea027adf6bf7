//! What was asked for, and what was found of it.

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use crate::entity::Aggregate;
use crate::error::Error;
use crate::tracked::Tracked;

pub(crate) fn not_found<A: Aggregate>(id: &A::Id) -> Error {
    Error::NotFound { aggregate: A::TABLE.name(), id: format!("{id:?}") }
}

/// All of what was found, if none is missing; the error names all that are.
pub(crate) fn not_found_all<A: Aggregate>(
    ids: &[A::Id],
    found: Vec<Option<Tracked<A>>>,
) -> Result<Vec<Tracked<A>>, Error> {
    let missing = || {
        let gone = ids.iter().zip(&found).filter(|(_, found)| found.is_none()).map(|(id, _)| id.clone());
        let ids = unique::<A>(&gone.collect::<Vec<_>>());
        let id = ids.iter().map(|id| format!("{id:?}")).collect::<Vec<_>>().join(", ");
        Error::NotFound { aggregate: A::TABLE.name(), id }
    };
    if found.iter().any(Option::is_none) { Err(missing()) } else { Ok(found.into_iter().flatten().collect()) }
}

pub(crate) fn unique<A: Aggregate>(ids: &[A::Id]) -> Vec<A::Id> {
    let mut seen = HashSet::with_capacity(ids.len());
    ids.iter().filter(|id| seen.insert(*id)).cloned().collect()
}

pub(crate) fn in_order<A: Aggregate>(ids: &[A::Id], aggregates: Vec<A>) -> Vec<Option<Tracked<A>>> {
    let mut by_id: HashMap<A::Id, Tracked<A>> =
        aggregates.into_iter().map(|aggregate| (aggregate.id(), Tracked::loaded(aggregate))).collect();
    let mut left: HashMap<&A::Id, usize> = HashMap::with_capacity(ids.len());
    for id in ids {
        *left.entry(id).or_default() += 1;
    }
    ids.iter()
        .map(|id| {
            let more = left.get_mut(id).map(|count| {
                *count -= 1;
                *count > 0
            });
            if more == Some(true) { by_id.get(id).cloned() } else { by_id.remove(id) }
        })
        .collect()
}
