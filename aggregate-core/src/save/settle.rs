//! Making memory what a reload would give, once a save is known to be stored.

use std::marker::PhantomData;

use crate::backend::Backend;
use crate::column::{AsJson, Codec, Column, JsonColumn, Plain, Via, ViaColumn};
use crate::entity::{Child, Children, Columns, Persist};
use crate::error::Error;

/// Cuts every value of a tree to what the database keeps of it.
pub(crate) fn settle<DB: Backend, E: Persist<DB>>(entity: &mut E) {
    let mut visitor = Settle { entity, backend: PhantomData::<DB> };
    // The visits cannot fail: nothing is read or written.
    E::columns(&mut visitor).ok();
    <E as Persist<DB>>::children(&mut visitor).ok();
}

struct Settle<'e, DB, E> {
    entity: &'e mut E,
    backend: PhantomData<DB>,
}

impl<DB: Backend, E> Columns<DB, E> for Settle<'_, DB, E> {
    fn column<T: Column<DB>>(
        &mut self,
        _: impl Fn(&E) -> &T,
        get_mut: impl Fn(&mut E) -> &mut T,
    ) -> Result<(), Error> {
        <Plain as Codec<DB, T>>::settle(get_mut(self.entity));
        Ok(())
    }

    fn json<T: JsonColumn<DB>>(
        &mut self,
        _: impl Fn(&E) -> &T,
        get_mut: impl Fn(&mut E) -> &mut T,
    ) -> Result<(), Error> {
        <AsJson as Codec<DB, T>>::settle(get_mut(self.entity));
        Ok(())
    }

    fn via<S: Column<DB>, T: ViaColumn<DB, S>>(
        &mut self,
        _: impl Fn(&E) -> &T,
        get_mut: impl Fn(&mut E) -> &mut T,
    ) -> Result<(), Error> {
        <Via<S> as Codec<DB, T>>::settle(get_mut(self.entity));
        Ok(())
    }
}

impl<DB: Backend, E> Children<DB, E> for Settle<'_, DB, E> {
    fn child<C: Child>(
        &mut self,
        _: impl Fn(&E) -> &C,
        get_mut: impl Fn(&mut E) -> &mut C,
    ) -> Result<(), Error>
    where
        C::Entity: Persist<DB>,
    {
        get_mut(self.entity).rows_mut().iter_mut().for_each(settle::<DB, C::Entity>);
        Ok(())
    }
}
