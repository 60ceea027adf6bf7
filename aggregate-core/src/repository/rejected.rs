//! An error that gives back what it was called with.

use std::error::Error as StdError;
use std::fmt;

use crate::error::Error;

/// An error of what takes an aggregate by value, with the aggregate.
///
/// It turns into its [`Error`] by `?`, where the aggregate is not needed any more.
pub struct Rejected<A> {
    /// What went wrong.
    pub error: Error,
    /// The aggregate, as it was given.
    pub aggregate: A,
}

impl<A> From<Rejected<A>> for Error {
    fn from(rejected: Rejected<A>) -> Self {
        rejected.error
    }
}

/// Without the aggregate, whose values are nobody's business.
impl<A> fmt::Debug for Rejected<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejected").field("error", &self.error).finish_non_exhaustive()
    }
}

impl<A> fmt::Display for Rejected<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<A> StdError for Rejected<A> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.error.source()
    }
}
