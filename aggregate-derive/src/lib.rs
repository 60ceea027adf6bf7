//! Derive macros of `aggregate-core`, which re-exports them: depend on that crate, not on this one.
//!
//! The pipeline is one screen, `derive::derive`: read the attributes, check the rules, expand, or stub.

mod attr;
mod check;
mod derive;
mod errors;
mod expand;
mod fallback;
mod model;
mod name;
mod shape;
mod symbol;

use proc_macro::TokenStream;

use model::Kind;

#[doc = include_str!("../docs/aggregate.md")]
///
/// ```text
#[doc = include_str!("../expansions/invoice.rs")]
/// ```
#[proc_macro_derive(Aggregate, attributes(aggregate, entity, id, version, child, parent, column, skip))]
pub fn derive_aggregate(input: TokenStream) -> TokenStream {
    derive::derive(Kind::Aggregate, input.into()).into()
}

#[doc = include_str!("../docs/entity.md")]
///
/// ```text
#[doc = include_str!("../expansions/line.rs")]
/// ```
#[proc_macro_derive(Entity, attributes(aggregate, entity, id, version, child, parent, column, skip))]
pub fn derive_entity(input: TokenStream) -> TokenStream {
    derive::derive(Kind::Entity, input.into()).into()
}
