//! Names of tables and columns, given and by default.

use std::collections::HashMap;

use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{DeriveInput, LitStr};

use crate::attr::{Container, Field, Given, RoleKind};
use crate::errors::Errors;
use crate::model::Kind;
use crate::name;

/// Databases cut or refuse long names.
///
/// Cases: `names/empty_table.rs`, `names/long_table.rs`, `names/long_struct.rs`.
pub(super) fn table_is_a_name(errors: &Errors, kind: Kind, item: &DeriveInput, container: &Container) {
    match &container.table {
        Some(table) => check(errors, "table", &table.value),
        None => {
            if let Some(why) = name::problem(&name::of_struct(&item.ident)) {
                errors.push(
                    &item.ident,
                    format!(
                        "the table name of `{}` {why}\nhelp: give a shorter one: `#[{}(table = \"...\")]`",
                        item.ident,
                        kind.attribute()
                    ),
                );
            }
        }
    }
}

/// The same for schemas.
///
/// Case: `names/empty_schema.rs`.
pub(super) fn schema_is_a_name(errors: &Errors, container: &Container) {
    if let Some(schema) = &container.schema {
        check(errors, "schema", &schema.value);
    }
}

/// The same for columns.
///
/// Cases: `names/empty_column.rs`, `names/long_column.rs`, `names/long_field.rs`, `names/nul_in_column.rs`.
pub(super) fn column_is_a_name(errors: &Errors, field: &Field<'_>) {
    if !is_column(field) {
        return;
    }
    match &field.column.name {
        Some(name) => check(errors, "column", &name.value),
        None => {
            if let Some(why) = name::problem(&field.column_name()) {
                errors.push(
                    field.ident,
                    format!(
                        "the column name of field `{}` {why}\n\
                         help: give a shorter one: `#[column(name = \"...\")]`",
                        field.ident.unraw()
                    ),
                );
            }
        }
    }
}

/// The same for the table of one child field.
///
/// Case: `names/empty_child_table.rs`.
pub(super) fn child_table_is_a_name(errors: &Errors, field: &Field<'_>) {
    if let Some(RoleKind::Child(options)) = field.role()
        && let Some(table) = &options.table
    {
        check(errors, "table", &table.value);
    }
}

/// The same for the columns of a foreign key, which also differ from each other.
///
/// Cases: `names/empty_foreign_key.rs`, `names/foreign_key_repeats.rs`.
pub(super) fn foreign_key_is_of_names(errors: &Errors, field: &Field<'_>) {
    let Some(RoleKind::Child(options)) = field.role() else { return };
    let Some(Given { value: names, .. }) = &options.foreign_key else { return };
    for (place, name) in names.iter().enumerate() {
        if names[..place].iter().any(|earlier| earlier.value() == name.value()) {
            errors.push(
                name,
                format!(
                    "column `{}` stands twice in the foreign key of field `{}`\n\
                     help: name one column for each id of the parent",
                    name.value(),
                    field.ident.unraw()
                ),
            );
        } else {
            check(errors, "column", name);
        }
    }
}

/// A default foreign key is made of two names, and may be too long where neither is.
///
/// Case: `names/long_foreign_key.rs`.
pub(super) fn default_foreign_key_is_of_names(errors: &Errors, item: &DeriveInput, fields: &[Field<'_>]) {
    let too_long = fields
        .iter()
        .filter(|field| matches!(field.role(), Some(RoleKind::Id { .. })))
        .map(|id| name::of_foreign_key(&item.ident, &id.column_name()))
        .find_map(|name| name::problem(&name).map(|why| (name, why)));
    let Some((name, why)) = too_long else { return };
    for field in fields {
        if let Some(RoleKind::Child(options)) = field.role()
            && options.foreign_key.is_none()
        {
            errors.push(
                field.roles[0].attr,
                format!(
                    "the foreign key of field `{}`, `{name}`, {why}\n\
                     help: name it: `#[child(foreign_key = \"...\")]`",
                    field.ident.unraw()
                ),
            );
        }
    }
}

/// Two fields in one column would overwrite each other.
///
/// Cases: `conflict/two_columns_of_one_name.rs`, `conflict/raw_and_given_name.rs`.
pub(super) fn columns_differ(errors: &Errors, item: &DeriveInput, fields: &[Field<'_>]) {
    let mut seen: HashMap<String, &Field<'_>> = HashMap::new();
    for field in fields.iter().filter(|field| field.clean && is_column(field)) {
        let name = field.column_name();
        let Some(first) = seen.get(&name) else {
            seen.insert(name, field);
            continue;
        };
        // The word to change is the name that was given, on whichever of the two.
        let given = [field, first].into_iter().find_map(|field| field.column.name.as_ref());
        let tokens =
            given.map_or_else(|| field.ident.to_token_stream(), |given| given.value.to_token_stream());
        errors.push(
            tokens,
            format!(
                "fields `{}` and `{}` of `{}` are both kept in column `{name}`\n\
                 help: name one of them otherwise",
                first.ident.unraw(),
                field.ident.unraw(),
                item.ident
            ),
        );
    }
}

/// Whether a field is kept in a column.
fn is_column(field: &Field<'_>) -> bool {
    matches!(field.role(), None | Some(RoleKind::Id { .. } | RoleKind::Version))
}

fn check(errors: &Errors, what: &str, name: &LitStr) {
    if let Some(why) = name::problem(&name.value()) {
        errors.push(name, format!("this {what} name {why}\nhelp: name the {what} as the database does"));
    }
}
