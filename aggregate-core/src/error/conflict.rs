//! A lost race for an aggregate.

use std::fmt;

use serde::Serialize;

use crate::version::Version;

/// A stored aggregate is not at the version that a copy was loaded at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Conflict {
    /// The root's table.
    pub aggregate: &'static str,
    /// The aggregate's id.
    pub id: String,
    /// The version that the copy was loaded at. From [`merge_if`](crate::RepositoryExt::merge_if) the last one that the header
    /// names, or [`Version::UNSAVED`] if it names none of ours.
    pub expected: Version,
    /// The version that is stored, or `None` if the aggregate is gone.
    pub actual: Option<Version>,
    /// What happened to the stored aggregate.
    pub reason: ConflictReason,
}

/// What happened to an aggregate since it was loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ConflictReason {
    /// It is there at another version: somebody saved it, or the version asked for was never stored.
    Changed,
    /// Somebody deleted it.
    Deleted,
}

impl Conflict {
    pub(crate) fn new(
        aggregate: &'static str,
        id: String,
        expected: Version,
        actual: Option<Version>,
    ) -> Self {
        let reason = if actual.is_some() { ConflictReason::Changed } else { ConflictReason::Deleted };
        Self { aggregate, id, expected, actual, reason }
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { aggregate, id, expected, actual, .. } = self;
        match actual {
            Some(actual) if !expected.is_saved() => write!(
                f,
                "conflict: `{aggregate}` {id} is at version {actual}, which is none of those that were asked for"
            ),
            Some(actual) if actual < expected => write!(
                f,
                "conflict: `{aggregate}` {id} is at version {actual}, not {expected}: \
                 that version is not stored, it was never saved or the aggregate was created anew"
            ),
            Some(actual) => write!(
                f,
                "conflict: `{aggregate}` {id} is at version {actual}, not {expected}: it was saved by someone else"
            ),
            None => write!(
                f,
                "conflict: `{aggregate}` {id} is gone, not at version {expected}: it was deleted by someone else"
            ),
        }
    }
}
