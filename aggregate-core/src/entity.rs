//! What the derives implement: rows, their children, and how they meet a database.

use std::error::Error as StdError;
use std::fmt::Debug;
use std::hash::Hash;

use crate::backend::Backend;
use crate::column::{Column, JsonColumn, ViaColumn};
use crate::error::Error;
use crate::load::{KeyReader, RowReader};
use crate::mask::{self, ColumnMask};
use crate::private::KeyPart;
use crate::schema::Table;
use crate::values::Values;
use crate::version::Version;

/// A row with an identity, and the rows below it. Knows no database.
///
/// Derive it: `#[derive(Aggregate)]` for a root, `#[derive(Entity)]` for what stands below one.
/// The methods are for this crate's own use; their contract is what the derives write.
pub trait Entity: Clone + Send + Sync + 'static {
    /// The type of the id: that of the `#[id]` field, or a tuple of theirs in order.
    type Id: IdField;

    /// The id, borrowed: a reference, or a tuple of references.
    type Key<'a>: Copy + Eq + Hash;

    /// The table, its columns and its children.
    const TABLE: &'static Table;

    /// The id, cloned.
    fn id(&self) -> Self::Id;

    /// The id, borrowed from the fields.
    fn key(&self) -> Self::Key<'_>;

    /// The same borrowed form of an id that stands by itself.
    fn as_key(id: &Self::Id) -> Self::Key<'_>;

    /// The parts of the id, in order.
    fn key_parts<'a>(&'a self, visit: &mut dyn FnMut(&'a dyn KeyPart));

    /// The `#[parent]` fields, in order.
    fn parent_parts<'a>(&'a self, visit: &mut dyn FnMut(&'a dyn KeyPart)) {
        let _ = visit;
    }

    /// Shows each column that is neither an id nor the version to the visitor, with its place in [`Table::columns`], and
    /// each field that is not stored.
    fn fields<V: Fields<Self>>(visitor: &mut V);

    /// The own columns whose value differs from `old`'s; ids, versions and read-only columns never count.
    fn changed(&self, old: &Self) -> ColumnMask {
        mask::changed(self, old)
    }

    /// Takes over the values of these columns from another state of the row; ids and the version are never among them.
    fn assign(&mut self, from: &Self, columns: &ColumnMask) {
        mask::assign(self, from, columns);
    }

    /// Shows each child field to the visitor, in the order of [`Table::edges`].
    fn children<V: Branches<Self>>(visitor: &mut V) -> Result<(), Error>;

    /// Checks the invariant that the type declares.
    fn check(&self) -> Result<(), Box<dyn StdError + Send + Sync>> {
        Ok(())
    }
}

/// The root of an aggregate: the entity that carries the version of the whole tree.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an aggregate",
    label = "not the root of an aggregate",
    note = "a repository keeps whole aggregates: put `#[derive(Aggregate)]` on the root"
)]
pub trait Aggregate: Entity {
    /// The version field.
    fn version(&self) -> Version;

    /// Writes the version field.
    fn set_version(&mut self, version: Version);
}

/// An entity that can stand below another one: what `#[derive(Entity)]` marks.
///
/// It has no supertrait, so that what is wrong with an entity is not reported again at each field of its type.
pub trait Part {}

/// A type that can be an `#[id]`.
pub trait IdField: Clone + Eq + Hash + Debug + Send + Sync + 'static {}

impl<T: Clone + Eq + Hash + Debug + Send + Sync + 'static> IdField for T {}

/// A type that can be the `#[version]`.
pub trait VersionField: Copy + Into<Version> + From<Version> + Send + Sync + 'static {}

impl VersionField for Version {}
impl VersionField for i64 {}

