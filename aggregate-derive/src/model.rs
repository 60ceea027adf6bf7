//! What the expansion needs to know, checked: no attribute, nothing that can be wrong.

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::{DeriveInput, LitStr, Path, Type};

use crate::attr::{ChildOptions, Container, Field, RoleKind};
use crate::name;

/// Which of the two derives.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Aggregate,
    Entity,
}

impl Kind {
    /// The derive's name.
    pub(crate) fn derive(self) -> &'static str {
        match self {
            Self::Aggregate => "Aggregate",
            Self::Entity => "Entity",
        }
    }

    /// The attribute on the struct.
    pub(crate) fn attribute(self) -> &'static str {
        match self {
            Self::Aggregate => "aggregate",
            Self::Entity => "entity",
        }
    }

    /// The noun, in a sentence.
    pub(crate) fn with_article(self) -> &'static str {
        match self {
            Self::Aggregate => "an aggregate",
            Self::Entity => "an entity",
        }
    }
}

/// A struct that can be an aggregate or an entity as far as its own text shows.
pub(crate) struct Model<'a> {
    pub(crate) kind: Kind,
    pub(crate) ident: &'a Ident,
    /// The path to `aggregate_core`.
    pub(crate) krate: TokenStream,
    pub(crate) table: String,
    pub(crate) schema: Option<String>,
    pub(crate) invariant: Option<&'a Path>,
    /// In the order of the struct.
    pub(crate) members: Vec<Member<'a>>,
    /// Whether the ids are unique under one parent only.
    pub(crate) local: bool,
}

/// A field.
pub(crate) struct Member<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) ty: &'a Type,
    pub(crate) role: Role<'a>,
}

/// What a field is.
pub(crate) enum Role<'a> {
    Column(Column<'a>),
    Child(Child),
    /// Mirrors the part of the parent's key with this index.
    Parent(usize),
    Skip,
}

/// A field that is kept in a column.
pub(crate) struct Column<'a> {
    /// The place among the columns.
    pub(crate) index: usize,
    pub(crate) name: String,
    pub(crate) part: Part,
    pub(crate) storage: Storage<'a>,
    pub(crate) mode: Mode,
    /// Whether a change of it alone leaves the version as it is.
    pub(crate) unversioned: bool,
    pub(crate) same: Option<&'a Path>,
}

/// What a column is to its row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Id,
    Version,
    Value,
}

/// How a field is kept in its column.
pub(crate) enum Storage<'a> {
    Plain,
    Json,
    Via(&'a Type),
}

/// When a save writes a column.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    ReadWrite,
    InsertOnly,
    ReadOnly,
}

/// A field that holds rows of another table.
pub(crate) struct Child {
    /// The place among the child fields.
    pub(crate) index: usize,
    pub(crate) table: Option<String>,
    pub(crate) foreign_key: ForeignKey,
    /// Whether changes of the rows leave the version as it is.
    pub(crate) unversioned: bool,
}

/// The columns that refer to the parent.
pub(crate) enum ForeignKey {
    Default(Vec<String>),
    Given(Vec<String>),
}

