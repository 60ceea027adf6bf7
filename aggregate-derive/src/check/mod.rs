//! The rules that one struct shows by itself, beyond those of a single attribute: one function per rule.
//!
//! Each rule names the case under `tests/ui/fail` that shows it; a test checks that.

mod children;
mod columns;
mod keys;
mod names;
mod roles;

#[cfg(test)]
mod cases;

pub(crate) use keys::MAX_IDS;

use syn::DeriveInput;

use crate::attr::{Container, Field};
use crate::errors::Errors;
use crate::model::Kind;

/// The rules about the struct's own options.
pub(crate) fn container(errors: &Errors, kind: Kind, item: &DeriveInput, container: &Container) {
    names::table_is_a_name(errors, kind, item, container);
    names::schema_is_a_name(errors, container);
}

/// The rules about one field.
pub(crate) fn field(errors: &Errors, kind: Kind, item: &DeriveInput, field: &Field<'_>) {
    let before = errors.len();
    roles::one_role(errors, field);
    roles::role_fits_the_derive(errors, kind, item, field);
    roles::only_columns_have_column_options(errors, field);
    if !field.clean || errors.len() > before {
        return;
    }
    columns::id_is_kept_as_it_is(errors, field);
    columns::version_is_kept_as_it_is(errors, field);
    columns::json_or_another_type(errors, field);
    columns::written_once_or_never(errors, field);
    columns::read_only_is_not_compared(errors, field);
    columns::only_what_changes_is_unversioned(errors, field);
    columns::id_is_never_absent(errors, field);
    names::column_is_a_name(errors, field);
    children::only_vecs_have_positions(errors, field);
    children::only_maps_have_keys(errors, field);
    children::no_type_contains_itself(errors, item, field);
    names::child_table_is_a_name(errors, field);
    names::foreign_key_is_of_names(errors, field);
}

/// The rules about all fields together.
pub(crate) fn whole(errors: &Errors, kind: Kind, item: &DeriveInput, fields: &[Field<'_>]) {
    if fields.is_empty() {
        // What has no fields has been told so.
        return;
    }
    keys::there_is_an_id(errors, kind, item, fields);
    keys::ids_are_local_or_not(errors, fields);
    keys::no_more_ids_than_a_tuple_compares(errors, fields);
    keys::a_root_has_a_version(errors, kind, item, fields);
    keys::one_version(errors, kind, item, fields);
    keys::foreign_key_refers_to_the_whole_id(errors, item, fields);
    names::columns_differ(errors, item, fields);
    names::default_foreign_key_is_of_names(errors, item, fields);
}