/// How an entity's rows are read from and written to a database. One impl serves every backend.
pub trait Persist<DB: Backend>: Entity {
    /// Builds the entity from a row whose children are complete.
    fn decode(row: &mut RowReader<'_, DB>) -> Result<Self, Error>;

    /// Reads the id, from this entity's own columns or from a foreign key to it.
    fn read_id(row: &mut KeyReader<'_, DB>) -> Result<Self::Id, Error>;

    /// Appends the parts of an id to the values of a statement.
    fn bind_key(key: Self::Key<'_>, values: &mut Values<DB>) -> Result<(), Error>;

    /// Shows each column to the visitor, in the order of [`Table::columns`].
    fn columns<V: Columns<DB, Self>>(visitor: &mut V) -> Result<(), Error>;

    /// Shows each child field to the visitor, in the order of [`Table::edges`].
    fn children<V: Children<DB, Self>>(visitor: &mut V) -> Result<(), Error>;
}

/// A visitor of columns that needs no database.
pub trait Fields<E> {
    /// Visits a column whose values are compared by their type.
    fn compared<T: PartialEq + Clone + 'static>(
        &mut self,
        column: usize,
        get: impl Fn(&E) -> &T,
        get_mut: impl Fn(&mut E) -> &mut T,
    );

    /// Visits a column whose values are compared by this function.
    fn compared_by<T: Clone + 'static>(
        &mut self,
        column: usize,
        get: impl Fn(&E) -> &T,
        get_mut: impl Fn(&mut E) -> &mut T,
        same: impl Fn(&T, &T) -> bool,
    );

    /// Visits a column that saves never write.
    fn read_only<T: Clone + 'static>(
        &mut self,
        column: usize,
        get: impl Fn(&E) -> &T,
        get_mut: impl Fn(&mut E) -> &mut T,
    );

    /// Visits a field that is not stored.
    fn skipped<T: Default>(&mut self, get_mut: impl Fn(&mut E) -> &mut T) {
        let _ = get_mut;
    }
}

/// A visitor of child fields that needs no database.
pub trait Branches<E: Entity> {
    /// Visits the next child field.
    fn child<C: Child>(
        &mut self,
        get: impl Fn(&E) -> &C,
        get_mut: impl Fn(&mut E) -> &mut C,
    ) -> Result<(), Error>;
}

/// A visitor of child fields whose rows a backend can hold.
pub trait Children<DB: Backend, E> {
    /// Visits the next child field.
    fn child<C: Child>(
        &mut self,
        get: impl Fn(&E) -> &C,
        get_mut: impl Fn(&mut E) -> &mut C,
    ) -> Result<(), Error>
    where
        C::Entity: Persist<DB>;
}

/// A visitor of columns.
pub trait Columns<DB: Backend, E> {
    /// Visits the next column, kept in the field's own type.
    fn column<T: Column<DB>>(
        &mut self,
        get: impl Fn(&E) -> &T,
        get_mut: impl Fn(&mut E) -> &mut T,
    ) -> Result<(), Error>;

    /// Visits the next column, kept as JSON.
    fn json<T: JsonColumn<DB>>(
        &mut self,
        get: impl Fn(&E) -> &T,
        get_mut: impl Fn(&mut E) -> &mut T,
    ) -> Result<(), Error>;

    /// Visits the next column, kept as an `S`.
    fn via<S: Column<DB>, T: ViaColumn<DB, S>>(
        &mut self,
        get: impl Fn(&E) -> &T,
        get_mut: impl Fn(&mut E) -> &mut T,
    ) -> Result<(), Error>;
}

/// A field that holds children: `Vec<T>`, `Option<T>` or `T`, where `T` or `Box<T>` derives `Entity`.
pub trait Child: Sized + 'static {
    /// The type of the rows.
    type Entity: Entity + Part;

    /// The description of the rows.
    const TABLE: &'static Table = <Self::Entity as Entity>::TABLE;

    /// How many rows the field can hold.
    const CARDINALITY: Cardinality;

    /// The rows that the field holds.
    fn rows(&self) -> &[Self::Entity];

    /// The rows that the field holds, to normalise them in place.
    fn rows_mut(&mut self) -> &mut [Self::Entity];

    /// The field with these rows, whose number fits [`Child::CARDINALITY`].
    fn from_rows(rows: Vec<Self::Entity>) -> Option<Self>;
}

/// How many rows a child field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cardinality {
    /// Exactly one: `T` or `Box<T>`.
    One,
    /// None or one: `Option<T>`.
    Optional,
    /// Any number: `Vec<T>`.
    Many,
}
