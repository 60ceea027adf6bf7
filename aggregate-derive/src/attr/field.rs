//! The attributes of a field.

use syn::ext::IdentExt;
use syn::{Attribute, DeriveInput, Ident, LitStr, Path, Type};

use super::option::{self, Given};
use crate::errors::Errors;
use crate::name;
use crate::symbol::{CHILD_OPTIONS, COLUMN_OPTIONS, ID_OPTIONS, ON_STRUCT};

/// A field as it is written.
pub(crate) struct Field<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) ty: &'a Type,
    /// What the field is, other than a column; at most one of these is right.
    pub(crate) roles: Vec<Role<'a>>,
    pub(crate) column: ColumnOptions<'a>,
    /// Whether all its attributes were understood.
    pub(crate) clean: bool,
}

/// An attribute that says what a field is.
pub(crate) struct Role<'a> {
    pub(crate) attr: &'a Attribute,
    pub(crate) kind: RoleKind,
}

/// What a field can be, other than a column.
pub(crate) enum RoleKind {
    Id { local: Option<Given<()>> },
    Version,
    Child(ChildOptions),
    Parent,
    Skip,
}

/// The options of `#[child]`.
#[derive(Default)]
pub(crate) struct ChildOptions {
    pub(crate) table: Option<Given<LitStr>>,
    pub(crate) foreign_key: Option<Given<Vec<LitStr>>>,
    pub(crate) unversioned: Option<Given<()>>,
    /// Known words of a later release, which have rules of their own.
    pub(crate) position: Option<Given<LitStr>>,
    pub(crate) key: Option<Given<LitStr>>,
}

/// The options of `#[column]`.
#[derive(Default)]
pub(crate) struct ColumnOptions<'a> {
    pub(crate) attr: Option<&'a Attribute>,
    pub(crate) name: Option<Given<LitStr>>,
    pub(crate) json: Option<Given<()>>,
    pub(crate) try_from: Option<Given<Type>>,
    pub(crate) same: Option<Given<Path>>,
    pub(crate) insert_only: Option<Given<()>>,
    pub(crate) read_only: Option<Given<()>>,
    pub(crate) unversioned: Option<Given<()>>,
}

impl<'a> Field<'a> {
    /// Reads the attributes of a field.
    pub(crate) fn read(errors: &Errors, item: &DeriveInput, field: &'a syn::Field) -> Self {
        let before = errors.len();
        let ident = field.ident.as_ref().expect("the shape was checked: fields have names");
        let mut roles: Vec<Role<'a>> = Vec::new();
        let mut column = ColumnOptions::default();
        for attr in &field.attrs {
            let Some(word) = attr.path().get_ident().map(ToString::to_string) else { continue };
            if word == "column" {
                column.read(errors, attr);
            } else if ON_STRUCT.contains(&&*word) {
                errors.push(
                    attr,
                    format!(
                        "`#[{word}]` belongs on the struct, not on field `{}`\n\
                         help: move it above `struct {}`",
                        ident.unraw(),
                        item.ident
                    ),
                );
            } else if let Some(kind) = RoleKind::read(errors, &word, attr) {
                if roles.iter().any(|role| role.word() == word) {
                    errors.push(
                        attr,
                        format!("`#[{word}]` stands twice on field `{}`\nhelp: keep one", ident.unraw()),
                    );
                } else {
                    roles.push(Role { attr, kind });
                }
            }
        }
        Self { ident, ty: &field.ty, roles, column, clean: errors.len() == before }
    }

    /// What the field is, other than a column.
    pub(crate) fn role(&self) -> Option<&RoleKind> {
        self.roles.first().map(|role| &role.kind)
    }

    /// The name of its column, if it is one.
    pub(crate) fn column_name(&self) -> String {
        match &self.column.name {
            Some(name) => name.value.value(),
            None => name::of_field(self.ident),
        }
    }
}

impl Role<'_> {
    /// The role's word, `id` for one.
    pub(crate) fn word(&self) -> String {
        self.attr.path().get_ident().map_or_else(String::new, ToString::to_string)
    }
}

impl RoleKind {
    fn read(errors: &Errors, word: &str, attr: &Attribute) -> Option<Self> {
        match word {
            "id" => {
                let mut local = None;
                option::each(errors, attr, |option| {
                    match &*option.word() {
                        "local" => option.keep(&mut local, ()),
                        _ => return Err(option.unknown(ID_OPTIONS)),
                    }
                    Ok(())
                });
                Some(Self::Id { local })
            }
            "child" => {
                let mut options = ChildOptions::default();
                option::each(errors, attr, |option| {
                    match &*option.word() {
                        "table" => option.keep(&mut options.table, option.name()?),
                        "foreign_key" => option.keep(&mut options.foreign_key, option.names()?),
                        "unversioned" => option.keep(&mut options.unversioned, ()),
                        "position" => option.keep(&mut options.position, option.name()?),
                        "key" => option.keep(&mut options.key, option.name()?),
                        _ => return Err(option.unknown(CHILD_OPTIONS)),
                    }
                    Ok(())
                });
                Some(Self::Child(options))
            }
            "version" => Some(Self::without_options(errors, attr, Self::Version)),
            "parent" => Some(Self::without_options(errors, attr, Self::Parent)),
            "skip" => Some(Self::without_options(errors, attr, Self::Skip)),
            _ => None,
        }
    }

    fn without_options(errors: &Errors, attr: &Attribute, kind: Self) -> Self {
        option::each(errors, attr, |option| Err(option.unknown(&[])));
        kind
    }
}

impl<'a> ColumnOptions<'a> {
    fn read(&mut self, errors: &Errors, attr: &'a Attribute) {
        self.attr = Some(attr);
        option::each(errors, attr, |option| {
            match &*option.word() {
                "name" => option.keep(&mut self.name, option.name()?),
                "json" => option.keep(&mut self.json, ()),
                "try_from" => option.keep(&mut self.try_from, option.ty()?),
                "same" => option.keep(&mut self.same, option.function()?),
                "insert_only" => option.keep(&mut self.insert_only, ()),
                "read_only" => option.keep(&mut self.read_only, ()),
                "unversioned" => option.keep(&mut self.unversioned, ()),
                _ => return Err(option.unknown(COLUMN_OPTIONS)),
            }
            Ok(())
        });
    }
}
