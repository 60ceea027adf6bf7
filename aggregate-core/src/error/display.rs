//! How errors read: a sentence, lower case, that names the thing and what to do.

use std::error::Error as StdError;
use std::fmt;

use super::{Closed, ConstraintKind, Error, Inconsistency, SchemaProblem};

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sentence(f)?;
        match self {
            Self::UnitClosed(_) => Ok(()),
            _ if self.transaction_lost() => {
                write!(f, "; the unit of work is over with it, begin another one")
            }
            _ => Ok(()),
        }
    }
}

impl Error {
    fn sentence(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict(conflict) => write!(f, "{conflict}"),
            Self::NotFound { aggregate, id } => write!(f, "not found: there is no `{aggregate}` {id}"),
            Self::VersionMissing { aggregate, id } => write!(
                f,
                "version missing: the value of `{aggregate}` {id} does not say which version it was made from; \
                 send the version out and back with it, or merge it over any version"
            ),
            Self::AlreadyExists { aggregate, id, .. } => {
                write!(
                    f,
                    "already exists: `{aggregate}` {id} is stored already, so this new one was not saved"
                )
            }
            Self::DuplicateKey { table, id } => {
                write!(f, "duplicate key: two rows of `{table}` in memory have the id {id}; nothing was sent")
            }
            Self::IdentityChanged { aggregate, loaded, found } => write!(
                f,
                "identity changed: `{aggregate}` {loaded} was loaded but its value is now {found}; \
                 change the loaded aggregate instead of replacing it"
            ),
            Self::ParentMismatch { table, field, id } => write!(
                f,
                "parent mismatch: field `{field}` of `{table}` {id} does not name the parent that the row stands under"
            ),
            Self::InsertOnly { table, column, id } => write!(
                f,
                "insert only: column `{column}` of `{table}` {id} was changed after its row was stored"
            ),
            Self::ConstraintViolated { table, constraint, kind, .. } => {
                write!(f, "constraint violated: the database refused a row")?;
                if let Some(table) = table {
                    write!(f, " of `{table}`")?;
                }
                write!(f, " by a {kind} constraint")?;
                constraint.as_ref().map_or(Ok(()), |name| write!(f, " named `{name}`"))
            }
            Self::Inconsistent { table, key, kind } => display_inconsistency(f, table, key, *kind),
            Self::OutOfBand { table, .. } => write!(
                f,
                "out of band: a row of `{table}` was removed or re-parented without its aggregate; \
                 nothing was written, load it again"
            ),
            Self::Contended { .. } => {
                write!(
                    f,
                    "contended: the database was busy with other writers; nothing was written, try again"
                )
            }
            Self::CommitUnknown { aggregate, id, .. } => write!(
                f,
                "commit unknown: the connection broke before the database confirmed `{aggregate}` {id}; \
                 reload it to see whether it was saved"
            ),
            Self::InDoubt { aggregate, id } => write!(
                f,
                "in doubt: an earlier save of `{aggregate}` {id} ended unknown; reload it before changing it again"
            ),
            Self::Uncommitted { aggregate, id } => write!(
                f,
                "uncommitted: `{aggregate}` {id} was saved in a unit of work that is still open; \
                 commit it or roll it back first"
            ),
            Self::UnitClosed(closed) => write!(f, "{closed}"),
            Self::ReadOnly => write!(f, "read only: this unit of work was begun without the right to write"),
            Self::Isolation { level } => write!(
                f,
                "isolation: {level} does not serve here: it reads what was never committed, or keeps no snapshot for \
                 several statements, or one where a delete must see what others added since"
            ),
            Self::VersionExhausted { aggregate, id } => {
                write!(f, "version exhausted: `{aggregate}` {id} is at the last version that a row can hold")
            }
            Self::Invariant { entity, id, stored, .. } => {
                let which = if *stored { "the stored " } else { "" };
                write!(f, "invariant violated: {which}`{entity}` {id} breaks a rule of its type")
            }
            Self::Decode { table, column, id, .. } => {
                write!(f, "decode: column `{column}` of `{table}`")?;
                if let Some(id) = id {
                    write!(f, " {id}")?;
                }
                write!(f, " holds what its field's type cannot be read from")
            }
            Self::Encode { table, column, .. } => {
                write!(
                    f,
                    "encode: the value for column `{column}` of `{table}` cannot be stored in this database"
                )
            }
            Self::Schema { table, column, problem } => display_schema(f, table, *column, problem),
            Self::Database { .. } => write!(f, "database: a statement or its connection failed"),
        }
    }
}

fn display_inconsistency(
    f: &mut fmt::Formatter<'_>,
    table: &str,
    key: &str,
    kind: Inconsistency,
) -> fmt::Result {
    write!(f, "inconsistent rows: ")?;
    match kind {
        Inconsistency::Orphan => write!(f, "`{table}` {key} has no parent row"),
        Inconsistency::Duplicate => write!(f, "two rows of `{table}` stand in the place of {key}"),
        Inconsistency::Missing => write!(f, "`{table}` has no row for {key}, which needs exactly one"),
        Inconsistency::ForeignId => {
            write!(f, "`{table}` answered with {key}, which is not an id that was asked for")
        }
    }
}

fn display_schema(
    f: &mut fmt::Formatter<'_>,
    table: &str,
    column: Option<&str>,
    problem: &SchemaProblem,
) -> fmt::Result {
    let column = column.unwrap_or("?");
    match problem {
        SchemaProblem::MissingTable => write!(f, "schema: there is no table `{table}`"),
        SchemaProblem::MissingColumn => write!(f, "schema: table `{table}` has no column `{column}`"),
        SchemaProblem::WrongType { found, expected } => write!(
            f,
            "schema: column `{column}` of `{table}` is {found}, which cannot hold the field's {expected}"
        ),
    }
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unit closed: ")?;
        f.write_str(match self {
            Self::Committed => "it was committed; begin another one",
            Self::RolledBack => "it was rolled back; begin another one",
            Self::Lost => "its transaction was ended before it was committed; begin another one",
            Self::Failed => "a statement failed; roll back to a savepoint, or the whole unit",
            Self::Savepoint => "this savepoint is gone with an outer one",
        })
    }
}

impl fmt::Display for ConstraintKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unique => "unique",
            Self::ForeignKey => "foreign key",
            Self::NotNull => "not null",
            Self::Check => "check",
            Self::Exclusion => "exclusion",
        })
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::ConstraintViolated { source, .. }
            | Self::CommitUnknown { source, .. }
            | Self::Database { source, .. } => Some(source),
            Self::Contended { source, .. } => source.as_ref().map(|source| source as _),
            Self::Invariant { source, .. } | Self::Encode { source, .. } | Self::Decode { source, .. } => {
                Some(&**source)
            }
            _ => None,
        }
    }
}
