//! The values of one statement, in the order of its placeholders.

use std::ops::Range;

use sqlx::error::BoxDynError;
use sqlx::{Arguments, Encode, Type};

use crate::backend::Backend;
use crate::column::{Codec, Column, Plain, Via, ViaColumn};
use crate::error::Error;
use crate::sql::Order;

/// The arguments of a statement.
#[doc(hidden)]
pub struct Bound<DB: Backend> {
    arguments: DB::Arguments,
    /// The types that they are sent as, if the statement is prepared by itself.
    types: Option<Vec<DB::TypeInfo>>,
    /// The columns of the rows that are being bound, if each is sent as an array.
    arrays: Option<Arrays<DB>>,
}

impl<DB: Backend> Bound<DB> {
    /// Appends a value.
    pub(crate) fn add<'v, T: Encode<'v, DB> + Type<DB>>(&mut self, value: T) -> Result<(), BoxDynError> {
        if let Some(arrays) = &mut self.arrays {
            return arrays.add(value);
        }
        if let Some(types) = &mut self.types {
            // As the driver does.
            types.push(value.produces().unwrap_or_else(T::type_info));
        }
        self.arguments.add(value)
    }
}

/// Rows, column by column.
struct Arrays<DB: Backend> {
    columns: Vec<Array<DB>>,
    /// The column of the next value.
    next: usize,
    /// Whether a value cannot be an element.
    unfit: bool,
}

/// The values of one column, each as an element of an array.
#[doc(hidden)]
pub struct Array<DB: Backend> {
    /// The type of each.
    pub(crate) element: DB::TypeInfo,
    /// The type of all.
    #[allow(dead_code, reason = "one database takes arrays")]
    pub(crate) ty: DB::TypeInfo,
    /// The elements, as the driver sends them.
    pub(crate) elements: DB::ArgumentBuffer,
}

impl<DB: Backend> Default for Arrays<DB> {
    fn default() -> Self {
        Self { columns: Vec::new(), next: 0, unfit: false }
    }
}

impl<DB: Backend> Arrays<DB> {
    fn add<'v, T: Encode<'v, DB> + Type<DB>>(&mut self, value: T) -> Result<(), BoxDynError> {
        let element = value.produces().unwrap_or_else(T::type_info);
        if self.next == self.columns.len() {
            match DB::array_of(&element) {
                Some(ty) => self.columns.push(Array { element, ty, elements: DB::ArgumentBuffer::default() }),
                None => self.unfit = true,
            }
        } else if self.columns[self.next].element != element {
            self.unfit = true;
        }
        if self.unfit {
            return Ok(());
        }
        self.next += 1;
        DB::append_element(&mut self.columns[self.next - 1].elements, value)
    }
}

/// The values of a statement while it is being planned.
pub struct Values<DB: Backend> {
    bound: Bound<DB>,
    /// What the values that follow belong to, for errors.
    table: &'static str,
    /// The places in the row that is being bound whose values are taken, if not all are, and the next place.
    window: Option<(Range<usize>, usize)>,
}

impl<DB: Backend> Values<DB> {
    /// No values yet; errors will name this table.
    #[must_use]
    pub(crate) fn new(table: &'static str) -> Self {
        let bound = Bound { arguments: DB::Arguments::default(), types: None, arrays: None };
        Self { bound, table, window: None }
    }

    /// As [`new`](Self::new), of a statement that can be prepared before it is sent.
    pub(crate) fn to_prepare(table: &'static str) -> Self {
        let mut values = Self::new(table);
        values.bound.types = Some(Vec::new());
        values
    }

    /// The statement is not prepared before it is sent after all.
    pub(crate) fn is_not_prepared(&mut self) {
        self.bound.types = None;
    }

    /// The number of values.
    pub(crate) fn len(&self) -> usize {
        self.bound.arguments.len()
    }

    /// Names the table that the values that follow belong to.
    pub(crate) fn set_table(&mut self, table: &'static str) {
        self.table = table;
    }

