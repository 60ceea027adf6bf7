//! The constant description of an entity that the derive writes: names, roles, children.
//!
//! It names no database and no SQL type; those belong to the columns' Rust types.

mod rules;

pub use rules::{assert_clear, assert_distinct, assert_parent, assert_tree};

/// The table of an entity.
#[derive(Debug)]
pub struct Table {
    name: &'static str,
    schema: Option<&'static str>,
    columns: &'static [ColumnDef],
    id: &'static [usize],
    local: bool,
    version: Option<usize>,
    parent: &'static [&'static str],
    edges: &'static [Edge],
}

impl Table {
    /// A table with these columns, in the order of the struct's fields.
    #[must_use]
    pub const fn new(name: &'static str, columns: &'static [ColumnDef]) -> Self {
        Self { name, schema: None, columns, id: &[], local: false, version: None, parent: &[], edges: &[] }
    }

    /// Sets the schema that the table stands in, and the tables below it unless they name their own.
    #[must_use]
    pub const fn schema(mut self, schema: &'static str) -> Self {
        self.schema = Some(schema);
        self
    }

    /// Sets the id: the indexes of its columns, in order; unique in the table.
    #[must_use]
    pub const fn id(mut self, id: &'static [usize]) -> Self {
        self.id = id;
        self
    }

    /// Sets the id, unique under one parent only.
    #[must_use]
    pub const fn local_id(mut self, id: &'static [usize]) -> Self {
        self.id = id;
        self.local = true;
        self
    }

    /// Sets the index of the version column.
    #[must_use]
    pub const fn version(mut self, version: usize) -> Self {
        self.version = Some(version);
        self
    }

    /// Names the fields that mirror the parent's key, in its order.
    #[must_use]
    pub const fn parent(mut self, fields: &'static [&'static str]) -> Self {
        self.parent = fields;
        self
    }

    /// Sets the child fields, in the order of the struct's fields.
    #[must_use]
    pub const fn children(mut self, edges: &'static [Edge]) -> Self {
        self.edges = edges;
        self
    }

    /// The table's name, unquoted.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The schema's name, unquoted, if one is given.
    #[must_use]
    pub const fn schema_name(&self) -> Option<&'static str> {
        self.schema
    }

    /// The columns, in the order of the struct's fields.
    #[must_use]
    pub const fn columns(&self) -> &'static [ColumnDef] {
        self.columns
    }

    /// The indexes of the id's columns.
    #[must_use]
    pub const fn id_columns(&self) -> &'static [usize] {
        self.id
    }

    /// Whether ids are unique under one parent only.
    #[must_use]
    pub const fn is_local(&self) -> bool {
        self.local
    }

    /// The index of the version column; roots have one.
    #[must_use]
    pub const fn version_column(&self) -> Option<usize> {
        self.version
    }

    /// The names of the fields that mirror the parent's key.
    #[must_use]
    pub const fn parent_fields(&self) -> &'static [&'static str] {
        self.parent
    }

    /// The child fields.
    #[must_use]
    pub const fn edges(&self) -> &'static [Edge] {
        self.edges
    }
}

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub struct ColumnDef {
    name: &'static str,
    mode: Mode,
    unversioned: bool,
}

/// When a save writes a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// With the row, and again whenever its value changed.
    ReadWrite,
    /// With the row only; a later change is refused.
    InsertOnly,
    /// Never: the database fills it.
    ReadOnly,
}

impl ColumnDef {
    /// A column that saves write whenever its value changed.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, mode: Mode::ReadWrite, unversioned: false }
    }

    /// A column that is written with the row and not again.
    #[must_use]
    pub const fn insert_only(name: &'static str) -> Self {
        Self { name, mode: Mode::InsertOnly, unversioned: false }
    }

    /// A column that saves never write.
    #[must_use]
    pub const fn read_only(name: &'static str) -> Self {
        Self { name, mode: Mode::ReadOnly, unversioned: false }
    }

    /// A change of this column alone leaves the version as it is.
    ///
    /// # Panics
    ///
    /// If saves do not write its changes at all.
    #[must_use]
    pub const fn unversioned(mut self) -> Self {
        assert!(matches!(self.mode, Mode::ReadWrite), "only what is written again can be unversioned");
        self.unversioned = true;
        self
    }

    /// The column's name, unquoted.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// When a save writes it.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// Whether a change of this column alone leaves the version as it is.
    #[must_use]
    pub const fn is_unversioned(&self) -> bool {
        self.unversioned
    }
}

/// A child field: the way from a parent's table to the table of its children.
#[derive(Debug)]
pub struct Edge {
    field: &'static str,
    child: &'static Table,
    table: Option<&'static str>,
    foreign_key: ForeignKey,
    unversioned: bool,
}

/// The columns of a child's table that hold its parent's key.
#[derive(Debug, Clone, Copy)]
pub enum ForeignKey {
    /// What this edge adds. The parent's own foreign key stands before it where the parent's id is local.
    Adds(&'static [&'static str]),
    /// The whole list, as the user gave it.
    Whole(&'static [&'static str]),
}

impl ForeignKey {
    /// The columns that are named here.
    #[must_use]
    pub const fn columns(&self) -> &'static [&'static str] {
        match self {
            Self::Adds(columns) | Self::Whole(columns) => columns,
        }
    }
}

impl Edge {
    /// A child field whose foreign key is named by default: `{parent}_{id column}`.
    #[must_use]
    pub const fn new(field: &'static str, child: &'static Table, adds: &'static [&'static str]) -> Self {
        Self { field, child, table: None, foreign_key: ForeignKey::Adds(adds), unversioned: false }
    }

    /// Sets the whole foreign key as the user gave it.
    #[must_use]
    pub const fn foreign_key(mut self, columns: &'static [&'static str]) -> Self {
        self.foreign_key = ForeignKey::Whole(columns);
        self
    }

    /// Keeps the rows of this field in a table of its own.
    #[must_use]
    pub const fn table(mut self, name: &'static str) -> Self {
        self.table = Some(name);
        self
    }

    /// Changes of the rows of this field, and of all rows below them, leave the version as it is.
    #[must_use]
    pub const fn unversioned(mut self) -> Self {
        self.unversioned = true;
        self
    }

    /// The field's name.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        self.field
    }

    /// The table of the children's type.
    #[must_use]
    pub const fn child(&self) -> &'static Table {
        self.child
    }

    /// The name of the table that this field's rows stand in.
    #[must_use]
    pub const fn table_name(&self) -> &'static str {
        match self.table {
            Some(name) => name,
            None => self.child.name,
        }
    }

    /// The foreign key.
    #[must_use]
    pub const fn key(&self) -> &ForeignKey {
        &self.foreign_key
    }

    /// Whether changes of the rows of this field leave the version as it is.
    #[must_use]
    pub const fn is_unversioned(&self) -> bool {
        self.unversioned
    }
}
