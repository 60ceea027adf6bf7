//! The error of a key that is taken, as a database would report it.

use std::error::Error as StdError;
use std::fmt;

use sqlx::error::{DatabaseError, ErrorKind};

use crate::error::{ConstraintKind, Error};

/// A row of this table has an id that another aggregate's row has.
pub(super) fn error(table: &'static str) -> Error {
    Error::violated(ConstraintKind::Unique, sqlx::Error::Database(Box::new(Taken { table })))
}

#[derive(Debug)]
struct Taken {
    table: &'static str,
}

impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a row of `{}` with this id is stored already", self.table)
    }
}

impl StdError for Taken {}

impl DatabaseError for Taken {
    fn message(&self) -> &'static str {
        "a row with this id is stored already"
    }

    fn table(&self) -> Option<&str> {
        Some(self.table)
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::UniqueViolation
    }

    fn as_error(&self) -> &(dyn StdError + Send + Sync + 'static) {
        self
    }

    fn as_error_mut(&mut self) -> &mut (dyn StdError + Send + Sync + 'static) {
        self
    }

    fn into_error(self: Box<Self>) -> Box<dyn StdError + Send + Sync + 'static> {
        self
    }
}
