//! What the behaviour tests need: a fresh database for each, and the aggregates that they save.
//!
//! The tests themselves stand in `behaviour/`, written once; `sqlite.rs`, `postgres.rs` and `mariadb.rs` run the same list.
#![allow(missing_docs, reason = "the aggregates of the tests are described by their tests")]
#![allow(clippy::missing_panics_doc, reason = "a test panics to fail")]

mod figures;
pub mod lab;
pub mod model;
mod random;

pub use figures::{figure, rounds};
pub use lab::{Bench, Engine, Lab, Level, Stale, Tables, run};
pub use random::Random;

/// Asserts that a result is this error, by a pattern, and shows what it was if not.
#[macro_export]
macro_rules! assert_refused {
    ($result:expr, $pattern:pat $(if $guard:expr)?) => {
        match $result {
            Err($pattern) $(if $guard)? => {}
            other => panic!("expected `{}`, got {other:?}", stringify!($pattern $(if $guard)?)),
        }
    };
}
