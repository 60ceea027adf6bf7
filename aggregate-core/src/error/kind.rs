//! The kinds of errors by name.

use super::Error;

impl Error {
    /// The kind of the error in a word or two, as spans say it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Conflict(_) => "conflict",
            Self::NotFound { .. } => "not_found",
            Self::VersionMissing { .. } => "version_missing",
            Self::AlreadyExists { .. } => "already_exists",
            Self::DuplicateKey { .. } => "duplicate_key",
            Self::IdentityChanged { .. } => "identity_changed",
            Self::ParentMismatch { .. } => "parent_mismatch",
            Self::InsertOnly { .. } => "insert_only",
            Self::ConstraintViolated { .. } => "constraint_violated",
            Self::Inconsistent { .. } => "inconsistent",
            Self::OutOfBand { .. } => "out_of_band",
            Self::Contended { .. } => "contended",
            Self::CommitUnknown { .. } => "commit_unknown",
            Self::InDoubt { .. } => "in_doubt",
            Self::Uncommitted { .. } => "uncommitted",
            Self::UnitClosed(_) => "unit_closed",
            Self::ReadOnly => "read_only",
            Self::Isolation { .. } => "isolation",
            Self::VersionExhausted { .. } => "version_exhausted",
            Self::Invariant { .. } => "invariant",
            Self::Decode { .. } => "decode",
            Self::Encode { .. } => "encode",
            Self::Schema { .. } => "schema",
            Self::Database { .. } => "database",
        }
    }
}
