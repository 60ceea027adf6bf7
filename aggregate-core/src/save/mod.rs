//! Saving and deleting in transactions that this library owns.

mod attempt;
mod settle;
mod work;

use sqlx::Pool;

use crate::backend::{Backend, Meaning, engine_error};
use crate::diff::Diff;
use crate::entity::{Aggregate, Persist};
use crate::error::{Conflict, ConstraintKind, Error};
use crate::invariant;
use crate::layout::Layout;
use crate::report::{SaveReport, TableWrites};
use crate::session::{Purpose, fetch};
use crate::sql::version as version_query;
use crate::tracked::Tracked;
use crate::values::Values;
use crate::version::Version;

use attempt::{Deleted, Loss, attempt};
use settle::settle;
use work::Work;

/// How often a save runs again after the engine ended its transaction for the sake of another one.
const RERUNS: usize = 3;

/// What a save has to write, or `None` if nothing differs and `touch` does not ask for a bump.
///
/// Everything that can be refused without asking the database is refused here.
pub(crate) fn pending<A: Aggregate>(tracked: &mut Tracked<A>, touch: bool) -> Result<Option<Diff>, Error> {
    tracked.check_known()?;
    let mut diff = tracked.difference()?;
    diff.bumps |= touch;
    let (clean, old) = (diff.is_empty(), tracked.version());
    if clean && old.is_saved() && !touch {
        tracked.confirm_unchanged();
        return Ok(None);
    }
    if !clean || !old.is_saved() {
        invariant::check(&**tracked)?;
    }
    if diff.bumps && old.next().is_none() {
        let id = format!("{:?}", tracked.id());
        return Err(Error::VersionExhausted { aggregate: A::TABLE.name(), id });
    }
    Ok(Some(diff))
}

/// Saves what differs, and bumps the version if any of it is versioned.
pub(crate) async fn save<DB: Backend, A: Aggregate + Persist<DB>>(
    pool: &Pool<DB>,
    layout: &Layout,
    tracked: &mut Tracked<A>,
    diff: &Diff,
) -> Result<SaveReport, Error> {
    let old = tracked.version();
    let creates = !old.is_saved();
    let done = match run(pool, layout, &mut Work::Save(tracked, diff)).await {
        Err(error) if !diff.bumps => return Err(explained(pool, layout, tracked, error).await),
        done => done?,
    };
    // -1 becomes 0, and `pending` has seen to the other end.
    let new = if diff.bumps { old.next().unwrap_or(Version::MAX) } else { old };
    tracked.settle(new, |aggregate| settle::<DB, A>(aggregate));
    let root = TableWrites {
        table: layout.root().name,
        inserted: u64::from(creates),
        updated: u64::from(!creates),
        deleted: 0,
    };
    let root = (diff.bumps || !diff.root.is_empty()).then_some(root);
    let tables = root.into_iter().chain(diff.writes(layout)).collect();
    Ok(SaveReport { old_version: old, new_version: new, tables, statements: done.statements })
}

/// Deletes an aggregate at the version that it was loaded at. What stays in memory is unsaved.
pub(crate) async fn delete<DB: Backend, A: Aggregate + Persist<DB>>(
    pool: &Pool<DB>,
    layout: &Layout,
    tracked: &mut Tracked<A>,
) -> Result<SaveReport, Error> {
    tracked.check_known()?;
    tracked.check_identity()?;
    let old = tracked.version();
    if !old.is_saved() {
        let id = format!("{:?}", tracked.id());
        return Err(Error::NotFound { aggregate: layout.root().name, id });
    }
    let done = run(pool, layout, &mut Work::Delete(tracked)).await?;
    tracked.settle(Version::UNSAVED, |_| ());
    Ok(deletion(layout, old, &done))
}

/// Deletes the aggregate with this id if it is at this version.
pub(crate) async fn delete_by_id<DB: Backend, A: Aggregate + Persist<DB>>(
    pool: &Pool<DB>,
    layout: &Layout,
    id: &A::Id,
    expected: Version,
) -> Result<SaveReport, Error> {
    let done = run::<DB, A>(pool, layout, &mut Work::DeleteById(id, expected)).await?;
    Ok(deletion(layout, expected, &done))
}

fn deletion(layout: &Layout, old: Version, done: &Done) -> SaveReport {
    let tables = layout.nodes().iter().zip(&done.deleted).filter(|(_, rows)| **rows > 0);
    SaveReport {
        old_version: old,
        new_version: Version::UNSAVED,
        tables: tables
            .map(|(node, rows)| TableWrites { table: node.name, inserted: 0, updated: 0, deleted: *rows })
            .collect(),
        statements: done.statements,
    }
}

