//! Rules about the types in an entity, asserted at the field: `const _: () = <f64 as IsId>::OK;`.
//!
//! They say what the traits of `entity` ask for, once more and in words. They have no supertraits, since
//! each of those would be an error of its own, and generated code names them once for each field, since
//! each use would be.

use std::fmt::Debug;
use std::hash::Hash;

use super::Violation;
use crate::entity::{Part, VersionField};

/// The struct itself.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not `Clone`",
    label = "an aggregate is copied when it is first changed",
    note = "put `#[derive(Clone)]` on `{Self}`: a save compares it with a copy of what was loaded"
)]
pub trait IsClone {
    /// The assertion.
    const OK: () = ();
}

#[diagnostic::do_not_recommend]
impl<T: Clone> IsClone for T {}

/// The struct itself.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not `Send` and `Sync`",
    label = "an aggregate is loaded and saved by tasks that move between threads",
    note = "one of its fields is not: use `Arc` in place of `Rc`, and no `Cell` or `RefCell`"
)]
pub trait IsSendAndSync {
    /// The assertion.
    const OK: () = ();
}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync> IsSendAndSync for T {}

/// The type of an `#[id]`, or of a `#[parent]` field, which mirrors one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an id",
    label = "an id is compared, hashed and named in errors",
    note = "derive `Clone`, `PartialEq`, `Eq`, `Hash` and `Debug` for it; a float cannot be an id"
)]
pub trait IsId {
    /// The assertion.
    const OK: () = ();
}

#[diagnostic::do_not_recommend]
impl<T: Clone + Eq + Hash + Debug + Send + Sync + 'static> IsId for T {}

/// The type of the `#[version]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a version",
    label = "a version is a `Version` or an `i64`",
    note = "it counts saves from 0 and is never absent; the column is a 64-bit integer that is not null"
)]
pub trait IsVersion {
    /// The assertion.
    const OK: () = ();
}

#[diagnostic::do_not_recommend]
impl<T: VersionField> IsVersion for T {}

/// The type of a `#[child]` field.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a `#[child]` field",
    label = "neither an entity nor a collection of entities",
    note = "a child is a `T`, `Box<T>`, `Option<T>` or `Vec<T>` where `T` derives `Entity`",
    note = "refer to another aggregate by its id, in a column"
)]
pub trait IsChild {
    /// The assertion.
    const OK: () = ();
}

#[diagnostic::do_not_recommend]
impl<T: Part> IsChild for T {}
#[diagnostic::do_not_recommend]
impl<T: Part> IsChild for Option<T> {}
#[diagnostic::do_not_recommend]
impl<T: Part> IsChild for Vec<T> {}

/// The type of a `#[skip]` field.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be skipped: it is not `Default`",
    label = "a load has no value for this field",
    note = "a `#[skip]` field is not stored, and is `Default::default()` after a load"
)]
pub trait IsSkipped {
    /// The assertion.
    const OK: () = ();
}

#[diagnostic::do_not_recommend]
impl<T: Default> IsSkipped for T {}

/// What an `invariant` returns: `Result<(), E>`, where `E` becomes a [`Violation`].
#[diagnostic::on_unimplemented(
    message = "an invariant cannot return `{Self}`",
    label = "not a `fn(&Self) -> Result<(), E>`",
    note = "an invariant returns `Result<(), E>`, where `E: Into<Box<dyn Error + Send + Sync>>`, \
            such as `String` or an error type"
)]
pub trait Outcome {
    /// The result, its error ready to be the source of ours.
    fn outcome(self) -> Result<(), Violation>;
}

#[diagnostic::do_not_recommend]
impl<E: Into<Violation>> Outcome for Result<(), E> {
    fn outcome(self) -> Result<(), Violation> {
        self.map_err(Into::into)
    }
}

/// Calls an `invariant` function.
pub fn check_invariant<T, R: Outcome>(value: &T, invariant: impl FnOnce(&T) -> R) -> Result<(), Violation> {
    invariant(value).outcome()
}
