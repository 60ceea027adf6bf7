//! The values of one statement, in the order of its placeholders.

use sqlx::Arguments;
use sqlx::error::BoxDynError;

use crate::backend::Backend;
use crate::column::{Codec, Column, Plain, Via, ViaColumn};
use crate::error::Error;

/// The values of a statement while it is being planned.
pub struct Values<DB: Backend> {
    arguments: DB::Arguments,
    /// What the values that follow belong to, for errors.
    table: &'static str,
}

impl<DB: Backend> Values<DB> {
    /// No values yet; errors will name this table.
    #[must_use]
    pub(crate) fn new(table: &'static str) -> Self {
        Self { arguments: DB::Arguments::default(), table }
    }

    /// The number of values.
    pub(crate) fn len(&self) -> usize {
        self.arguments.len()
    }

    /// Names the table that the values that follow belong to.
    pub(crate) fn set_table(&mut self, table: &'static str) {
        self.table = table;
    }

    /// Appends a part of an id.
    ///
    /// # Errors
    ///
    /// [`Error::Encode`] if the value cannot be sent.
    pub fn bind<T: Column<DB>>(&mut self, value: &T) -> Result<(), Error> {
        self.push::<T, Plain>(value, "id")
    }

    /// Appends a part of an id that is kept as an `S`.
    ///
    /// # Errors
    ///
    /// [`Error::Encode`] if the value cannot be sent.
    pub fn via<S: Column<DB>, T: ViaColumn<DB, S>>(&mut self, value: &T) -> Result<(), Error> {
        self.push::<T, Via<S>>(value, "id")
    }

    /// Appends the value of a column.
    pub(crate) fn push<T, C: Codec<DB, T>>(&mut self, value: &T, column: &'static str) -> Result<(), Error> {
        let table = self.table;
        C::bind(value, &mut self.arguments).map_err(|source| Error::encode(table, column, source))
    }

    /// Appends a number of our own: a version, a limit.
    pub(crate) fn number(&mut self, number: i64) -> Result<(), Error> {
        let table = self.table;
        DB::bind_number(&mut self.arguments, number)
            .map_err(|source: BoxDynError| Error::encode(table, "version", source))
    }

    /// The arguments, to send.
    pub(crate) fn into_arguments(self) -> DB::Arguments {
        self.arguments
    }
}
