//! One run of a save or a delete, in a transaction of its own.

use super::run::{Deleted, Loss, run_one, run_steps};
use super::send::ToSend;
use super::work::Work;
use crate::backend::{Backend, Meaning};
use crate::entity::{Aggregate, Persist};
use crate::error::Error;
use crate::layout::Layout;
use crate::line::Lines;
use crate::plan::OneStatement;
use crate::session::{Purpose, prepare};

/// Runs the work once, on a connection of its own, and counts the statements that it sends.
pub(super) async fn attempt<DB: Backend, A: Aggregate + Persist<DB>>(
    lines: &Lines<DB>,
    layout: &Layout,
    work: &mut Work<'_, A>,
    statements: &mut u64,
) -> Result<Deleted, Loss> {
    match work.to_send::<DB>(layout)? {
        ToSend::One(statement, purpose) if !lines.need_transactions() => {
            send_alone(lines, work, statement, purpose, statements).await
        }
        to_send => {
            // What others added while the first step waited for the root goes too, if it has to.
            let begin = match &to_send {
                ToSend::Steps(..) if layout.has_unversioned_tables() => DB::DIALECT.begin_after_wait,
                _ => DB::DIALECT.begin_write,
            };
            send_in_transaction(lines, work, begin, to_send, statements).await
        }
    }
}

/// Sends a statement that is a transaction of its own. From then on the outcome is unknown until it is heard;
/// before, while it is only being prepared, nothing can have been written.
async fn send_alone<DB: Backend, A: Aggregate>(
    lines: &Lines<DB>,
    work: &mut Work<'_, A>,
    mut statement: OneStatement<DB>,
    purpose: Purpose,
    statements: &mut u64,
) -> Result<Deleted, Loss> {
    let mut held = lines.acquire().await.map_err(Loss::engine)?;
    let tables = statement.tables.clone();
    let prepared = prepare::<DB>(held.talk().conn, &statement.sql, &mut statement.values).await;
    held.heard();
    prepared.map_err(Loss::engine)?;
    work.set_in_doubt(true);
    *statements += 1;
    let heard = run_one::<DB>(held.talk(), statement, purpose).await;
    held.heard();
    match heard {
        Ok(answer) => {
            work.set_in_doubt(false);
            answer.ok_or(Loss::Stale)
        }
        Err(error) => Err(loss::<DB, A>(work, &tables, error)),
    }
}

/// What an error in answer to the last request means.
fn loss<DB: Backend, A: Aggregate>(
    work: &mut Work<'_, A>,
    tables: &[&'static str],
    error: sqlx::Error,
) -> Loss {
    if DB::meaning(&error) == Meaning::Lost {
        let (aggregate, id) = (A::TABLE.name(), format!("{:?}", work.id()));
        return Loss::Refused(Error::CommitUnknown { aggregate, id, source: error });
    }
    work.set_in_doubt(false);
    refusal::<DB, A>(tables, error)
}

/// What an error means where nothing was written.
fn refusal<DB: Backend, A: Aggregate>(tables: &[&'static str], error: sqlx::Error) -> Loss {
    match DB::meaning(&error) {
        Meaning::OutOfBand(arm) => {
            Loss::Refused(Error::out_of_band(tables.get(arm).copied().unwrap_or(A::TABLE.name())))
        }
        _ => Loss::engine(error),
    }
}

/// Begins, sends, checks the count of each statement, and commits.
async fn send_in_transaction<DB: Backend, A: Aggregate>(
    lines: &Lines<DB>,
    work: &mut Work<'_, A>,
    begin: &'static str,
    to_send: ToSend<DB>,
    statements: &mut u64,
) -> Result<Deleted, Loss> {
    let mut held = lines.acquire().await.map_err(Loss::engine)?;
    *statements += 1;
    let mut transaction = held.begin(begin).await.map_err(Loss::engine)?;
    let sent = match to_send {
        ToSend::Steps(steps, purpose) => {
            run_steps::<DB>(transaction.connection(), steps, purpose, statements).await
        }
        ToSend::One(statement, purpose) => {
            *statements += 1;
            let tables = statement.tables.clone();
            match run_one::<DB>(transaction.connection(), statement, purpose).await {
                Ok(answer) => answer.ok_or(Loss::Stale),
                Err(error) => Err(refusal::<DB, A>(&tables, error)),
            }
        }
    };
    *statements += 1;
    let deleted = match sent {
        Ok(deleted) => deleted,
        Err(loss) => {
            transaction.rollback().await;
            return Err(loss);
        }
    };
    work.set_in_doubt(true);
    if let Err(error) = transaction.commit().await {
        return Err(loss::<DB, A>(work, &[], error));
    }
    work.set_in_doubt(false);
    Ok(deleted)
}
