//! The derives where users make it hard: each module is one hostile program. The strict one is
//! `hygiene/strict.rs`, a crate of its own, since some lints are denied for whole crates.

/// Names of the prelude mean something else.
#[path = "hygiene/shadowed.rs"]
mod shadowed;

/// There is no prelude, and the crate has another name.
#[path = "hygiene/renamed.rs"]
mod renamed;

/// Fields and tables have names that other languages reserve.
#[path = "hygiene/names.rs"]
mod names;

/// Structs come out of `macro_rules!`.
#[path = "hygiene/macros.rs"]
mod macros;
