//! Derive macros of `aggregate-core`.

use proc_macro::TokenStream;

/// Root.
#[proc_macro_derive(Aggregate, attributes(aggregate, id, version, child, parent, column, skip))]
pub fn derive_aggregate(input: TokenStream) -> TokenStream {
    let _ = input;
    TokenStream::new()
}

/// Child.
#[proc_macro_derive(Entity, attributes(entity, id, version, child, parent, column, skip))]
pub fn derive_entity(input: TokenStream) -> TokenStream {
    let _ = input;
    TokenStream::new()
}
