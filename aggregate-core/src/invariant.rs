//! The rules of the domain, checked from the leaves up.

use crate::entity::{Branches, Child, Entity};
use crate::error::Error;

/// Checks every entity of a tree, a parent after its children, the root last.
pub(crate) fn check<E: Entity>(entity: &E) -> Result<(), Error> {
    E::children(&mut CheckBelow(entity))?;
    entity.check().map_err(|source| Error::Invariant {
        entity: E::TABLE.name(),
        id: format!("{:?}", entity.id()),
        stored: false,
        source,
    })
}

/// [`check`] of what is stored.
pub(crate) fn check_stored<E: Entity>(entity: &E) -> Result<(), Error> {
    check(entity).map_err(|error| match error {
        Error::Invariant { entity, id, source, .. } => Error::Invariant { entity, id, stored: true, source },
        other => other,
    })
}

struct CheckBelow<'e, E>(&'e E);

impl<E: Entity> Branches<E> for CheckBelow<'_, E> {
    fn child<C: Child>(&mut self, get: impl Fn(&E) -> &C, _: impl Fn(&mut E) -> &mut C) -> Result<(), Error> {
        get(self.0).rows().iter().try_for_each(check)
    }
}
