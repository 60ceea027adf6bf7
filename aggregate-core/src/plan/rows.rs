//! Binding the values of rows that are only known by their index.

use std::ops::Range;
use std::rc::Rc;

use crate::backend::Backend;
use crate::column::{AsJson, Codec, Column, JsonColumn, Plain, Via, ViaColumn};
use crate::diff::Rows;
use crate::entity::{Columns, Persist};
use crate::error::Error;
use crate::mask::ColumnMask;
use crate::values::Values;

/// Rows of one table and the rows above them, of which only keys matter.
pub(super) struct Lineage<'a, E, DB: Backend> {
    pub(super) rows: Rows<'a, E>,
    pub(super) above: Option<Rc<dyn Keys<DB> + 'a>>,
}

/// The whole keys of rows: the parent's first where the row's own id is local.
pub(super) trait Keys<DB: Backend> {
    fn bind_whole(&self, row: usize, values: &mut Values<DB>) -> Result<(), Error>;
}

impl<DB: Backend, E: Persist<DB>> Keys<DB> for Lineage<'_, E, DB> {
    fn bind_whole(&self, row: usize, values: &mut Values<DB>) -> Result<(), Error> {
        if E::TABLE.is_local() {
            self.bind_parent(row, values)?;
        }
        E::bind_key(self.rows[row].1.key(), values)
    }
}

impl<DB: Backend, E: Persist<DB>> Lineage<'_, E, DB> {
    /// Binds the row's foreign key.
    pub(super) fn bind_parent(&self, row: usize, values: &mut Values<DB>) -> Result<(), Error> {
        match &self.above {
            Some(above) => above.bind_whole(self.rows[row].0, values),
            None => Ok(()),
        }
    }

    /// Binds the row's foreign key and its id.
    pub(super) fn bind_key(&self, row: usize, values: &mut Values<DB>) -> Result<(), Error> {
        self.bind_parent(row, values)?;
        E::bind_key(self.rows[row].1.key(), values)
    }
}

/// Binds the values of these columns, in the order of the table.
pub(super) fn bind_columns<DB: Backend, E: Persist<DB>>(
    row: &E,
    columns: &ColumnMask,
    values: &mut Values<DB>,
) -> Result<(), Error> {
    let count = columns.len();
    let asked = values.asked_for(count);
    // Where a statement names a row's columns far from one another, this is called for each of them.
    if asked.is_empty() {
        values.pass_over(count);
        return Ok(());
    }
    values.pass_over(asked.start);
    let rest = count - asked.end;
    let mut visitor = BindColumns { row, columns, values, at: 0, nth: 0, asked };
    E::columns(&mut visitor)?;
    values.pass_over(rest);
    Ok(())
}

struct BindColumns<'v, DB: Backend, E> {
    row: &'v E,
    columns: &'v ColumnMask,
    values: &'v mut Values<DB>,
    /// The next column.
    at: usize,
    /// How many of the columns were visited, and which of them are asked for.
    nth: usize,
    asked: Range<usize>,
}

impl<DB: Backend, E: Persist<DB>> BindColumns<'_, DB, E> {
    fn visit<T, C: Codec<DB, T>>(&mut self, get: impl Fn(&E) -> &T) -> Result<(), Error> {
        let at = self.at;
        self.at += 1;
        if self.columns.contains(at) {
            self.nth += 1;
            if self.asked.contains(&(self.nth - 1)) {
                self.values.push::<T, C>(get(self.row), E::TABLE.columns()[at].name())?;
            }
        }
        Ok(())
    }
}

impl<DB: Backend, E: Persist<DB>> Columns<DB, E> for BindColumns<'_, DB, E> {
    fn column<T: Column<DB>>(
        &mut self,
        get: impl Fn(&E) -> &T,
        _: impl Fn(&mut E) -> &mut T,
    ) -> Result<(), Error> {
        self.visit::<T, Plain>(get)
    }

    fn json<T: JsonColumn<DB>>(
        &mut self,
        get: impl Fn(&E) -> &T,
        _: impl Fn(&mut E) -> &mut T,
    ) -> Result<(), Error> {
        self.visit::<T, AsJson>(get)
    }

    fn via<S: Column<DB>, T: ViaColumn<DB, S>>(
        &mut self,
        get: impl Fn(&E) -> &T,
        _: impl Fn(&mut E) -> &mut T,
    ) -> Result<(), Error> {
        self.visit::<T, Via<S>>(get)
    }
}
