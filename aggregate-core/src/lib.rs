#![doc = include_str!("../README.md")]

mod backend;
mod child;
mod column;
mod entity;
mod equality;
mod error;
mod layout;
mod load;
mod mask;
#[doc(hidden)]
#[path = "private/mod.rs"]
pub mod private;
pub mod schema;
mod sql;
mod values;
mod version;

#[doc(hidden)]
pub use private as __private;

pub use backend::Backend;
pub use column::{Column, JsonColumn, ViaColumn};
pub use entity::{Aggregate, Cardinality, Entity, Persist};
pub use error::{Conflict, ConflictReason, ConstraintKind, Error, Inconsistency, SchemaProblem};
pub use version::Version;
pub use sqlx;

#[cfg(feature = "derive")]
pub use aggregate_core_derive::{Aggregate, Entity};
