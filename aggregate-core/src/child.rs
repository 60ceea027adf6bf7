//! The shapes that a child field can have, and entities in a box.

use std::error::Error as StdError;

use crate::backend::Backend;
use crate::column::{Column, JsonColumn, ViaColumn};
use crate::entity::{Branches, Cardinality, Child, Children, Columns, Entity, Fields, Part, Persist};
use crate::error::Error;
use crate::load::{KeyReader, RowReader};
use crate::mask::ColumnMask;
use crate::private::KeyPart;
use crate::schema::Table;
use crate::values::Values;

impl<T: Entity + Part> Child for T {
    type Entity = T;
    const CARDINALITY: Cardinality = Cardinality::One;

    fn rows(&self) -> &[T] {
        std::slice::from_ref(self)
    }

    fn rows_mut(&mut self) -> &mut [T] {
        std::slice::from_mut(self)
    }

    fn from_rows(rows: Vec<T>) -> Option<Self> {
        rows.into_iter().next()
    }
}

impl<T: Entity + Part> Child for Option<T> {
    type Entity = T;
    const CARDINALITY: Cardinality = Cardinality::Optional;

    fn rows(&self) -> &[T] {
        self.as_slice()
    }

    fn rows_mut(&mut self) -> &mut [T] {
        self.as_mut_slice()
    }

    fn from_rows(rows: Vec<T>) -> Option<Self> {
        Some(rows.into_iter().next())
    }
}

impl<T: Entity + Part> Child for Vec<T> {
    type Entity = T;
    const CARDINALITY: Cardinality = Cardinality::Many;

    fn rows(&self) -> &[T] {
        self
    }

    fn rows_mut(&mut self) -> &mut [T] {
        self
    }

    fn from_rows(rows: Vec<T>) -> Option<Self> {
        Some(rows)
    }
}

/// A boxed entity is that entity.
impl<E: Entity> Entity for Box<E> {
    type Id = E::Id;
    type Key<'a> = E::Key<'a>;
    const TABLE: &'static Table = E::TABLE;

    fn id(&self) -> Self::Id {
        (**self).id()
    }

    fn key(&self) -> Self::Key<'_> {
        (**self).key()
    }

    fn as_key(id: &Self::Id) -> Self::Key<'_> {
        E::as_key(id)
    }

    fn key_parts<'a>(&'a self, visit: &mut dyn FnMut(&'a dyn KeyPart)) {
        (**self).key_parts(visit);
    }

    fn parent_parts<'a>(&'a self, visit: &mut dyn FnMut(&'a dyn KeyPart)) {
        (**self).parent_parts(visit);
    }

    fn fields<V: Fields<Self>>(visitor: &mut V) {
        E::fields(&mut Unboxed(visitor));
    }

    fn changed(&self, old: &Self) -> ColumnMask {
        (**self).changed(old)
    }

    fn assign(&mut self, from: &Self, columns: &ColumnMask) {
        (**self).assign(from, columns);
    }

    fn children<V: Branches<Self>>(visitor: &mut V) -> Result<(), Error> {
        E::children(&mut Unboxed(visitor))
    }

    fn check(&self) -> Result<(), Box<dyn StdError + Send + Sync>> {
        (**self).check()
    }
}

impl<E: Part> Part for Box<E> {}

impl<DB: Backend, E: Persist<DB>> Persist<DB> for Box<E> {
    fn decode(row: &mut RowReader<'_, DB>) -> Result<Self, Error> {
        E::decode(row).map(Self::new)
    }

    fn read_id(row: &mut KeyReader<'_, DB>) -> Result<Self::Id, Error> {
        E::read_id(row)
    }

    fn bind_key(key: Self::Key<'_>, values: &mut Values<DB>) -> Result<(), Error> {
        E::bind_key(key, values)
    }

    fn columns<V: Columns<DB, Self>>(visitor: &mut V) -> Result<(), Error> {
        E::columns(&mut Unboxed(visitor))
    }

    fn children<V: Children<DB, Self>>(visitor: &mut V) -> Result<(), Error> {
        <E as Persist<DB>>::children(&mut Unboxed(visitor))
    }
}

/// Shows the fields of an `E` to a visitor of `Box<E>`.
struct Unboxed<'v, V>(&'v mut V);

impl<E: Entity, V: Branches<Box<E>>> Branches<E> for Unboxed<'_, V> {
    fn child<C: Child>(
        &mut self,
        get: impl Fn(&E) -> &C,
        get_mut: impl Fn(&mut E) -> &mut C,
    ) -> Result<(), Error> {
        self.0.child::<C>(|boxed| get(boxed), |boxed| get_mut(boxed))
    }
}

impl<E, V: Fields<Box<E>>> Fields<E> for Unboxed<'_, V> {
    fn compared<T: PartialEq + Clone + 'static>(
        &mut self,
        column: usize,
        get: impl Fn(&E) -> &T,
        get_mut: impl Fn(&mut E) -> &mut T,
    ) {
        self.0.compared::<T>(column, |boxed| get(boxed), |boxed| get_mut(boxed));
    }

    fn compared_by<T: Clone + 'static>(
        &mut self,
        column: usize,
        get: impl Fn(&E) -> &T,
        get_mut: impl Fn(&mut E) -> &mut T,
        same: impl Fn(&T, &T) -> bool,
    ) {
        self.0.compared_by::<T>(column, |boxed| get(boxed), |boxed| get_mut(boxed), same);
    }

    fn read_only<T: Clone + 'static>(
        &mut self,
        column: usize,
        get: impl Fn(&E) -> &T,
        get_mut: impl Fn(&mut E) -> &mut T,
    ) {
        self.0.read_only::<T>(column, |boxed| get(boxed), |boxed| get_mut(boxed));
    }

    fn skipped<T: Default>(&mut self, get_mut: impl Fn(&mut E) -> &mut T) {
        self.0.skipped::<T>(|boxed| get_mut(boxed));
    }
}

impl<DB: Backend, E, V: Children<DB, Box<E>>> Children<DB, E> for Unboxed<'_, V> {
    fn child<C: Child>(
        &mut self,
        get: impl Fn(&E) -> &C,
        get_mut: impl Fn(&mut E) -> &mut C,
    ) -> Result<(), Error>
    where
        C::Entity: Persist<DB>,
    {
        self.0.child::<C>(|boxed| get(boxed), |boxed| get_mut(boxed))
    }
}

impl<DB: Backend, E, V: Columns<DB, Box<E>>> Columns<DB, E> for Unboxed<'_, V> {
    fn column<T: Column<DB>>(
        &mut self,
        get: impl Fn(&E) -> &T,
        get_mut: impl Fn(&mut E) -> &mut T,
    ) -> Result<(), Error> {
        self.0.column::<T>(|boxed| get(boxed), |boxed| get_mut(boxed))
    }

    fn json<T: JsonColumn<DB>>(
        &mut self,
        get: impl Fn(&E) -> &T,
        get_mut: impl Fn(&mut E) -> &mut T,
    ) -> Result<(), Error> {
        self.0.json::<T>(|boxed| get(boxed), |boxed| get_mut(boxed))
    }

    fn via<S: Column<DB>, T: ViaColumn<DB, S>>(
        &mut self,
        get: impl Fn(&E) -> &T,
        get_mut: impl Fn(&mut E) -> &mut T,
    ) -> Result<(), Error> {
        self.0.via::<S, T>(|boxed| get(boxed), |boxed| get_mut(boxed))
    }
}