impl<'a> Model<'a> {
    /// Takes over what was read and checked.
    pub(crate) fn new(
        kind: Kind,
        item: &'a DeriveInput,
        container: &'a Container,
        fields: &'a [Field<'a>],
    ) -> Self {
        let foreign_key: Vec<String> = fields
            .iter()
            .filter(|field| matches!(field.role(), Some(RoleKind::Id { .. })))
            .map(|id| name::of_foreign_key(&item.ident, &id.column_name()))
            .collect();
        let mut places = Places::default();
        Self {
            kind,
            ident: &item.ident,
            krate: container.krate(),
            table: container
                .table
                .as_ref()
                .map_or_else(|| name::of_struct(&item.ident), |table| table.value.value()),
            schema: container.schema.as_ref().map(|schema| schema.value.value()),
            invariant: container.invariant.as_ref().map(|invariant| &invariant.value),
            members: fields.iter().map(|field| Member::new(field, &foreign_key, &mut places)).collect(),
            local: fields.iter().any(|field| matches!(field.role(), Some(RoleKind::Id { local: Some(_) }))),
        }
    }

    /// The columns, in order.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (&Member<'a>, &Column<'a>)> {
        self.members.iter().filter_map(|member| match &member.role {
            Role::Column(column) => Some((member, column)),
            _ => None,
        })
    }

    /// The parts of the id, in order.
    pub(crate) fn ids(&self) -> impl Iterator<Item = (&Member<'a>, &Column<'a>)> {
        self.columns().filter(|(_, column)| column.part == Part::Id)
    }

    /// The child fields, in order.
    pub(crate) fn children(&self) -> impl Iterator<Item = (&Member<'a>, &Child)> {
        self.members.iter().filter_map(|member| match &member.role {
            Role::Child(child) => Some((member, child)),
            _ => None,
        })
    }

    /// The fields that mirror the parent's key, in order.
    pub(crate) fn parents(&self) -> impl Iterator<Item = &Member<'a>> {
        self.members.iter().filter(|member| matches!(member.role, Role::Parent(_)))
    }
}

/// The next free place of each kind.
#[derive(Default)]
struct Places {
    column: usize,
    child: usize,
    parent: usize,
}

/// Takes a place.
fn take(place: &mut usize) -> usize {
    *place += 1;
    *place - 1
}

impl<'a> Member<'a> {
    fn new(field: &'a Field<'a>, foreign_key: &[String], places: &mut Places) -> Self {
        let role = match field.role() {
            None => Role::Column(Column::new(field, Part::Value, take(&mut places.column))),
            Some(RoleKind::Id { .. }) => Role::Column(Column::new(field, Part::Id, take(&mut places.column))),
            Some(RoleKind::Version) => {
                Role::Column(Column::new(field, Part::Version, take(&mut places.column)))
            }
            Some(RoleKind::Child(options)) => {
                Role::Child(Child::new(options, foreign_key, take(&mut places.child)))
            }
            Some(RoleKind::Parent) => Role::Parent(take(&mut places.parent)),
            Some(RoleKind::Skip) => Role::Skip,
        };
        Self { ident: field.ident, ty: field.ty, role }
    }
}

impl Member<'_> {
    /// The field's name, without `r#`.
    pub(crate) fn name(&self) -> String {
        self.ident.unraw().to_string()
    }
}

impl<'a> Column<'a> {
    fn new(field: &'a Field<'a>, part: Part, index: usize) -> Self {
        let options = &field.column;
        Self {
            index,
            name: field.column_name(),
            part,
            storage: match (&options.json, &options.try_from) {
                (Some(_), _) => Storage::Json,
                (None, Some(stored)) => Storage::Via(&stored.value),
                (None, None) => Storage::Plain,
            },
            mode: match (&options.insert_only, &options.read_only) {
                (Some(_), _) => Mode::InsertOnly,
                (None, Some(_)) => Mode::ReadOnly,
                (None, None) => Mode::ReadWrite,
            },
            unversioned: options.unversioned.is_some(),
            same: options.same.as_ref().map(|same| &same.value),
        }
    }

    /// Whether a change of the field makes the row dirty.
    pub(crate) fn is_compared(&self) -> bool {
        self.part == Part::Value && self.mode != Mode::ReadOnly
    }
}

impl Child {
    fn new(options: &ChildOptions, default: &[String], index: usize) -> Self {
        Self {
            index,
            table: options.table.as_ref().map(|table| table.value.value()),
            foreign_key: match &options.foreign_key {
                Some(given) => ForeignKey::Given(given.value.iter().map(LitStr::value).collect()),
                None => ForeignKey::Default(default.to_vec()),
            },
            unversioned: options.unversioned.is_some(),
        }
    }
}
