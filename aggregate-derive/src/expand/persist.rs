//! How rows are read and written: one impl, generic over the backend.

use proc_macro2::TokenStream;
use quote::quote;

use super::{bound, children, entity, number};
use crate::model::{Column, Member, Model, Role, Storage};

/// `impl Persist`.
///
/// ```text
/// impl<__DB: __private::Backend> __private::Persist<__DB> for Invoice
/// where
///     for<'__a> InvoiceId: __private::IdField,
///     for<'__a> Vec<Line>: __private::Child,
///     InvoiceId: __private::IsColumn<__DB>,
///     Version: __private::IsColumn<__DB>,
///     <Vec<Line> as __private::Child>::Entity: __private::Persist<__DB>,
/// {
///     fn decode(__row: &mut __private::RowReader<'_, __DB>) -> __private::Result<Self, __private::Error> {
///         __private::Ok(Self { id: __row.column(0)?, version: __row.column(1)?, lines: __row.child(0)? })
///     }
///     ...
///     fn columns<__V: __private::Columns<__DB, Self>>(__v: &mut __V) -> __private::Result<(), __private::Error> {
///         __v.column(|__s| &__s.id, |__s| &mut __s.id)?;
///         __v.column(|__s| &__s.version, |__s| &mut __s.version)?;
///         __private::Ok(())
///     }
///     ...
/// }
/// ```
pub(super) fn impl_persist(model: &Model<'_>) -> TokenStream {
    let ident = model.ident;
    let conditions = entity::conditions(model);
    let bounds = model.members.iter().flat_map(bounds);
    let decode = model.members.iter().map(decode);
    let key = key(model);
    let columns = model.columns().map(|(member, column)| visit(member, column));
    let children = children(model, &quote!(__private::Children<__DB, Self>));
    quote! {
        #[automatically_derived]
        impl<__DB: __private::Backend> __private::Persist<__DB> for #ident where #(#conditions,)* #(#bounds,)* {
            fn decode(
                __row: &mut __private::RowReader<'_, __DB>,
            ) -> __private::Result<Self, __private::Error> {
                __private::Ok(Self { #(#decode),* })
            }
            #key
            fn columns<__V: __private::Columns<__DB, Self>>(
                __v: &mut __V,
            ) -> __private::Result<(), __private::Error> {
                #(#columns)*
                __private::Ok(())
            }
            #children
        }
    }
}

/// What a backend must be able to hold, each bound where the type stands.
fn bounds(member: &Member<'_>) -> Vec<TokenStream> {
    let ty = member.ty;
    match &member.role {
        Role::Column(column) => match column.storage {
            Storage::Plain => vec![bound(ty, &quote!(IsColumn<__DB>))],
            Storage::Json => vec![bound(ty, &quote!(IsJson<__DB>))],
            Storage::Via(stored) => {
                vec![bound(stored, &quote!(IsColumn<__DB>)), bound(ty, &quote!(IsVia<__DB, #stored>))]
            }
        },
        Role::Child(_) => {
            vec![quote! { for<'__a> <#ty as __private::Child>::Entity: __private::Persist<__DB> }]
        }
        Role::Parent(_) => vec![bound(ty, &quote!(IsColumn<__DB>))],
        Role::Skip => vec![entity::deferred(ty, &quote!(IsDefault))],
    }
}

/// `field: <read from the row>`.
fn decode(member: &Member<'_>) -> TokenStream {
    let ident = member.ident;
    let value = match &member.role {
        Role::Column(column) => {
            let index = number(column.index);
            match column.storage {
                Storage::Plain => quote! { __row.column(#index)? },
                Storage::Json => quote! { __row.json(#index)? },
                Storage::Via(stored) => quote! { __row.via::<#stored, _>(#index)? },
            }
        }
        Role::Child(child) => {
            let index = number(child.index);
            quote! { __row.child(#index)? }
        }
        Role::Parent(part) => {
            let part = number(*part);
            quote! { __row.parent(#part)? }
        }
        Role::Skip => quote! { __private::Default::default() },
    };
    quote! { #ident: #value }
}

/// `read_id` and `bind_key`.
fn key(model: &Model<'_>) -> TokenStream {
    // Spelled out, since `Self::Id` means nothing where a type derives both `Aggregate` and `Entity`.
    let id = entity::id_type(model);
    let key = entity::key_type(model, None);
    let reads: Vec<_> = model
        .ids()
        .map(|(_, id)| match id.storage {
            Storage::Via(stored) => quote! { __row.via::<#stored, _>() },
            _ => quote! { __row.part() },
        })
        .collect();
    let bind = |id: &Column<'_>, part: TokenStream| match id.storage {
        Storage::Via(stored) => quote! { __values.via::<#stored, _>(#part) },
        _ => quote! { __values.bind(#part) },
    };
    let (read, bind) = match *model.ids().collect::<Vec<_>>() {
        [(_, id)] => (quote! { #(#reads)* }, bind(id, quote!(__key))),
        ref ids => {
            let binds = ids.iter().enumerate().map(|(place, (_, id))| {
                let place = syn::Index::from(place);
                bind(id, quote! { __key.#place })
            });
            (quote! { __private::Ok((#(#reads?),*)) }, quote! { #(#binds?;)* __private::Ok(()) })
        }
    };
    quote! {
        fn read_id(
            __row: &mut __private::KeyReader<'_, __DB>,
        ) -> __private::Result<#id, __private::Error> {
            #read
        }
        fn bind_key(
            __key: #key,
            __values: &mut __private::Values<__DB>,
        ) -> __private::Result<(), __private::Error> {
            #bind
        }
    }
}

/// The line of a column.
fn visit(member: &Member<'_>, column: &Column<'_>) -> TokenStream {
    let ident = member.ident;
    let method = match column.storage {
        Storage::Plain => quote!(column),
        Storage::Json => quote!(json),
        Storage::Via(stored) => quote!(via::<#stored, _>),
    };
    quote! { __v.#method(|__s| &__s.#ident, |__s| &mut __s.#ident)?; }
}
