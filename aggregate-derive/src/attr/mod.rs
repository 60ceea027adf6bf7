//! Reading attributes: what stands where, with the span of each word, and the rules about one attribute.

mod container;
mod field;
mod option;

pub(crate) use container::Container;
pub(crate) use field::{ChildOptions, Field, RoleKind};
pub(crate) use option::Given;
