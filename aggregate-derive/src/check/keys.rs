//! Ids, versions, and the foreign keys that refer to ids.

use syn::DeriveInput;
use syn::ext::IdentExt;

use crate::attr::{Field, RoleKind};
use crate::errors::Errors;
use crate::model::Kind;

/// Tuples of up to twelve are compared and hashed by the standard library.
pub(crate) const MAX_IDS: usize = 12;

/// A row that cannot be named cannot be saved again.
///
/// Cases: `missing/no_id.rs`, `missing/no_id_on_entity.rs`.
pub(super) fn there_is_an_id(errors: &Errors, kind: Kind, item: &DeriveInput, fields: &[Field<'_>]) {
    if fields.iter().any(|field| has_role(field, "id")) {
        return;
    }
    let help = match kind {
        Kind::Aggregate => "put `#[id]` on the field that tells it from others, or on several",
        Kind::Entity => {
            "put `#[id]` on the field that tells it from others, or `#[id(local)]` if it does so under one parent only"
        }
    };
    errors.push(&item.ident, format!("`{}` has no id\nhelp: {help}", item.ident));
}

/// A key is the parent's key and the local ids, or the ids alone; a mixture would be neither.
///
/// Case: `conflict/local_and_other_ids.rs`.
pub(super) fn ids_are_local_or_not(errors: &Errors, fields: &[Field<'_>]) {
    if ids(fields).any(|(id, _)| !id.clean) || ids(fields).all(|(_, local)| !local) {
        return;
    }
    for (id, _) in ids(fields).filter(|(_, local)| !local) {
        errors.push(
            id.roles[0].attr,
            format!(
                "id `{}` is not local, and another id of the same struct is\n\
                 help: write `#[id(local)]` on all of them, or `#[id]`",
                id.ident.unraw()
            ),
        );
    }
}

/// Composite ids are tuples, compared and hashed as such.
///
/// Case: `conflict/thirteen_ids.rs`.
pub(super) fn no_more_ids_than_a_tuple_compares(errors: &Errors, fields: &[Field<'_>]) {
    if let Some((id, _)) = ids(fields).nth(MAX_IDS) {
        errors.push(
            id.roles[0].attr,
            format!(
                "field `{}` is one id too many: a key has at most {MAX_IDS} parts\n\
                 help: keep fewer of the fields in the id",
                id.ident.unraw()
            ),
        );
    }
}

/// The version is what makes an aggregate one.
///
/// Case: `missing/no_version.rs`.
pub(super) fn a_root_has_a_version(errors: &Errors, kind: Kind, item: &DeriveInput, fields: &[Field<'_>]) {
    if kind == Kind::Entity || fields.iter().any(|field| has_role(field, "version")) {
        return;
    }
    errors.push(
        &item.ident,
        format!(
            "aggregate `{}` has no version\n\
             help: add a field `#[version] version: Version`, and a 64-bit integer column for it\n\
             note: it guards each save of the whole aggregate, its children included",
            item.ident
        ),
    );
}

/// One count of saves.
///
/// Case: `conflict/two_versions.rs`.
pub(super) fn one_version(errors: &Errors, kind: Kind, item: &DeriveInput, fields: &[Field<'_>]) {
    // On an entity even one is too many, and has been said to be.
    if kind == Kind::Entity {
        return;
    }
    let mut versions = fields.iter().filter(|field| matches!(field.role(), Some(RoleKind::Version)));
    let Some(first) = versions.next() else { return };
    for second in versions {
        errors.push(
            second.roles[0].attr,
            format!(
                "field `{}` cannot be a second version of `{}`\n\
                 help: field `{}` is its version already; keep `#[version]` on one of the two\n\
                 note: one version guards each save of the whole aggregate, its children included",
                second.ident.unraw(),
                item.ident,
                first.ident.unraw()
            ),
        );
    }
}

/// A foreign key has a column for each id of the parent. Under local ids it has more: those are counted
/// where the root is compiled, which knows the keys above.
///
/// Case: `children/foreign_key_arity.rs`.
pub(super) fn foreign_key_refers_to_the_whole_id(errors: &Errors, item: &DeriveInput, fields: &[Field<'_>]) {
    let own: Vec<_> = ids(fields).collect();
    if own.is_empty() || own.iter().any(|(id, local)| *local || !id.clean) {
        return;
    }
    for field in fields {
        let Some(RoleKind::Child(options)) = field.role() else { continue };
        let Some(given) = &options.foreign_key else { continue };
        if given.value.len() == own.len() {
            continue;
        }
        let names: Vec<_> = own.iter().map(|(id, _)| format!("`{}`", id.ident.unraw())).collect();
        errors.push(
            &given.key,
            format!(
                "the foreign key of field `{}` has {}, and the id of `{}` has {}: {}\n\
                 help: name one column for each, in that order",
                field.ident.unraw(),
                columns(given.value.len()),
                item.ident,
                columns(own.len()),
                names.join(", ")
            ),
        );
    }
}

fn columns(count: usize) -> String {
    if count == 1 { "1 column".to_owned() } else { format!("{count} columns") }
}

/// The ids, and whether each is local.
fn ids<'f, 'a>(fields: &'f [Field<'a>]) -> impl Iterator<Item = (&'f Field<'a>, bool)> {
    fields.iter().filter_map(|field| match field.role() {
        Some(RoleKind::Id { local }) => Some((field, local.is_some())),
        _ => None,
    })
}

/// Whether the word stands on the field, be it beside others.
fn has_role(field: &Field<'_>, word: &str) -> bool {
    field.roles.iter().any(|role| role.word() == word)
}
