//! Which options of `#[column]` may stand together, and with which role.

use syn::Type;
use syn::ext::IdentExt;

use super::children::generic_argument_of;
use crate::attr::{Field, Given, RoleKind};
use crate::errors::Errors;

/// An id is compared by the database too, names its row in errors, and never changes.
///
/// Cases: `columns/id_is_json.rs`, `columns/id_is_read_only.rs`, `columns/id_is_insert_only.rs`, `columns/id_has_same.rs`,
/// `columns/id_is_unversioned.rs`.
pub(super) fn id_is_kept_as_it_is(errors: &Errors, field: &Field<'_>) {
    if !matches!(field.role(), Some(RoleKind::Id { .. })) {
        return;
    }
    let options = &field.column;
    let whys = [
        (
            key(options.json.as_ref()),
            "the database compares ids, and JSON has no order",
            "use a column type, or `try_from`",
        ),
        (key(options.same.as_ref()), "ids are compared by `Eq` and `Hash`", "remove `same`"),
        (key(options.insert_only.as_ref()), "an id is written once anyway", "remove `insert_only`"),
        (key(options.read_only.as_ref()), "an id is written with its row", "remove `read_only`"),
        (key(options.unversioned.as_ref()), "a row with another id is another row", "remove `unversioned`"),
    ];
    for (option, why, help) in whys {
        if let Some(option) = option {
            errors.push(
                option,
                format!("id `{}` cannot have `{option}`: {why}\nhelp: {help}", field.ident.unraw()),
            );
        }
    }
}

/// The version is a 64-bit integer that the library counts.
///
/// Cases: `columns/version_is_json.rs`, `columns/version_is_read_only.rs`, `columns/version_is_another_type.rs`,
/// `columns/version_is_unversioned.rs`.
pub(super) fn version_is_kept_as_it_is(errors: &Errors, field: &Field<'_>) {
    if !matches!(field.role(), Some(RoleKind::Version)) {
        return;
    }
    let options = &field.column;
    let options = [
        key(options.json.as_ref()),
        key(options.try_from.as_ref()),
        key(options.same.as_ref()),
        key(options.insert_only.as_ref()),
        key(options.read_only.as_ref()),
        key(options.unversioned.as_ref()),
    ];
    for option in options.into_iter().flatten() {
        errors.push(
            option,
            format!(
                "version `{0}` cannot have `{option}`: every save counts it in a 64-bit integer column\n\
                 help: remove `{option}`; `name` alone may stand with `#[version]`",
                field.ident.unraw()
            ),
        );
    }
}

/// A field is kept in one way.
///
/// Case: `columns/json_and_try_from.rs`.
pub(super) fn json_or_another_type(errors: &Errors, field: &Field<'_>) {
    let (Some(_), Some(other)) = (&field.column.json, &field.column.try_from) else { return };
    errors.push(
        &other.key,
        format!(
            "field `{}` is kept as JSON and as another type\nhelp: keep `json` or `try_from`",
            field.ident.unraw()
        ),
    );
}

/// `insert_only` columns are written with their row, `read_only` ones never.
///
/// Case: `columns/insert_only_and_read_only.rs`.
pub(super) fn written_once_or_never(errors: &Errors, field: &Field<'_>) {
    let (Some(_), Some(other)) = (&field.column.insert_only, &field.column.read_only) else { return };
    errors.push(
        &other.key,
        format!(
            "field `{}` is written once and never\n\
             help: keep `insert_only` if saves write it with its row, `read_only` if the database fills it",
            field.ident.unraw()
        ),
    );
}

/// What is never written is never compared.
///
/// Case: `columns/same_and_read_only.rs`.
pub(super) fn read_only_is_not_compared(errors: &Errors, field: &Field<'_>) {
    let (Some(same), Some(_)) = (&field.column.same, &field.column.read_only) else { return };
    errors.push(
        &same.key,
        format!(
            "field `{}` is never compared, since it is `read_only`\nhelp: remove `same`",
            field.ident.unraw()
        ),
    );
}

/// The version guards changes of stored rows; a column that no save writes again has none.
///
/// Cases: `columns/unversioned_and_insert_only.rs`, `columns/unversioned_and_read_only.rs`.
pub(super) fn only_what_changes_is_unversioned(errors: &Errors, field: &Field<'_>) {
    let options = &field.column;
    let Some(unversioned) = &options.unversioned else { return };
    let (mode, why) = match (&options.insert_only, &options.read_only) {
        (Some(mode), _) => (mode, "a save refuses its changes"),
        (None, Some(mode)) => (mode, "no save writes it"),
        (None, None) => return,
    };
    errors.push(
        &unversioned.key,
        format!(
            "field `{}` is `{}`, and {why}: `unversioned` has no effect\n\
             help: remove one of the two",
            field.ident.unraw(),
            mode.key
        ),
    );
}

/// No trait can tell an `Option` from other types that can be compared, so it is known by its name.
///
/// Case: `types/id_is_option.rs`.
pub(super) fn id_is_never_absent(errors: &Errors, field: &Field<'_>) {
    if !matches!(field.role(), Some(RoleKind::Id { .. })) {
        return;
    }
    if let Some(inner) = generic_argument_of(field.ty, "Option") {
        let inner: &Type = inner;
        errors.push(
            field.ty,
            format!(
                "id `{}` may be absent, and a row without an id cannot be found again\n\
                 help: write `{}`, and make the id before the first save",
                field.ident.unraw(),
                quote::quote!(#inner)
            ),
        );
    }
}

/// The word of an option that is given.
fn key<T>(option: Option<&Given<T>>) -> Option<&syn::Ident> {
    option.map(|given| &given.key)
}
