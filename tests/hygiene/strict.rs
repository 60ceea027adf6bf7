//! A crate that denies what can be denied, and imports what the expansion names.
#![deny(
    warnings,
    future_incompatible,
    let_underscore,
    missing_copy_implementations,
    missing_docs,
    nonstandard_style,
    rust_2018_idioms,
    rust_2021_compatibility,
    rust_2024_compatibility,
    trivial_casts,
    trivial_numeric_casts,
    unreachable_pub,
    unsafe_code,
    unused,
    unused_crate_dependencies,
    unused_import_braces,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    single_use_lifetimes,
    variant_size_differences,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    clippy::missing_inline_in_public_items,
    clippy::multiple_inherent_impl,
    clippy::pattern_type_mismatch,
    clippy::shadow_reuse,
    clippy::shadow_same,
    clippy::shadow_unrelated,
    clippy::unwrap_used
)]
#![allow(unused_crate_dependencies, reason = "it is about the other tests of this package")]

use aggregate_core::{Aggregate, Backend, Column, Entity, JsonColumn, Persist, Version, ViaColumn};

/// A root.
#[derive(Aggregate, Clone, Debug)]
#[aggregate(invariant = Invoice::check_total)]
pub(crate) struct Invoice {
    /// The id.
    #[id]
    pub(crate) id: i64,
    /// The version.
    #[version]
    pub(crate) version: Version,
    /// The total.
    pub(crate) total: i64,
    /// Words.
    #[column(json)]
    pub(crate) tags: Vec<String>,
    /// Not stored.
    #[skip]
    pub(crate) cache: Option<String>,
    /// The lines.
    #[child]
    pub(crate) lines: Vec<Line>,
    /// One more.
    #[child(table = "extra")]
    pub(crate) extra: Option<Box<Line>>,
}

impl Invoice {
    fn check_total(&self) -> Result<(), String> {
        if self.total < 0 { Err("negative".to_owned()) } else { Ok(()) }
    }
}

/// A child.
#[derive(Entity, Clone, Debug)]
pub(crate) struct Line {
    /// The id.
    #[id(local)]
    pub(crate) no: i32,
    /// The other part of it.
    #[id(local)]
    pub(crate) part: i32,
    /// The parent's.
    #[parent]
    pub(crate) invoice_id: i64,
    /// A value that is kept as another.
    #[column(try_from = i64)]
    pub(crate) quantity: i64,
}

/// What the imports are for.
fn uses<DB: Backend, A: Persist<DB> + Aggregate>(aggregate: &A) -> Version
where
    i64: Column<DB> + ViaColumn<DB, i64>,
    Vec<String>: JsonColumn<DB>,
{
    aggregate.version()
}

#[cfg(feature = "sqlite")]
#[test]
fn it_compiles_without_a_warning() {
    let line = Line { no: 1, part: 1, invoice_id: 1, quantity: 1 };
    let invoice = Invoice {
        id: 1,
        version: Version::UNSAVED,
        total: 0,
        tags: Vec::new(),
        cache: None,
        lines: vec![line],
        extra: None,
    };
    assert_eq!(invoice.cache, None, "nothing is kept there");
    assert_eq!(uses::<sqlx::Sqlite, _>(&invoice), Version::UNSAVED, "it was never saved");
}
