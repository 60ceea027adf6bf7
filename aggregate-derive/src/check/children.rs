//! The options and the type of a child field.

use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{DeriveInput, GenericArgument, Ident, PathArguments, PathSegment, Type};

use crate::attr::{ChildOptions, Field, RoleKind};
use crate::errors::Errors;

/// `position` keeps the order of a `Vec`; nothing else has one. Vecs will have it in a later release.
///
/// Cases: `children/position_on_option.rs`, `children/position_on_vec.rs`.
pub(super) fn only_vecs_have_positions(errors: &Errors, field: &Field<'_>) {
    let Some(ChildOptions { position: Some(position), .. }) = child_options(field) else { return };
    let name = field.ident.unraw();
    let text = if is_named(field.ty, &["Vec"]) {
        format!(
            "`position` is not available yet\n\
             help: keep an ordinary column in the rows of `{name}`, and sort by it after loading"
        )
    } else {
        format!("field `{name}` has no positions: only a `Vec` has them\nhelp: remove `position`")
    };
    errors.push(&position.key, text);
}

/// `key` names the key column of a map. Maps will be children in a later release.
///
/// Cases: `children/key_on_vec.rs`, `children/key_on_map.rs`.
pub(super) fn only_maps_have_keys(errors: &Errors, field: &Field<'_>) {
    let Some(ChildOptions { key: Some(key), .. }) = child_options(field) else { return };
    let name = field.ident.unraw();
    let text = if is_named(field.ty, &["HashMap", "BTreeMap"]) {
        "`key` is not available yet, nor are maps\nhelp: use a `Vec` of entities whose `#[id(local)]` is the key"
            .to_owned()
    } else {
        format!(
            "field `{name}` has no key column: only a map has one\n\
             help: remove `key`, and put `#[id(local)]` on the field of the rows that tells them apart"
        )
    };
    errors.push(&key.key, text);
}

/// The tables of an aggregate are known when it is compiled, so that none stands below itself.
///
/// A longer way round, through other types, is found by the compiler.
///
/// Cases: `children/contains_itself.rs`, `children/contains_self.rs`.
pub(super) fn no_type_contains_itself(errors: &Errors, item: &DeriveInput, field: &Field<'_>) {
    if child_options(field).is_none() {
        return;
    }
    if let Some(itself) = innermost(field.ty).filter(|name| *name == "Self" || **name == item.ident) {
        errors.push(
            itself,
            format!(
                "`{0}` contains itself by field `{1}`\n\
                 help: keep the id of the other `{0}` in a column\n\
                 note: a load reads a fixed list of tables, however many rows they have",
                item.ident,
                field.ident.unraw()
            ),
        );
    }
}

fn child_options<'f>(field: &'f Field<'_>) -> Option<&'f ChildOptions> {
    match field.role() {
        Some(RoleKind::Child(options)) => Some(options),
        _ => None,
    }
}

/// The name inside all the angle brackets: `Line` of `Vec<Box<Line>>`, if no path leads to it.
fn innermost(ty: &Type) -> Option<&Ident> {
    let segment = last_segment(ty)?;
    match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => {
            arguments.args.iter().find_map(|argument| match argument {
                GenericArgument::Type(inner) => innermost(inner),
                _ => None,
            })
        }
        _ if ty.to_token_stream().into_iter().count() == 1 => Some(&segment.ident),
        _ => None,
    }
}

/// Whether a type is written with one of these names.
fn is_named(ty: &Type, names: &[&str]) -> bool {
    last_segment(ty).is_some_and(|segment| names.iter().any(|name| segment.ident == name))
}

/// `T` of `Name<T>`.
pub(super) fn generic_argument_of<'t>(ty: &'t Type, name: &str) -> Option<&'t Type> {
    let segment = last_segment(ty).filter(|segment| segment.ident == name)?;
    match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => match arguments.args.first()? {
            GenericArgument::Type(inner) => Some(inner),
            _ => None,
        },
        _ => None,
    }
}

/// The last word of the path that a type is written as, through the groups that `macro_rules!` adds.
fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Path(path) => path.path.segments.last(),
        Type::Group(group) => last_segment(&group.elem),
        Type::Paren(paren) => last_segment(&paren.elem),
        _ => None,
    }
}
