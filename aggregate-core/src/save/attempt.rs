//! One run of a save or a delete, in a transaction of its own.

use sqlx::Pool;

use super::run::{Deleted, Loss, run_one, run_steps};
use super::send::ToSend;
use super::work::Work;
use crate::backend::{Backend, Meaning};
use crate::entity::{Aggregate, Persist};
use crate::error::Error;
use crate::layout::Layout;
use crate::plan::{OneStatement, Step};
use crate::session::{Held, Purpose, prepare};

/// Runs the work once, on a connection of its own, and counts the statements that it sends.
pub(super) async fn attempt<DB: Backend, A: Aggregate + Persist<DB>>(
    pool: &Pool<DB>,
    layout: &Layout,
    work: &mut Work<'_, A>,
    statements: &mut u64,
) -> Result<Deleted, Loss> {
    match work.to_send::<DB>(layout)? {
        ToSend::One(statement, purpose) => send_one(pool, work, statement, purpose, statements).await,
        ToSend::Steps(steps, purpose) => {
            // What others added while the first step waited for the root goes too, if it has to.
            let begin = if layout.has_unversioned_tables() {
                DB::DIALECT.begin_after_wait
            } else {
                DB::DIALECT.begin_write
            };
            send_steps(pool, work, begin, steps, purpose, statements).await
        }
    }
}

/// Sends a statement that is a transaction of its own. From then on the outcome is unknown until it is heard;
/// before, while it is only being prepared, nothing can have been written.
async fn send_one<DB: Backend, A: Aggregate>(
    pool: &Pool<DB>,
    work: &mut Work<'_, A>,
    mut statement: OneStatement<DB>,
    purpose: Purpose,
    statements: &mut u64,
) -> Result<Deleted, Loss> {
    let mut held = Held::new(pool.acquire().await.map_err(Loss::Engine)?);
    let tables = statement.tables.clone();
    let prepared = prepare::<DB>(held.talk(), &statement.sql, &mut statement.values).await;
    held.heard();
    prepared.map_err(Loss::Engine)?;
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

/// What an error in answer to the last statement means.
fn loss<DB: Backend, A: Aggregate>(
    work: &mut Work<'_, A>,
    tables: &[&'static str],
    error: sqlx::Error,
) -> Loss {
    match DB::meaning(&error) {
        Meaning::Lost => {
            let (aggregate, id) = (A::TABLE.name(), format!("{:?}", work.id()));
            Loss::Refused(Error::CommitUnknown { aggregate, id, source: error })
        }
        Meaning::OutOfBand(arm) => {
            work.set_in_doubt(false);
            Loss::Refused(Error::out_of_band(tables.get(arm).copied().unwrap_or(A::TABLE.name())))
        }
        _ => {
            work.set_in_doubt(false);
            Loss::Engine(error)
        }
    }
}

/// Sends the statements of a transaction, checks the count of each, and commits.
async fn send_steps<DB: Backend, A: Aggregate>(
    pool: &Pool<DB>,
    work: &mut Work<'_, A>,
    begin: &'static str,
    steps: Vec<Step<DB>>,
    purpose: Purpose,
    statements: &mut u64,
) -> Result<Deleted, Loss> {
    let mut held = Held::new(pool.acquire().await.map_err(Loss::Engine)?);
    *statements += 1;
    let mut transaction = held.begin(begin).await.map_err(Loss::Engine)?;
    let deleted = match run_steps::<DB>(transaction.connection(), steps, purpose, statements).await {
        Ok(deleted) => deleted,
        Err(loss) => {
            *statements += 1;
            transaction.rollback().await;
            return Err(loss);
        }
    };
    work.set_in_doubt(true);
    *statements += 1;
    if let Err(error) = transaction.commit().await {
        return Err(loss::<DB, A>(work, &[], error));
    }
    work.set_in_doubt(false);
    Ok(deleted)
}
