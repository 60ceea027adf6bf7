//! Sending the statements of a save or a delete, in whatever transaction the connection is in.

use crate::backend::Backend;
use crate::error::Error;
use crate::line::Line;
use crate::plan::{OneStatement, Step};
use crate::session::{Purpose, execute, fetch};

/// The rows that a delete removed, by node; none for a save.
pub(crate) type Deleted = Vec<u64>;

/// Why nothing was done, or why nobody knows.
pub(crate) enum Loss {
    /// The root is not at the version expected.
    Stale,
    /// The engine refused or ended the transaction, at a row of the root's table or at others, if that is known.
    Engine { source: sqlx::Error, at_root: Option<bool> },
    /// Anything whose meaning is known.
    Refused(Error),
}

impl Loss {
    /// The engine refused or ended the transaction.
    pub(crate) fn engine(source: sqlx::Error) -> Self {
        Self::Engine { source, at_root: None }
    }
}

impl From<Error> for Loss {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

/// Sends a save or a delete that is one statement; `None` if the root is not at the version expected.
pub(crate) async fn run_one<DB: Backend>(
    line: Line<'_, DB>,
    statement: OneStatement<DB>,
    purpose: Purpose,
) -> Result<Option<Deleted>, sqlx::Error> {
    let OneStatement { sql, values, is_rare, tables } = statement;
    let line = if is_rare { line.for_rare() } else { line };
    if tables.is_empty() {
        let rows = execute::<DB>(line, purpose, sql, values).await?;
        return Ok((rows == 1).then(Vec::new));
    }
    let rows = fetch::<DB>(line, purpose, sql, values).await?;
    rows.first().map(|row| counts::<DB>(row, purpose, tables.len())).transpose()
}

/// The rows that a delete in one statement removed, by node.
fn counts<DB: Backend>(row: &DB::Row, purpose: Purpose, tables: usize) -> Result<Deleted, sqlx::Error> {
    if !matches!(purpose, Purpose::Delete) {
        return Ok(Vec::new());
    }
    let count = |at| DB::read_number(row, at).map(|rows| rows.unwrap_or_default().unsigned_abs());
    (0..tables).map(count).collect()
}

/// Sends the statements of a transaction up to the first whose count does not come out. What was sent before
/// is the caller's to undo.
pub(crate) async fn run_steps<DB: Backend>(
    mut line: Line<'_, DB>,
    steps: Vec<Step<DB>>,
    purpose: Purpose,
    statements: &mut u64,
) -> Result<Deleted, Loss> {
    let mut counts = Vec::with_capacity(steps.len());
    for (i, step) in steps.into_iter().enumerate() {
        *statements += 1;
        let counted = if step.is_query {
            fetch::<DB>(line.reborrow(), purpose, step.sql, step.values).await.map(|rows| rows.len() as u64)
        } else {
            execute::<DB>(line.reborrow(), purpose, step.sql, step.values).await
        };
        match counted {
            Ok(rows) if step.rows.is_none_or(|expected| expected == rows) => counts.push(rows),
            Ok(_) if i == 0 => return Err(Loss::Stale),
            Ok(_) => return Err(Loss::Refused(Error::out_of_band(step.table))),
            // The root's row is written or locked first.
            Err(source) => return Err(Loss::Engine { source, at_root: Some(i == 0) }),
        }
    }
    // Of a delete, the first statement locked the root, the last one deleted it, the deepest tables came first.
    counts.remove(0);
    counts.reverse();
    Ok(counts)
}
