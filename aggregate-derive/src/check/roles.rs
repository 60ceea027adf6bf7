//! Which attributes may stand together, and on which of the two derives.

use syn::DeriveInput;
use syn::ext::IdentExt;

use crate::attr::{Field, RoleKind};
use crate::errors::Errors;
use crate::model::Kind;

/// A field is an id, the version, a child, a mirror of the parent, skipped, or a plain column.
///
/// Cases: `roles/id_is_child.rs`, `roles/id_is_skipped.rs`, `roles/version_is_id.rs`, `roles/version_is_child.rs`,
/// `roles/version_is_skipped.rs`, `roles/child_is_parent.rs`.
pub(super) fn one_role(errors: &Errors, field: &Field<'_>) {
    let [first, more @ ..] = &*field.roles else { return };
    for role in more {
        errors.push(
            role.attr,
            format!(
                "field `{}` cannot be `#[{}]` and `#[{}]` at once\nhelp: keep one of the two",
                field.ident.unraw(),
                first.word(),
                role.word()
            ),
        );
    }
}

/// Versions stand on roots; local ids and mirrors of a parent's key stand below one.
///
/// Cases: `roles/version_on_entity.rs`, `roles/local_id_on_root.rs`, `roles/parent_on_root.rs`.
pub(super) fn role_fits_the_derive(errors: &Errors, kind: Kind, item: &DeriveInput, field: &Field<'_>) {
    let ident = &item.ident;
    for role in &field.roles {
        match (&role.kind, kind) {
            (RoleKind::Version, Kind::Entity) => errors.push(
                role.attr,
                format!(
                    "entity `{ident}` has a version of its own\n\
                     help: remove `#[version]`, or derive `Aggregate` instead if `{ident}` is saved by itself\n\
                     note: the root's version guards every row of its aggregate"
                ),
            ),
            (RoleKind::Id { local: Some(local) }, Kind::Aggregate) => errors.push(
                &local.key,
                format!(
                    "the id of aggregate `{ident}` is local, and a root has no parent\n\
                     help: write `#[id]`"
                ),
            ),
            (RoleKind::Parent, Kind::Aggregate) => errors.push(
                role.attr,
                format!(
                    "aggregate `{ident}` mirrors a parent's key, and a root has no parent\n\
                     help: remove `#[parent]`, or derive `Entity` if `{ident}` stands below a root"
                ),
            ),
            _ => {}
        }
    }
}

/// `#[column]` says how a field is kept in a column: children, mirrors and skipped fields have none.
///
/// Cases: `columns/column_on_child.rs`, `columns/column_on_parent.rs`, `columns/column_on_skip.rs`,
/// `columns/unversioned_column_on_child.rs`, `columns/parent_is_unversioned.rs`.
pub(super) fn only_columns_have_column_options(errors: &Errors, field: &Field<'_>) {
    let Some(attr) = field.column.attr else { return };
    if let (Some(RoleKind::Child(_)), Some(unversioned)) = (field.role(), &field.column.unversioned) {
        errors.push(
            &unversioned.key,
            format!(
                "field `{}` holds rows of another table and has no column\n\
                 help: write `#[child(unversioned)]`",
                field.ident.unraw()
            ),
        );
        return;
    }
    let (is, help) = match field.role() {
        Some(RoleKind::Child(_)) => {
            ("holds rows of another table", "remove `#[column]`, or `#[child]` to keep the field in a column")
        }
        Some(RoleKind::Parent) => (
            "is filled from the foreign key",
            "remove `#[column]`; the parent's `#[child(foreign_key = \"...\")]` names the column",
        ),
        Some(RoleKind::Skip) => ("is not stored", "remove `#[column]` or `#[skip]`"),
        Some(RoleKind::Id { .. } | RoleKind::Version) | None => return,
    };
    errors.push(attr, format!("field `{}` {is} and has no column\nhelp: {help}", field.ident.unraw()));
}
