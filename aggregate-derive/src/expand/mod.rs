//! The generated code: a constant description and about one line a field for each thing done with it.
//!
//! Everything is named through `__private`, so that nothing in the user's scope can be meant instead.

mod entity;
mod persist;
mod schema;

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote};

use crate::model::{Member, Model};

/// The impls of a checked struct.
///
/// ```text
/// const _: () = {
///     use ::aggregate_core::__private;
///     impl __private::Entity for Invoice where ... { ... }
///     impl __private::Aggregate for Invoice where ... { ... }
///     impl<__DB: __private::Backend> __private::Persist<__DB> for Invoice where ... { ... }
///     const _: () = <InvoiceId as __private::IsId>::OK;
///     const _: () = __private::assert_tree(__TABLE);
/// };
/// ```
pub(crate) fn expand(model: &Model<'_>) -> TokenStream {
    let entity = entity::impls(model);
    let persist = persist::impl_persist(model);
    let types = schema::types(model);
    let assertions = schema::assertions(model);
    in_private_scope(&model.krate, &quote! { #entity #persist #types #assertions })
}

/// Puts impls where `__private` is in scope, and nothing else of ours.
pub(crate) fn in_private_scope(krate: &TokenStream, impls: &TokenStream) -> TokenStream {
    quote! {
        const _: () = {
            use #krate::__private;
            #impls
        };
    }
}

/// `children`, which shows each child field to a visitor of this kind.
fn children(model: &Model<'_>, visitor: &TokenStream) -> TokenStream {
    let lines: Vec<_> = model
        .children()
        .map(|(Member { ident, .. }, _)| quote! { __v.child(|__s| &__s.#ident, |__s| &mut __s.#ident)?; })
        .collect();
    let name = if lines.is_empty() { quote!(_) } else { quote!(__v) };
    quote! {
        fn children<__V: #visitor>(#name: &mut __V) -> __private::Result<(), __private::Error> {
            #(#lines)*
            __private::Ok(())
        }
    }
}

/// `ty: __private::Bound`, in which the bound stands where the type does, so that a type which
/// doesn't meet it is underlined as a whole.
fn bound(ty: &impl ToTokens, bound: &TokenStream) -> TokenStream {
    let (first, last) = ends(ty);
    let private = Ident::new("__private", first);
    let bound = respan(bound, last);
    quote! { #ty: #private::#bound }
}

/// A path, and what it is called with, where `place` stands: an error about either underlines all of it.
fn at(place: &impl ToTokens, call: &TokenStream) -> TokenStream {
    let (first, last) = ends(place);
    let spans = std::iter::once(first).chain(std::iter::repeat(last));
    call.clone().into_iter().zip(spans).flat_map(|(token, span)| respan(&token.into(), span)).collect()
}

/// The spans of the first and the last token, which an error joins where a path begins and ends on them.
///
/// What has them belongs to the user as far as lints can tell: its last word should be none that a user
/// may have imported, else it is an unused qualification.
fn ends(tokens: &impl ToTokens) -> (Span, Span) {
    let mut spans = tokens.to_token_stream().into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    (first, spans.last().unwrap_or(first))
}

/// A number as one writes it.
fn number(number: usize) -> Literal {
    Literal::usize_unsuffixed(number)
}

/// The same tokens at another place.
fn respan(tokens: &TokenStream, span: Span) -> TokenStream {
    tokens
        .clone()
        .into_iter()
        .map(|mut token| {
            token.set_span(span);
            token
        })
        .collect()
}
