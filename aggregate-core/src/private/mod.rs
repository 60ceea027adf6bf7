//! What generated code names, and nothing else may: no promises are made about it between versions.

pub(crate) mod times;

pub use crate::backend::Backend;
pub use crate::column::{Column, JsonColumn, ViaColumn};
pub use crate::entity::{
    Aggregate, Branches, Child, Children, Columns, Entity, IdField, Part, Persist, VersionField,
};
pub use crate::error::Error;
pub use crate::load::{KeyReader, RowReader};
pub use crate::mask::ColumnMask;
pub use crate::schema::{ColumnDef, Edge, Table, assert_clear, assert_distinct, assert_parent, assert_tree};
pub use crate::values::Values;
pub use crate::version::Version;

use std::any::Any;
pub use std::boxed::Box;
pub use std::error::Error as StdError;

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
pub use std::marker::{Send, Sync};
pub use std::ops::FnMut;
pub use std::result::Result::{self, Ok};

/// What a type of the user needs to be an entity, beside its fields.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not `Clone`",
    label = "an entity is copied when it is first changed",
    note = "put `#[derive(Clone)]` on `{Self}`: a save compares the aggregate with a copy of what was loaded"
)]
pub trait Copied: Clone {}

#[diagnostic::do_not_recommend]
impl<T: Clone> Copied for T {}

/// A type that can be a `#[skip]` field.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be skipped: it is not `Default`",
    label = "a load has no value for this field",
    note = "a `#[skip]` field is not stored, and is `Default::default()` after a load"
)]
pub trait SkipField: Default {}

#[diagnostic::do_not_recommend]
impl<T: Default> SkipField for T {}

/// The body of each function of a stub, which stands where a derive reported mistakes.
pub fn stub() -> ! {
    unreachable!("a build that reported mistakes does not run")
}

/// The error of an invariant, and of the function that checks one.
pub type Violation = Box<dyn StdError + Send + Sync>;

/// A function that can be an `invariant`: `fn(&T) -> Result<(), E>`, where `E` becomes a [`Violation`].
#[diagnostic::on_unimplemented(
    message = "this cannot be the invariant of `{T}`",
    label = "not a `fn(&{T}) -> Result<(), E>`",
    note = "an invariant takes `&{T}` and returns `Result<(), E>` with `E: Into<Box<dyn Error + Send + Sync>>`"
)]
pub trait Invariant<T, R> {
    /// Calls the function.
    fn check(self, value: &T) -> Result<(), Violation>;
}

impl<T, E, F> Invariant<T, Result<(), E>> for F
where
    F: FnOnce(&T) -> Result<(), E>,
    E: Into<Violation>,
{
    fn check(self, value: &T) -> Result<(), Violation> {
        self(value).map_err(Into::into)
    }
}

/// Calls an `invariant` function.
pub fn check_invariant<T, R>(invariant: impl Invariant<T, R>, value: &T) -> Result<(), Violation> {
    invariant.check(value)
}

/// Reads a version field.
pub fn version_of<V: VersionField>(field: V) -> Version {
    field.into()
}
