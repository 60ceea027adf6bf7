//! What a behaviour says when it does not hold.

use std::error::Error as StdError;
use std::fmt;

/// A rule that does not hold, of which aggregate, and what to look at.
///
/// `Display` is what the tests of [`conformance!`](super::conformance) fail with:
///
/// ```text
/// every_child_is_dirty of `invoices`: only what differs is written
///   found: an edit of `lines` alone wrote to `invoices`, `lines`, `allocations`
///   look at: how the repository finds what to write
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// The behaviour, by the name of its function.
    pub behaviour: &'static str,
    /// The root's table.
    pub aggregate: &'static str,
    /// The rule that does not hold.
    pub rule: Rule,
    /// What was seen instead. Names tables, columns and ids, never other values, unless an engine's own words do.
    pub found: String,
    /// Where the cause may be.
    pub look_at: String,
}

/// What every repository of rows holds to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// The samples show what is to be tested. This one is about the test, not about the repository.
    Samples,
    /// The repository does what it is asked without an error.
    Works,
    /// A new aggregate is stored at version 0.
    FirstVersion,
    /// What is loaded is what was saved.
    RoundTrip,
    /// An id that is taken is refused to a new aggregate.
    IdTaken,
    /// What is deleted is gone.
    Deleted,
    /// What belongs to another aggregate is not touched.
    Neighbour,
    /// A change of any part, at any depth, is saved.
    Saved,
    /// A save of a change raises the version by one, there, in memory and in its report.
    Bump,
    /// A save of what is `unversioned` alone leaves the version as it is.
    NoBump,
    /// Only what differs is written.
    OnlyDifferences,
    /// Nothing to do, nothing sent.
    NoOp,
    /// A stale copy is not saved, but refused by a conflict that names both versions.
    StaleSave,
    /// A stale copy does not delete.
    StaleDelete,
    /// Of several that save copies of one version, one succeeds.
    OneWinner,
    /// A load is of one moment.
    TornLoad,
    /// Two rows of one key are refused.
    DuplicateKey,
    /// A save that is refused leaves what is stored as it was.
    StoredUnchanged,
    /// A save that is refused leaves what is in memory as it was.
    MemoryUnchanged,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Samples => "the samples must show what is to be tested",
            Self::Works => "the repository does what it is asked",
            Self::FirstVersion => "a new aggregate is stored at version 0",
            Self::RoundTrip => "what is loaded is what was saved",
            Self::IdTaken => "an id that is taken is refused to a new aggregate",
            Self::Deleted => "what is deleted is gone",
            Self::Neighbour => "what belongs to another aggregate is not touched",
            Self::Saved => "a change of any part is saved",
            Self::Bump => "a save of a change raises the version by one",
            Self::NoBump => "a save of what is `unversioned` alone leaves the version as it is",
            Self::OnlyDifferences => "only what differs is written",
            Self::NoOp => "nothing to do, nothing sent",
            Self::StaleSave => "a stale save is refused by a conflict that names both versions",
            Self::StaleDelete => "a stale delete is refused by a conflict that names both versions",
            Self::OneWinner => "of several that save copies of one version, one succeeds",
            Self::TornLoad => "a load is of one moment",
            Self::DuplicateKey => "two rows of one key are refused",
            Self::StoredUnchanged => "a save that is refused leaves what is stored as it was",
            Self::MemoryUnchanged => "a save that is refused leaves what is in memory as it was",
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { behaviour, aggregate, rule, found, look_at } = self;
        write!(f, "{behaviour} of `{aggregate}`: {rule}\n  found: {found}\n  look at: {look_at}")
    }
}

impl StdError for Failure {}
