//! Making a tree what every database gives back of it.

use crate::entity::{Branches, Child, Entity, Fields};
use crate::equality::{self, FloatLimits};
use crate::error::Error;
use crate::order::place;

/// Memory keeps every float.
const FLOATS: FloatLimits = FloatLimits { nan: true, infinite: true, negative_zero: true };

/// Cuts every value of a tree to what is kept of it: times to microseconds.
pub(super) fn settle<E: Entity>(entity: &mut E) {
    tidy(entity, false);
}

/// Makes a tree what a load gives: values are cut, fields that are not stored have their default, and rows stand in the
/// order of their ids.
pub(super) fn store<E: Entity>(entity: &mut E) {
    tidy(entity, true);
}

fn tidy<E: Entity>(entity: &mut E, stores: bool) {
    E::fields(&mut Tidy { entity, stores });
    // Nothing is read or written that could fail.
    E::children(&mut Tidy { entity, stores }).ok();
}

struct Tidy<'e, E> {
    entity: &'e mut E,
    stores: bool,
}

impl<E> Fields<E> for Tidy<'_, E> {
    fn compared<T: PartialEq + Clone + 'static>(
        &mut self,
        _: usize,
        _: impl Fn(&E) -> &T,
        get_mut: impl Fn(&mut E) -> &mut T,
    ) {
        equality::settle(get_mut(self.entity), FLOATS);
    }

    fn compared_by<T: Clone + 'static>(
        &mut self,
        _: usize,
        _: impl Fn(&E) -> &T,
        get_mut: impl Fn(&mut E) -> &mut T,
        _: impl Fn(&T, &T) -> bool,
    ) {
        equality::settle(get_mut(self.entity), FLOATS);
    }

    fn read_only<T: Clone + 'static>(
        &mut self,
        _: usize,
        _: impl Fn(&E) -> &T,
        _: impl Fn(&mut E) -> &mut T,
    ) {
    }

    fn skipped<T: Default>(&mut self, get_mut: impl Fn(&mut E) -> &mut T) {
        if self.stores {
            *get_mut(self.entity) = T::default();
        }
    }
}

impl<E: Entity> Branches<E> for Tidy<'_, E> {
    fn child<C: Child>(
        &mut self,
        _: impl Fn(&E) -> &C,
        get_mut: impl Fn(&mut E) -> &mut C,
    ) -> Result<(), Error> {
        let rows = get_mut(self.entity).rows_mut();
        for row in &mut *rows {
            tidy(row, self.stores);
        }
        if self.stores {
            rows.sort_by_cached_key(|row| place(&row.key()));
        }
        Ok(())
    }
}
