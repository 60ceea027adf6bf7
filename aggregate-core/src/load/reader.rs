//! Reading one row: what generated code calls, a line per field.

use std::any::Any;

use crate::backend::Backend;
use crate::column::{Column, JsonColumn, ViaColumn};
use crate::entity::{Cardinality, Child};
use crate::error::{Error, Inconsistency};
use crate::layout::Node;

/// A row of an entity whose children are complete.
pub struct RowReader<'r, DB: Backend> {
    pub(super) row: &'r DB::Row,
    /// Where the row's columns stand in the result: the foreign key's, then the entity's own.
    pub(super) at: &'r [usize],
    pub(super) node: &'r Node,
    /// The row's id, for errors.
    pub(super) id: &'r dyn std::fmt::Debug,
    pub(super) index: usize,
    pub(super) kids: &'r mut Kids,
}

/// The children of all rows of one table: for each child field, the rows below each parent.
pub(super) struct Kids {
    /// A `Vec<Vec<C::Entity>>` for each child field `C`, by parent.
    pub(super) fields: Vec<Box<dyn Any>>,
    /// The tables of the child fields, for errors.
    pub(super) tables: Vec<&'static str>,
}

impl<DB: Backend> RowReader<'_, DB> {
    /// Reads the column with this index, in the field's own type.
    // Once for each type, and not for each field: rows of many columns would take long to compile.
    #[inline(never)]
    pub fn column<T: Column<DB>>(&mut self, column: usize) -> Result<T, Error> {
        T::read(self.row, self.position(column)).map_err(|error| self.undecodable(column, error.into()))
    }

    /// Reads the column with this index from JSON.
    #[inline(never)]
    pub fn json<T: JsonColumn<DB>>(&mut self, column: usize) -> Result<T, Error> {
        T::read_json(self.row, self.position(column)).map_err(|error| self.undecodable(column, error.into()))
    }

    /// Reads the column with this index from an `S`.
    #[inline(never)]
    pub fn via<S: Column<DB>, T: ViaColumn<DB, S>>(&mut self, column: usize) -> Result<T, Error> {
        S::read(self.row, self.position(column))
            .map_err(Into::into)
            .and_then(T::from_stored)
            .map_err(|error| self.undecodable(column, error))
    }

    /// Reads a part of the parent's key, by its place in the foreign key.
    pub fn parent<T: Column<DB>>(&mut self, part: usize) -> Result<T, Error> {
        T::read(self.row, self.at[part]).map_err(|error| Error::Decode {
            table: self.node.name,
            column: self.node.foreign_key[part],
            id: Some(format!("{:?}", self.id)),
            source: error.into(),
        })
    }

    /// Takes the rows of the child field with this index.
    pub fn child<C: Child>(&mut self, field: usize) -> Result<C, Error> {
        let by_parent = self.kids.fields[field].downcast_mut::<Vec<Vec<C::Entity>>>();
        let rows =
            by_parent.and_then(|rows| rows.get_mut(self.index)).map(std::mem::take).unwrap_or_default();
        let wrong = |kind| Error::Inconsistent {
            table: self.kids.tables[field],
            key: format!(
                "`{}` of `{}` {:?}",
                self.node.table.edges()[field].field(),
                self.node.name,
                self.id
            ),
            kind,
        };
        if C::CARDINALITY != Cardinality::Many && rows.len() > 1 {
            return Err(wrong(Inconsistency::Duplicate));
        }
        C::from_rows(rows).ok_or_else(|| wrong(Inconsistency::Missing))
    }

    fn position(&self, column: usize) -> usize {
        self.at[self.node.foreign_key.len() + column]
    }

    fn undecodable(&self, column: usize, source: sqlx::error::BoxDynError) -> Error {
        Error::Decode {
            table: self.node.name,
            column: self.node.table.columns()[column].name(),
            id: Some(format!("{:?}", self.id)),
            source,
        }
    }
}

/// The columns of an id, in a row of the entity or in the foreign key of a row below it.
pub struct KeyReader<'r, DB: Backend> {
    pub(super) row: &'r DB::Row,
    /// Where the parts stand in the result, in order.
    pub(super) at: &'r mut dyn Iterator<Item = usize>,
    /// The names of the columns, in order.
    pub(super) names: &'r mut dyn Iterator<Item = &'static str>,
    pub(super) table: &'static str,
}

impl<DB: Backend> KeyReader<'_, DB> {
    /// Reads the next part.
    pub fn part<T: Column<DB>>(&mut self) -> Result<T, Error> {
        let (at, column) = self.next();
        T::read(self.row, at).map_err(|error| self.undecodable(column, error.into()))
    }

    /// Reads the next part from an `S`.
    pub fn via<S: Column<DB>, T: ViaColumn<DB, S>>(&mut self) -> Result<T, Error> {
        let (at, column) = self.next();
        S::read(self.row, at)
            .map_err(Into::into)
            .and_then(T::from_stored)
            .map_err(|error| self.undecodable(column, error))
    }

    fn next(&mut self) -> (usize, &'static str) {
        // Generated code reads as many parts as the id has, which is what the layout was made from.
        (self.at.next().unwrap_or(usize::MAX), self.names.next().unwrap_or("id"))
    }

    fn undecodable(&self, column: &'static str, source: sqlx::error::BoxDynError) -> Error {
        Error::Decode { table: self.table, column, id: None, source }
    }
}
