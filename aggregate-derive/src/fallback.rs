//! Stubs of the impls, so that a mistake in the struct is not followed by one error for each use of it.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{DeriveInput, GenericParam, parse_quote};

use crate::attr::{Container, Field, RoleKind};
use crate::check::MAX_IDS;
use crate::expand::in_private_scope;
use crate::model::Kind;

/// Impls that satisfy the compiler and never run, since the build has failed already.
pub(crate) fn stub(
    kind: Kind,
    item: &DeriveInput,
    container: &Container,
    fields: &[Field<'_>],
) -> TokenStream {
    let ident = &item.ident;
    let mut with_backend = item.generics.clone();
    with_backend.params.push(GenericParam::Type(parse_quote!(__DB: __private::Backend)));
    let (with_backend, _, _) = with_backend.split_for_impl();
    let (generics, arguments, _) = item.generics.split_for_impl();
    let bounds = bounds(item);
    let role = role(kind, item, &bounds);
    let id = id_type(item, fields);
    let impls = quote! {
        #[automatically_derived]
        impl #generics __private::Entity for #ident #arguments where #bounds {
            type Id = #id;
            type Key<'__k> = &'__k #id;
            const TABLE: &'static __private::Table = &__private::Table::new("", &[]);
            fn id(&self) -> Self::Id {
                __private::stub()
            }
            fn key(&self) -> Self::Key<'_> {
                __private::stub()
            }
            fn as_key(_: &Self::Id) -> Self::Key<'_> {
                __private::stub()
            }
            fn key_parts<'__k>(&'__k self, _: &mut dyn __private::FnMut(&'__k dyn __private::KeyPart)) {}
            fn fields<__V: __private::Fields<Self>>(_: &mut __V) {
                __private::stub()
            }
            fn children<__V: __private::Branches<Self>>(
                _: &mut __V,
            ) -> __private::Result<(), __private::Error> {
                __private::stub()
            }
        }
        #role
        #[automatically_derived]
        impl #with_backend __private::Persist<__DB> for #ident #arguments where #bounds {
            fn decode(_: &mut __private::RowReader<'_, __DB>) -> __private::Result<Self, __private::Error> {
                __private::stub()
            }
            fn read_id(
                _: &mut __private::KeyReader<'_, __DB>,
            ) -> __private::Result<Self::Id, __private::Error> {
                __private::stub()
            }
            fn bind_key(
                _: Self::Key<'_>,
                _: &mut __private::Values<__DB>,
            ) -> __private::Result<(), __private::Error> {
                __private::stub()
            }
            fn columns<__V: __private::Columns<__DB, Self>>(
                _: &mut __V,
            ) -> __private::Result<(), __private::Error> {
                __private::stub()
            }
            fn children<__V: __private::Children<__DB, Self>>(
                _: &mut __V,
            ) -> __private::Result<(), __private::Error> {
                __private::stub()
            }
        }
    };
    in_private_scope(&container.krate(), &impls)
}

fn role(kind: Kind, item: &DeriveInput, bounds: &TokenStream) -> TokenStream {
    let ident = &item.ident;
    let (generics, arguments, _) = item.generics.split_for_impl();
    match kind {
        Kind::Aggregate => quote! {
            #[automatically_derived]
            impl #generics __private::Aggregate for #ident #arguments where #bounds {
                fn version(&self) -> __private::Version {
                    __private::stub()
                }
                fn set_version(&mut self, _: __private::Version) {
                    __private::stub()
                }
            }
        },
        Kind::Entity => quote! {
            #[automatically_derived]
            impl #generics __private::Part for #ident #arguments where #bounds {}
        },
    }
}

/// What the traits ask of the struct itself, assumed: whether it is so can be said in the next build.
fn bounds(item: &DeriveInput) -> TokenStream {
    let ident = &item.ident;
    let (_, arguments, _) = item.generics.split_for_impl();
    quote! { for<'__a> #ident #arguments: __private::Row }
}

/// The type of the id, where it can be seen: a call that is given an id should not be an error, too.
fn id_type(item: &DeriveInput, fields: &[Field<'_>]) -> TokenStream {
    let ids: Vec<_> = fields
        .iter()
        .filter(|field| matches!(field.role(), Some(RoleKind::Id { .. })))
        .map(|field| field.ty)
        .collect();
    match *ids {
        _ if !item.generics.params.is_empty() || ids.len() > MAX_IDS => quote!(()),
        [id] => id.to_token_stream(),
        _ => quote! { (#(#ids),*) },
    }
}
