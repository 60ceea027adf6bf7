//! What generated code names, and nothing else may: no promises are made about it between versions.

mod rules;
pub(crate) mod times;

pub use rules::{IsChild, IsClone, IsId, IsSendAndSync, IsSkipped, IsVersion, Outcome, check_invariant};

pub use crate::backend::Backend;
// Bounds that stand where the user's types do are seen by the user's lints, which complain of a path to what
// is in scope already: these are names that are not.
pub use crate::column::{Column as IsColumn, JsonColumn as IsJson, ViaColumn as IsVia};
pub use std::default::Default as IsDefault;

pub use crate::entity::{
    Aggregate, Branches, Child, Children, Columns, Entity, Fields, IdField, Part, Persist, VersionField,
};
pub use crate::error::Error;
pub use crate::load::{KeyReader, RowReader};
pub use crate::schema::{ColumnDef, Edge, Table, assert_clear, assert_distinct, assert_parent, assert_tree};
pub use crate::values::Values;
pub use crate::version::Version;

use std::any::Any;
pub use std::boxed::Box;
pub use std::error::Error as StdError;
use std::marker::PhantomData;

/// A part of a key, whose type only its entity knows.
pub trait KeyPart: Any {
    /// Whether both are of one type and equal.
    fn same(&self, other: &dyn Any) -> bool;
    /// The part itself.
    fn as_any(&self) -> &dyn Any;
}

impl<T: PartialEq + 'static> KeyPart for T {
    fn same(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<T>() == Some(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

// Names of the prelude that a user may have shadowed.
pub use std::clone::Clone;
pub use std::convert::From;
pub use std::default::Default;
pub use std::ops::FnMut;
pub use std::result::Result::{self, Ok};

/// What the struct itself must be.
pub trait Row: Clone + Send + Sync + 'static {}

impl<T: Clone + Send + Sync + 'static> Row for T {}

/// The description of `E`, if `E` keeps the rules that the compiler checks, else of nothing.
///
/// Rules that span types are checked on descriptions. Where a field's type is a mistake, that has been said,
/// and there is nothing to describe: the inherent constant is not there, and the one of [`Undescribed`] is.
pub struct Described<E>(PhantomData<E>);

impl<E: Entity> Described<E> {
    /// The description.
    pub const TABLE: &'static Table = E::TABLE;
}

/// Where there is no description.
pub trait Undescribed {
    /// A table of nothing.
    const TABLE: &'static Table = &Table::new("", &[]);
}

impl<E> Undescribed for Described<E> {}

/// The body of each function of a stub, which stands where a derive reported mistakes.
pub fn stub() -> ! {
    unreachable!("a build that reported mistakes does not run")
}

/// The error of an invariant, and of the function that checks one.
pub type Violation = Box<dyn StdError + Send + Sync>;

/// Reads a version field.
pub fn version_of<V: VersionField>(field: V) -> Version {
    field.into()
}
