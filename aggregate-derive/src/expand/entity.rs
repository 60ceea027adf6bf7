//! What needs no database: identity, comparison, children, version, invariant.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::{bound, schema};
use crate::model::{Kind, Member, Model, Part, Role};

/// `impl Entity`, and `impl Aggregate` or `impl Part`.
///
/// ```ignore
/// impl __private::Entity for Invoice
/// where
///     Invoice: __private::Copied,
///     InvoiceId: __private::IdField,
///     Version: __private::VersionField,
///     Vec<Line>: __private::Child,
/// {
///     type Id = InvoiceId;
///     type Key<'__k> = &'__k InvoiceId;
///     const TABLE: &'static __private::Table = ...;
///     fn id(&self) -> Self::Id { __private::Clone::clone(&self.id) }
///     ...
/// }
/// ```
pub(super) fn impls(model: &Model<'_>) -> TokenStream {
    let ident = model.ident;
    let bounds: Vec<_> = bounds(model).collect();
    let identity = identity(model);
    let parents = parent_parts(model);
    let table = schema::table(model);
    let changed = changed(model);
    let children = children(model);
    let check = check(model);
    let role = match model.kind {
        Kind::Aggregate => aggregate(model, &bounds),
        Kind::Entity => quote! {
            #[automatically_derived]
            impl __private::Part for #ident where #(#bounds),* {}
        },
    };
    quote! {
        #[automatically_derived]
        impl __private::Entity for #ident where #(#bounds),* {
            #identity
            const TABLE: &'static __private::Table = #table;
            #parents
            #changed
            #children
            #check
        }
        #role
    }
}

/// What the types must be, whatever the database. An untrue one is reported once, where the type stands.
fn bounds(model: &Model<'_>) -> impl Iterator<Item = TokenStream> {
    let copied = bound(model.ident, &quote!(Copied));
    let fields = model.members.iter().filter_map(|member| {
        let required = match &member.role {
            Role::Column(column) => match column.part {
                Part::Id => quote!(IdField),
                Part::Version => quote!(VersionField),
                Part::Value => return None,
            },
            Role::Child(_) => quote!(Child),
            Role::Parent(_) => quote!(IdField),
            Role::Skip => quote!(SkipField),
        };
        Some(bound(member.ty, &required))
    });
    std::iter::once(copied).chain(fields)
}

/// `Id`, `Key` and the ways between them.
fn identity(model: &Model<'_>) -> TokenStream {
    let fields: Vec<_> = model.ids().map(|(member, _)| member.ident).collect();
    let types: Vec<_> = model.ids().map(|(member, _)| member.ty).collect();
    let visits = fields.iter().map(|field| quote! { __visit(&self.#field); });
    let (id, key, as_key) = if let [_] = *fields {
        (quote! { #(__private::Clone::clone(&self.#fields))* }, quote! { #(&self.#fields)* }, quote!(__id))
    } else {
        let places = (0..fields.len()).map(syn::Index::from);
        (
            quote! { (#(__private::Clone::clone(&self.#fields)),*) },
            quote! { (#(&self.#fields),*) },
            quote! { (#(&__id.#places),*) },
        )
    };
    let (id_type, key_type) = match *types {
        [ty] => (quote!(#ty), quote!(&'__k #ty)),
        _ => (quote! { (#(#types),*) }, quote! { (#(&'__k #types),*) }),
    };
    quote! {
        type Id = #id_type;
        type Key<'__k> = #key_type;
        fn id(&self) -> Self::Id {
            #id
        }
        fn key(&self) -> Self::Key<'_> {
            #key
        }
        fn as_key(__id: &Self::Id) -> Self::Key<'_> {
            #as_key
        }
        fn key_parts<'__k>(&'__k self, __visit: &mut dyn __private::FnMut(&'__k dyn __private::KeyPart)) {
            #(#visits)*
        }
    }
}

/// Only where there are `#[parent]` fields.
fn parent_parts(model: &Model<'_>) -> Option<TokenStream> {
    let mut visits = model.parents().map(|Member { ident, .. }| quote! { __visit(&self.#ident); }).peekable();
    visits.peek()?;
    Some(quote! {
        fn parent_parts<'__k>(&'__k self, __visit: &mut dyn __private::FnMut(&'__k dyn __private::KeyPart)) {
            #(#visits)*
        }
    })
}

/// A line for each column that can make a row dirty, at its field: its type must be `PartialEq`.
fn changed(model: &Model<'_>) -> TokenStream {
    let lines: Vec<_> = model
        .columns()
        .filter(|(_, column)| column.is_compared())
        .map(|(Member { ident, ty, .. }, column)| {
            let index = column.index;
            match column.same {
                None => quote_spanned! {ty.span()=>
                    __changed.compare(#index, &self.#ident, &__old.#ident);
                },
                Some(same) => quote_spanned! {same.span()=>
                    __changed.compare_with(#index, &self.#ident, &__old.#ident, #same);
                },
            }
        })
        .collect();
    if lines.is_empty() {
        return quote! {
            fn changed(&self, _: &Self) -> __private::ColumnMask {
                __private::ColumnMask::new()
            }
        };
    }
    quote! {
        fn changed(&self, __old: &Self) -> __private::ColumnMask {
            let mut __changed = __private::ColumnMask::new();
            #(#lines)*
            __changed
        }
    }
}

fn children(model: &Model<'_>) -> TokenStream {
    let lines: Vec<_> =
        model.children().map(|(Member { ident, .. }, _)| quote! { __v.child(|__s| &__s.#ident)?; }).collect();
    let visitor = if lines.is_empty() { quote!(_) } else { quote!(__v) };
    quote! {
        fn children<__V: __private::Branches<Self>>(
            #visitor: &mut __V,
        ) -> __private::Result<(), __private::Error> {
            #(#lines)*
            __private::Ok(())
        }
    }
}

/// Only where there is an invariant.
fn check(model: &Model<'_>) -> Option<TokenStream> {
    let invariant = model.invariant?;
    let call = quote_spanned! {invariant.span()=> __private::check_invariant(#invariant, self) };
    Some(quote! {
        fn check(&self) -> __private::Result<(), __private::Violation> {
            #call
        }
    })
}

fn aggregate(model: &Model<'_>, bounds: &[TokenStream]) -> TokenStream {
    let ident = model.ident;
    let version = model
        .columns()
        .filter(|(_, column)| column.part == Part::Version)
        .map(|(member, _)| member.ident)
        .collect::<Vec<_>>();
    quote! {
        #[automatically_derived]
        impl __private::Aggregate for #ident where #(#bounds),* {
            fn version(&self) -> __private::Version {
                #(__private::version_of(self.#version))*
            }
            fn set_version(&mut self, __version: __private::Version) {
                #(self.#version = __private::From::from(__version);)*
            }
        }
    }
}
