//! One run of a save or a delete.

use sqlx::Pool;

use super::work::Work;
use crate::backend::{Backend, Meaning};
use crate::entity::{Aggregate, Persist};
use crate::error::Error;
use crate::layout::Layout;
use crate::plan::{OneStatement, Step, one_statement, plan, steps};
use crate::session::{Held, Purpose, execute, fetch};
use crate::sql::{delete_below, delete_in_one, delete_root, lock_root};
use crate::values::Values;
use crate::version::Version;

/// The rows that a delete removed, by node; none for a save.
pub(super) type Deleted = Vec<u64>;

/// Why nothing was done, or why nobody knows.
pub(super) enum Loss {
    /// The root is not at the version expected.
    Stale,
    /// The engine refused or ended the transaction.
    Engine(sqlx::Error),
    /// Anything whose meaning is known.
    Refused(Error),
}

impl From<Error> for Loss {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

/// Runs the work once, on a connection of its own, and counts the statements that it sends.
pub(super) async fn attempt<DB: Backend, A: Aggregate + Persist<DB>>(
    pool: &Pool<DB>,
    layout: &Layout,
    work: &mut Work<'_, A>,
    statements: &mut u64,
) -> Result<Deleted, Loss> {
    match to_send::<DB, A>(layout, work)? {
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

/// The statements of a run, with nothing borrowed from the aggregate.
enum ToSend<DB: Backend> {
    One(OneStatement<DB>, Purpose),
    Steps(Vec<Step<DB>>, Purpose),
}

fn to_send<DB: Backend, A: Aggregate + Persist<DB>>(
    layout: &Layout,
    work: &Work<'_, A>,
) -> Result<ToSend<DB>, Error> {
    if let Work::Save(tracked, diff) = work {
        let plan = plan::<DB, A>(layout, tracked.stored(), tracked, diff)?;
        if DB::DIALECT.saves_in_one
            && let Some(statement) = one_statement(layout, &plan)?
        {
            return Ok(ToSend::One(statement, Purpose::Save));
        }
        return Ok(ToSend::Steps(steps(layout, &plan)?, Purpose::Save));
    }
    let (id, version) = (work.id(), work.expected());
    // A statement sees no row that was added while it waited for the root, and only unversioned ones are
    // added without a change of the version.
    if DB::DIALECT.saves_in_one && !layout.has_unversioned_tables() {
        let values = root_values::<DB, A>(&id, Some(version))?;
        let sql = delete_in_one(DB::DIALECT, layout);
        let tables = layout.nodes().iter().map(|node| node.name).collect();
        return Ok(ToSend::One(OneStatement { sql, values, tables }, Purpose::Delete));
    }
    Ok(ToSend::Steps(deletes::<DB, A>(layout, &id, version)?, Purpose::Delete))
}

/// The statements that delete an aggregate: its root locked first and deleted last.
fn deletes<DB: Backend, A: Aggregate + Persist<DB>>(
    layout: &Layout,
    id: &A::Id,
    version: Version,
) -> Result<Vec<Step<DB>>, Error> {
    let root = layout.root();
    let on_root = |sql| -> Result<Step<DB>, Error> {
        let values = root_values::<DB, A>(id, Some(version))?;
        Ok(Step { sql, values, table: root.name, rows: Some(1), is_query: false })
    };
    let mut steps = vec![on_root(lock_root(DB::DIALECT, root))?];
    for node in (1..layout.nodes().len()).rev() {
        let sql = delete_below(DB::DIALECT, layout, node);
        let values = root_values::<DB, A>(id, None)?;
        steps.push(Step { sql, values, table: layout.nodes()[node].name, rows: None, is_query: false });
    }
    steps.push(on_root(delete_root(DB::DIALECT, root))?);
    Ok(steps)
}

fn root_values<DB: Backend, A: Aggregate + Persist<DB>>(
    id: &A::Id,
    version: Option<Version>,
) -> Result<Values<DB>, Error> {
    let mut values = Values::new(A::TABLE.name());
    A::bind_key(A::as_key(id), &mut values)?;
    if let Some(version) = version {
        values.number(version.get())?;
    }
    Ok(values)
}

/// Sends a statement that is a transaction of its own. From then on the outcome is unknown until it is heard.
async fn send_one<DB: Backend, A: Aggregate>(
    pool: &Pool<DB>,
    work: &mut Work<'_, A>,
    statement: OneStatement<DB>,
    purpose: Purpose,
    statements: &mut u64,
) -> Result<Deleted, Loss> {
    let OneStatement { sql, values, tables } = statement;
    let mut conn = pool.acquire().await.map_err(Loss::Engine)?;
    work.set_in_doubt(true);
    *statements += 1;
    let heard = if tables.is_empty() {
        execute::<DB>(&mut conn, purpose, sql, values).await.map(|rows| (rows == 1).then(Vec::new))
    } else {
        let rows = fetch::<DB>(&mut conn, purpose, sql, values).await;
        rows.and_then(|rows| rows.first().map(|row| counts::<DB>(row, purpose, tables.len())).transpose())
    };
    match heard {
        Ok(answer) => {
            work.set_in_doubt(false);
            answer.ok_or(Loss::Stale)
        }
        Err(error) => Err(loss::<DB, A>(work, &tables, error)),
    }
}

/// The rows that a delete in one statement removed, by node.
fn counts<DB: Backend>(row: &DB::Row, purpose: Purpose, tables: usize) -> Result<Vec<u64>, sqlx::Error> {
    if !matches!(purpose, Purpose::Delete) {
        return Ok(Vec::new());
    }
    let count = |at| DB::read_number(row, at).map(|rows| rows.unwrap_or_default().unsigned_abs());
    (0..tables).map(count).collect()
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
            Loss::Refused(Error::OutOfBand { table: tables.get(arm).copied().unwrap_or(A::TABLE.name()) })
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
    let mut counts = Vec::with_capacity(steps.len());
    for (i, step) in steps.into_iter().enumerate() {
        *statements += 1;
        let conn = transaction.connection();
        let counted = if step.is_query {
            fetch::<DB>(conn, purpose, step.sql, step.values).await.map(|rows| rows.len() as u64)
        } else {
            execute::<DB>(conn, purpose, step.sql, step.values).await
        };
        let wrong = match counted {
            Ok(rows) if step.rows.is_none_or(|expected| expected == rows) => {
                counts.push(rows);
                continue;
            }
            Ok(_) if i == 0 => Loss::Stale,
            Ok(_) => Loss::Refused(Error::OutOfBand { table: step.table }),
            Err(error) => Loss::Engine(error),
        };
        *statements += 1;
        transaction.rollback().await;
        return Err(wrong);
    }
    work.set_in_doubt(true);
    *statements += 1;
    if let Err(error) = transaction.commit().await {
        return Err(loss::<DB, A>(work, &[], error));
    }
    work.set_in_doubt(false);
    // Of a delete, the first statement locked the root, the last one deleted it, the deepest tables came first.
    counts.remove(0);
    counts.reverse();
    Ok(counts)
}
