//! What needs no database: identity, comparison, children, version, invariant.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use super::{at, bound, children, number, schema};
use crate::model::{Column, Kind, Member, Model, Part, Role};

/// `impl Entity`, and `impl Aggregate` or `impl Part`.
///
/// ```text
/// impl __private::Entity for Invoice
/// where
///     for<'__a> Invoice: __private::Row,
///     for<'__a> InvoiceId: __private::IdField,
///     for<'__a> Vec<Line>: __private::Child,
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
    let conditions = conditions(model);
    let identity = identity(model);
    let parents = parent_parts(model);
    let fields = fields(model);
    let children = children(model, &quote!(__private::Branches<Self>));
    let check = check(model);
    let role = match model.kind {
        Kind::Aggregate => aggregate(model, &conditions),
        Kind::Entity => quote! {
            #[automatically_derived]
            impl __private::Part for #ident {}
        },
    };
    quote! {
        #[automatically_derived]
        impl __private::Entity for #ident where #(#conditions,)* {
            #identity
            #parents
            #fields
            #children
            #check
        }
        #role
    }
}

/// What the impls assume of the struct and of the types of ids and children, and [`schema::types`] asserts, at the field.
///
/// The empty `for` defers a condition to the use of the impl. Without it an untrue one would be reported
/// here, again for each of its supertraits, and again where another impl needs this one.
pub(super) fn conditions(model: &Model<'_>) -> Vec<TokenStream> {
    let condition = |member: &Member<'_>| {
        let required = match &member.role {
            Role::Column(Column { part: Part::Id, .. }) | Role::Parent(_) => quote!(IdField),
            Role::Child(_) => quote!(Child),
            Role::Column(_) | Role::Skip => return None,
        };
        Some(deferred(member.ty, &required))
    };
    let row = deferred(model.ident, &quote!(Row));
    std::iter::once(row).chain(model.members.iter().filter_map(condition)).collect()
}

/// `for<'__a> Type: __private::Bound`.
pub(super) fn deferred(ty: &impl ToTokens, required: &TokenStream) -> TokenStream {
    let bound = bound(ty, required);
    quote! { for<'__a> #bound }
}

/// `Id`, `Key` and the ways between them, and the description.
fn identity(model: &Model<'_>) -> TokenStream {
    let fields: Vec<_> = model.ids().map(|(member, _)| member.ident).collect();
    let visits = fields.iter().map(|field| quote! { __visit(&self.#field); });
    let places = (0..fields.len()).map(syn::Index::from);
    let id = one_or_tuple(fields.iter().map(|field| quote! { __private::Clone::clone(&self.#field) }));
    let key = one_or_tuple(fields.iter().map(|field| quote! { &self.#field }));
    let as_key =
        if fields.len() == 1 { quote!(__id) } else { one_or_tuple(places.map(|at| quote! { &__id.#at })) };
    let id_type = id_type(model);
    let key_type = key_type(model, Some(&quote!('__k)));
    let table = schema::table(model);
    quote! {
        type Id = #id_type;
        type Key<'__k> = #key_type;
        const TABLE: &'static __private::Table = #table;
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

/// `InvoiceId`, or a tuple.
pub(super) fn id_type(model: &Model<'_>) -> TokenStream {
    one_or_tuple(model.ids().map(|(member, _)| member.ty.to_token_stream()))
}

/// `&'__k InvoiceId`, or a tuple of such; without a lifetime, an elided one.
pub(super) fn key_type(model: &Model<'_>, lifetime: Option<&TokenStream>) -> TokenStream {
    one_or_tuple(model.ids().map(|(Member { ty, .. }, _)| quote! { &#lifetime #ty }))
}

/// An id of one field is that field's type; one of several is a tuple.
fn one_or_tuple(parts: impl Iterator<Item = TokenStream>) -> TokenStream {
    match &*parts.collect::<Vec<_>>() {
        [part] => part.clone(),
        parts => quote! { (#(#parts),*) },
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

/// A line for each column but ids and the version, and for each field that is not stored, at the field: what is
/// compared must be `PartialEq`.
fn fields(model: &Model<'_>) -> TokenStream {
    let lines: Vec<_> = model.members.iter().filter_map(field).collect();
    let visitor = if lines.is_empty() { quote!(_) } else { quote!(__v) };
    quote! {
        fn fields<__V: __private::Fields<Self>>(#visitor: &mut __V) {
            #(#lines)*
        }
    }
}

fn field(Member { ident, ty, role }: &Member<'_>) -> Option<TokenStream> {
    let column = match role {
        Role::Column(column) if column.part == Part::Value => column,
        Role::Skip => return Some(quote_spanned! {ty.span()=> __v.skipped(|__s| &mut __s.#ident); }),
        Role::Column(_) | Role::Child(_) | Role::Parent(_) => return None,
    };
    let index = number(column.index);
    let access = quote_spanned! {ty.span()=> |__s| &__s.#ident, |__s| &mut __s.#ident };
    Some(match (column.same, column.is_compared()) {
        (Some(same), _) => quote_spanned! {same.span()=> __v.compared_by(#index, #access, #same); },
        (None, true) => quote_spanned! {ty.span()=> __v.compared(#index, #access); },
        (None, false) => quote_spanned! {ty.span()=> __v.read_only(#index, #access); },
    })
}

/// Only where there is an invariant.
fn check(model: &Model<'_>) -> Option<TokenStream> {
    let invariant = model.invariant?;
    let call = at(invariant, &quote! { __private::check_invariant(self, #invariant) });
    Some(quote! {
        fn check(&self) -> __private::Result<(), __private::Violation> {
            #call
        }
    })
}

fn aggregate(model: &Model<'_>, conditions: &[TokenStream]) -> TokenStream {
    let ident = model.ident;
    // A checked root has exactly one, which a list repeats as well as a value.
    let versions: Vec<_> = model.columns().filter(|(_, column)| column.part == Part::Version).collect();
    let bounds = versions.iter().map(|(member, _)| deferred(member.ty, &quote!(VersionField)));
    let fields: Vec<_> = versions.iter().map(|(member, _)| member.ident).collect();
    quote! {
        #[automatically_derived]
        impl __private::Aggregate for #ident where #(#conditions,)* #(#bounds,)* {
            fn version(&self) -> __private::Version {
                #(__private::version_of(self.#fields))*
            }
            fn set_version(&mut self, __version: __private::Version) {
                #(self.#fields = __private::From::from(__version);)*
            }
        }
    }
}
