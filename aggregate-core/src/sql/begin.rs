//! Beginning transactions.

use super::{Dialect, IsolationSyntax};

/// The statement that begins a transaction at this level, or at the session's.
pub(crate) fn begin(dialect: Dialect, level: Option<&str>, read_only: bool) -> String {
    let rights = if read_only { " READ ONLY" } else { "" };
    match (dialect.isolation, level) {
        (IsolationSyntax::Fixed, _) => {
            String::from(if read_only { dialect.begin_read } else { dialect.begin_write })
        }
        (_, None) => format!("START TRANSACTION{rights}"),
        (IsolationSyntax::InBegin, Some(level)) => {
            format!("START TRANSACTION ISOLATION LEVEL {level}{rights}")
        }
        (IsolationSyntax::BeforeBegin, Some(level)) => {
            format!("SET TRANSACTION ISOLATION LEVEL {level}; START TRANSACTION{rights}")
        }
    }
}