/// What was done, and how many statements it took, those of runs that were lost included.
struct Done {
    deleted: Deleted,
    statements: u64,
}

/// Runs a piece of work until its outcome has a meaning.
///
/// Engines end transactions for reasons of their own, which say nothing about this aggregate. So the same
/// plan runs again in a fresh transaction, and only the check of the version decides that it is a conflict.
async fn run<DB: Backend, A: Aggregate + Persist<DB>>(
    pool: &Pool<DB>,
    layout: &Layout,
    work: &mut Work<'_, A>,
) -> Result<Done, Error> {
    let aggregate = layout.root().name;
    let (id, expected) = (work.id(), work.expected());
    let (mut last, mut statements) = (None, 0);
    for _ in 0..=RERUNS {
        let source = match attempt::<DB, A>(pool, layout, work, &mut statements).await {
            Ok(deleted) => return Ok(Done { deleted, statements }),
            Err(Loss::Refused(error)) => return Err(error),
            Err(Loss::Stale) => {
                statements += 1;
                let actual = stored_version::<DB, A>(pool, layout, &id).await?;
                // As expected again: somebody else's transaction came and went.
                if actual == Some(expected) || (actual.is_some() && !work.checks_version()) {
                    continue;
                }
                // A new row that was not added without an error.
                if work.creates() {
                    break;
                }
                let id = format!("{id:?}");
                return Err(Error::Conflict(Conflict::new(aggregate, id, expected, actual)));
            }
            Err(Loss::Engine(source)) => source,
        };
        match DB::meaning(&source) {
            Meaning::Rerun => last = Some(source),
            Meaning::Contended => return Err(Error::Contended { source: Some(source) }),
            Meaning::Violated(kind) => {
                if work.creates() && stored_version::<DB, A>(pool, layout, &id).await?.is_some() {
                    return Err(Error::AlreadyExists { aggregate, id: format!("{id:?}") });
                }
                return Err(Error::violated(kind, source));
            }
            Meaning::OutOfBand(_) | Meaning::Lost | Meaning::Other => return Err(Error::Database(source)),
        }
    }
    match last {
        Some(source) => Err(Error::Contended { source: Some(source) }),
        // The row is as expected, and still the database does not write it: a trigger or a policy forbids it.
        None => Err(Error::OutOfBand { table: aggregate }),
    }
}

/// Why rows were not as expected in a save that does not check the version: a save of somebody else may
/// have removed them, or what they stand below, which is a conflict after all.
async fn explained<DB: Backend, A: Aggregate + Persist<DB>>(
    pool: &Pool<DB>,
    layout: &Layout,
    tracked: &Tracked<A>,
    error: Error,
) -> Error {
    if !matches!(
        error,
        Error::OutOfBand { .. } | Error::ConstraintViolated { kind: ConstraintKind::ForeignKey, .. }
    ) {
        return error;
    }
    let (id, expected) = (tracked.id(), tracked.version());
    match stored_version::<DB, A>(pool, layout, &id).await {
        Ok(actual) if actual != Some(expected) => {
            Error::Conflict(Conflict::new(layout.root().name, format!("{id:?}"), expected, actual))
        }
        // What is known already says more than why nobody could look.
        _ => error,
    }
}

/// The version that is stored now.
async fn stored_version<DB: Backend, A: Aggregate + Persist<DB>>(
    pool: &Pool<DB>,
    layout: &Layout,
    id: &A::Id,
) -> Result<Option<Version>, Error> {
    let root = layout.root();
    let mut values = Values::new(root.name);
    A::bind_key(A::as_key(id), &mut values)?;
    let sql = version_query(DB::DIALECT, root);
    let mut conn = pool.acquire().await.map_err(engine_error::<DB>)?;
    let rows = fetch::<DB>(&mut conn, Purpose::Check, sql, values).await.map_err(engine_error::<DB>)?;
    let Some(row) = rows.first() else { return Ok(None) };
    match DB::read_number(row, 0).map_err(engine_error::<DB>)? {
        Some(version) => Ok(Some(Version::new(version))),
        None => Err(Error::Decode {
            table: root.name,
            column: root.version_name(),
            id: Some(format!("{id:?}")),
            source: "a stored version is a number, not NULL".into(),
        }),
    }
}
