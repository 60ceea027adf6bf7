//! The shape of the item: a struct with named fields and without parameters.

use syn::punctuated::Punctuated;
use syn::{Data, DeriveInput, Field, Fields, GenericParam, Token};

use crate::errors::Errors;
use crate::model::Kind;

/// An aggregate owns what it holds and knows its columns.
pub(crate) fn check_generics(errors: &Errors, item: &DeriveInput) {
    let ident = &item.ident;
    for param in &item.generics.params {
        match param {
            GenericParam::Lifetime(param) => errors.push(
                &param.lifetime,
                format!(
                    "`{ident}` borrows for `{0}`, and a loaded row owns its values\n\
                     help: use owned types, such as `String` in place of `&{0} str`",
                    param.lifetime
                ),
            ),
            GenericParam::Type(param) => errors.push(&param.ident, parameter(ident, "type", &param.ident)),
            GenericParam::Const(param) => errors.push(&param.ident, parameter(ident, "const", &param.ident)),
        }
    }
}

fn parameter(ident: &syn::Ident, kind: &str, param: &syn::Ident) -> String {
    format!(
        "`{ident}` has the {kind} parameter `{param}`, and a table has one set of columns\n\
         help: write one struct for each `{param}` that is stored, by hand or by `macro_rules!`"
    )
}

/// The fields to read; none, and a word about it, if the item is not a struct with named fields.
pub(crate) fn named_fields<'a>(
    errors: &Errors,
    kind: Kind,
    item: &'a DeriveInput,
) -> impl Iterator<Item = &'a Field> {
    let named = match &item.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) if !fields.named.is_empty() => Some(&fields.named),
            Fields::Named(_) | Fields::Unit => {
                errors.push(&item.ident, no_fields(item));
                None
            }
            Fields::Unnamed(fields) => {
                errors.push(fields, no_names(kind, item, &fields.unnamed));
                None
            }
        },
        Data::Enum(data) => {
            errors.push(data.enum_token, not_a_struct(kind, item, "an enum"));
            None
        }
        Data::Union(data) => {
            errors.push(data.union_token, not_a_struct(kind, item, "a union"));
            None
        }
    };
    named.into_iter().flatten()
}

fn no_fields(item: &DeriveInput) -> String {
    format!(
        "`{}` has no fields, and a row has at least an id\n\
         help: add a field and put `#[id]` on it",
        item.ident
    )
}

fn no_names(kind: Kind, item: &DeriveInput, fields: &Punctuated<Field, Token![,]>) -> String {
    let note = match fields.len() {
        1 => format!(
            "\nnote: a newtype that serves as an id or a column derives `sqlx::Type`, not `{}`",
            kind.derive()
        ),
        _ => String::new(),
    };
    format!(
        "the fields of `{0}` have no names, and columns are named after fields\n\
         help: write `struct {0} {{ id: ..., ... }}`{note}",
        item.ident
    )
}

fn not_a_struct(kind: Kind, item: &DeriveInput, what: &str) -> String {
    format!(
        "`{}` is {what}, and {} is a struct with a field for each column\n\
         help: derive `{}` on a struct, and keep `{0}` in a column of it",
        item.ident,
        kind.with_article(),
        kind.derive(),
    )
}