    /// Appends rows of so many values each, by a function that binds one, in the order that a statement asks
    /// for. A value that it asks for in several places is bound for each; no other is bound twice or copied. What it
    /// asks for after the rows is left to the caller.
    ///
    /// # Errors
    ///
    /// [`Error::Encode`] if a value cannot be sent.
    pub(crate) fn rows(
        &mut self,
        order: &Order,
        rows: usize,
        width: usize,
        bind: impl Fn(usize, &mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let Order::Positional(runs) = order else {
            return (0..rows).try_for_each(|row| bind(row, self));
        };
        for run in runs {
            let mut next = run.start - 1;
            while next + 1 < run.end && next < rows * width {
                let (row, start) = (next / width, next % width);
                let end = width.min(start + run.end - 1 - next);
                self.window = (end - start < width).then_some((start..end, 0));
                bind(row, self)?;
                next += end - start;
            }
        }
        self.window = None;
        Ok(())
    }

    /// Appends rows as an array for each column, by a function that binds one; or nothing, and says so, if not every
    /// column is of a type that has arrays.
    ///
    /// # Errors
    ///
    /// [`Error::Encode`] if a value cannot be sent.
    pub(crate) fn arrays(
        &mut self,
        rows: usize,
        bind: impl Fn(usize, &mut Self) -> Result<(), Error>,
    ) -> Result<bool, Error> {
        for row in 0..rows {
            self.bound.arrays.get_or_insert_with(Arrays::default).next = 0;
            if let Err(error) = bind(row, self) {
                self.bound.arrays = None;
                return Err(error);
            }
            if self.bound.arrays.as_ref().is_some_and(|arrays| arrays.unfit) {
                self.bound.arrays = None;
                return Ok(false);
            }
        }
        let table = self.table;
        for column in self.bound.arrays.take().into_iter().flat_map(|arrays| arrays.columns) {
            DB::bind_array(&mut self.bound, column, rows)
                .map_err(|source| Error::encode(table, "array", source))?;
        }
        Ok(true)
    }

    /// Which of the next so many values of the row are to be taken. Who binds many asks for this first, and not with
    /// each of them.
    pub(crate) fn asked_for(&self, count: usize) -> Range<usize> {
        match &self.window {
            None => 0..count,
            Some((wanted, next)) => {
                let within = |at: usize| at.saturating_sub(*next).min(count);
                within(wanted.start)..within(wanted.end)
            }
        }
    }

    /// So many values of the row, of which none is to be taken, are passed over.
    pub(crate) fn pass_over(&mut self, count: usize) {
        if let Some((_, next)) = &mut self.window {
            *next += count;
        }
    }

    /// Whether the next value is to be taken.
    fn is_asked_for(&mut self) -> bool {
        let Some((wanted, next)) = &mut self.window else { return true };
        *next += 1;
        wanted.contains(&(*next - 1))
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
    // Once for each type, and not for each field.
    #[inline(never)]
    pub(crate) fn push<T, C: Codec<DB, T>>(&mut self, value: &T, column: &'static str) -> Result<(), Error> {
        if !self.is_asked_for() {
            return Ok(());
        }
        let table = self.table;
        C::bind(value, &mut self.bound).map_err(|source| Error::encode(table, column, source))
    }

    /// Appends a number of our own: a version, a limit.
    pub(crate) fn number(&mut self, number: i64) -> Result<(), Error> {
        if !self.is_asked_for() {
            return Ok(());
        }
        let table = self.table;
        DB::bind_number(&mut self.bound, number)
            .map_err(|source: BoxDynError| Error::encode(table, "version", source))
    }

    /// Names types of the user's own among the columns of an unnamed query.
    pub(crate) fn name_types(&mut self, names: &[String]) -> Result<(), Error> {
        let table = self.table;
        DB::name_types(&mut self.bound.arguments, names)
            .map_err(|source: BoxDynError| Error::encode(table, "type", source))
    }

    /// The types of the values, to prepare the statement, if it can be.
    pub(crate) fn take_types(&mut self) -> Option<Vec<DB::TypeInfo>> {
        self.bound.types.take()
    }

    /// The arguments, to send.
    pub(crate) fn into_arguments(self) -> DB::Arguments {
        self.bound.arguments
    }
}
