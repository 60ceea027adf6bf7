//! Saving and deleting in transactions that this library owns.

mod attempt;
mod run;
mod send;
mod settle;
mod work;

use std::sync::Arc;

use crate::backend::{Backend, Meaning, engine_error};
use crate::diff::Diff;
use crate::entity::{Aggregate, Persist};
use crate::error::{Conflict, ConstraintKind, Error};
use crate::invariant;
use crate::layout::Layout;
use crate::line::{Line, Lines};
use crate::report::{SaveReport, TableWrites};
use crate::session::{Purpose, fetch, pause};
use crate::sql::{Lock, Shape};
use crate::tracked::Tracked;
use crate::values::Values;
use crate::version::Version;

use attempt::attempt;
pub(crate) use run::{Deleted, Loss, run_one, run_steps};
pub(crate) use send::{ToSend, root_values, to_delete, to_save};
pub(crate) use settle::settle;
use work::Work;

/// How often a save or a load runs again after the engine ended its transaction for the sake of another one.
pub(crate) const RERUNS: u32 = 3;

/// How often a row that is as expected may be missed before it counts as one that cannot be written: others may have deleted it
/// and added it anew each time.
const MISSES: u32 = 10;

/// What a save has to write, or `None` if nothing differs and `touch` does not ask for a bump.
///
/// Everything that can be refused without asking the database is refused here.
pub(crate) fn pending<A: Aggregate>(
    tracked: &mut Tracked<A>,
    unit: Option<u64>,
    touch: bool,
) -> Result<Option<Diff>, Error> {
    tracked.take_over();
    tracked.check_known()?;
    tracked.check_unit(unit)?;
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
        let (aggregate, id) = tracked.name();
        return Err(Error::VersionExhausted { aggregate, id });
    }
    Ok(Some(diff))
}

/// Saves what differs, and bumps the version if any of it is versioned.
pub(crate) async fn save<DB: Backend, A: Aggregate + Persist<DB>>(
    lines: &Lines<DB>,
    layout: &Layout,
    tracked: &mut Tracked<A>,
    diff: &Diff,
) -> Result<SaveReport, Error> {
    let report = saving(layout, tracked, diff);
    let done = match run(lines, layout, &mut Work::Save(tracked, diff)).await {
        Err(error) if !diff.bumps => return Err(explained(lines, layout, tracked, error).await),
        done => done?,
    };
    tracked.settle(report.new_version, |aggregate| settle::<DB, A>(aggregate));
    Ok(SaveReport { statements: done.statements, ..report })
}

/// What a save of this difference does, if it does.
pub(crate) fn saving<A: Aggregate>(layout: &Layout, tracked: &Tracked<A>, diff: &Diff) -> SaveReport {
    let old_version = tracked.version();
    let creates = !old_version.is_saved();
    let root = TableWrites {
        table: layout.root().name,
        inserted: u64::from(creates),
        updated: u64::from(!creates),
        deleted: 0,
    };
    // The row of a root that is only locked is not written.
    let root = (diff.bumps || !diff.root.is_empty()).then_some(root);
    let (aggregate, id) = tracked.name();
    SaveReport {
        aggregate,
        id,
        old_version,
        // -1 becomes 0, and `pending` has seen to the other end.
        new_version: if diff.bumps { old_version.next().unwrap_or(Version::MAX) } else { old_version },
        tables: root.into_iter().chain(diff.writes(layout)).collect(),
        statements: 0,
    }
}

/// Deletes an aggregate at the version that it was loaded at. What stays in memory is unsaved.
pub(crate) async fn delete<DB: Backend, A: Aggregate + Persist<DB>>(
    lines: &Lines<DB>,
    layout: &Layout,
    tracked: &mut Tracked<A>,
) -> Result<SaveReport, Error> {
    let old = deletable(tracked, None)?;
    let (_, id) = tracked.name();
    let done = run(lines, layout, &mut Work::Delete(tracked)).await?;
    tracked.settle(Version::UNSAVED, |_| ());
    Ok(deletion(layout, id, old, &done.deleted, done.statements))
}

/// The version to delete, if this copy can be deleted.
pub(crate) fn deletable<A: Aggregate>(tracked: &mut Tracked<A>, unit: Option<u64>) -> Result<Version, Error> {
    tracked.take_over();
    tracked.check_known()?;
    tracked.check_unit(unit)?;
    tracked.check_identity()?;
    if !tracked.version().is_saved() {
        let (aggregate, id) = tracked.name();
        return Err(Error::NotFound { aggregate, id });
    }
    Ok(tracked.version())
}

/// Deletes the aggregate with this id if it is at this version.
pub(crate) async fn delete_by_id<DB: Backend, A: Aggregate + Persist<DB>>(
    lines: &Lines<DB>,
    layout: &Layout,
    id: &A::Id,
    expected: Version,
) -> Result<SaveReport, Error> {
    let done = run::<DB, A>(lines, layout, &mut Work::DeleteById(id, expected)).await?;
    Ok(deletion(layout, format!("{id:?}"), expected, &done.deleted, done.statements))
}

/// The report of a delete that removed these rows.
pub(crate) fn deletion(
    layout: &Layout,
    id: String,
    old_version: Version,
    deleted: &Deleted,
    statements: u64,
) -> SaveReport {
    let tables = layout.nodes().iter().zip(deleted).filter(|(_, rows)| **rows > 0);
    SaveReport {
        aggregate: layout.root().name,
        id,
        old_version,
        new_version: Version::UNSAVED,
        tables: tables
            .map(|(node, rows)| TableWrites { table: node.name, inserted: 0, updated: 0, deleted: *rows })
            .collect(),
        statements,
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
    lines: &Lines<DB>,
    layout: &Layout,
    work: &mut Work<'_, A>,
) -> Result<Done, Error> {
    let aggregate = layout.root().name;
    let (id, expected) = (work.id(), work.expected());
    let (mut last, mut statements) = (None, 0);
    let (mut reruns, mut misses) = (0, 0);
    while reruns <= RERUNS && misses <= MISSES {
        if reruns + misses > 0 {
            tokio::time::sleep(pause(reruns + misses)).await;
        }
        let (source, at_root) = match attempt::<DB, A>(lines, layout, work, &mut statements).await {
            Ok(deleted) => return Ok(Done { deleted, statements }),
            Err(Loss::Refused(error)) => return Err(error),
            Err(Loss::Stale) => {
                statements += lines.cost_of_one();
                let actual = stored_version::<DB, A>(lines, layout, &id).await?;
                // As expected again: somebody else's transaction came and went.
                if actual == Some(expected) || (actual.is_some() && !work.checks_version()) {
                    misses += 1;
                    continue;
                }
                // A new row that was not added without an error.
                if work.creates() {
                    break;
                }
                let id = format!("{id:?}");
                return Err(Error::Conflict(Conflict::new(aggregate, id, expected, actual)));
            }
            Err(Loss::Engine { source, at_root }) => (source, at_root),
        };
        match DB::meaning(&source) {
            Meaning::Rerun => last = Some(source),
            Meaning::Contended => return Err(Error::contended(source)),
            Meaning::Violated(kind) => {
                let taken =
                    || Error::AlreadyExists { aggregate, id: format!("{id:?}"), transaction_lost: false };
                statements += lines.cost_of_one();
                if work.creates() && stored_version::<DB, A>(lines, layout, &id).await?.is_some() {
                    return Err(taken());
                }
                // Whoever had the id was deleted meanwhile.
                let was_taken = work.creates()
                    && kind == ConstraintKind::Unique
                    && at_root != Some(false)
                    && DB::may_blame(&source, aggregate, &layout.root().id_names().collect::<Vec<_>>());
                match (was_taken, reruns) {
                    (false, _) => return Err(Error::violated(kind, source)),
                    (true, RERUNS) => return Err(taken()),
                    (true, _) => last = Some(source),
                }
            }
            Meaning::OutOfBand(_) | Meaning::Lost | Meaning::Other => return Err(Error::database(source)),
        }
        reruns += 1;
    }
    match last {
        Some(source) => Err(Error::contended(source)),
        // The row is as expected, and still the database does not write it: a trigger or a policy forbids it.
        None => Err(Error::out_of_band(aggregate)),
    }
}

/// Whether a save that does not check the version may have met the save of somebody else in this way.
pub(crate) const fn may_hide_a_conflict(error: &Error) -> bool {
    matches!(
        error,
        Error::OutOfBand { .. } | Error::ConstraintViolated { kind: ConstraintKind::ForeignKey, .. }
    )
}

/// Why rows were not as expected in a save that does not check the version: a save of somebody else may
/// have removed them, or what they stand below, which is a conflict after all.
async fn explained<DB: Backend, A: Aggregate + Persist<DB>>(
    lines: &Lines<DB>,
    layout: &Layout,
    tracked: &Tracked<A>,
    error: Error,
) -> Error {
    if !may_hide_a_conflict(&error) {
        return error;
    }
    let (id, expected) = (tracked.id(), tracked.version());
    match stored_version::<DB, A>(lines, layout, &id).await {
        Ok(actual) if actual != Some(expected) => {
            Error::Conflict(Conflict::new(layout.root().name, format!("{id:?}"), expected, actual))
        }
        // What is known already says more than why nobody could look.
        _ => error,
    }
}

/// The version that is stored now.
async fn stored_version<DB: Backend, A: Aggregate + Persist<DB>>(
    lines: &Lines<DB>,
    layout: &Layout,
    id: &A::Id,
) -> Result<Option<Version>, Error> {
    let values = root_values::<DB, A>(id, None)?;
    let mut held = lines.acquire().await.map_err(engine_error::<DB>)?;
    let version = read_version::<DB>(held.talk(), layout, values, Lock::None).await;
    held.heard();
    version
}

/// The version that a connection sees, or sees and locks. The values are the root's id.
pub(crate) async fn read_version<DB: Backend>(
    line: Line<'_, DB>,
    layout: &Layout,
    id: Values<DB>,
    lock: Lock,
) -> Result<Option<Version>, Error> {
    let root = layout.root();
    let sql = layout.sql(DB::DIALECT, Shape::Version(lock));
    let rows =
        fetch::<DB>(line, Purpose::Check, Arc::clone(&sql.text), id).await.map_err(engine_error::<DB>)?;
    let Some(row) = rows.first() else { return Ok(None) };
    match DB::read_number(row, 0).map_err(engine_error::<DB>)? {
        Some(version) => Ok(Some(Version::new(version))),
        None => Err(Error::Decode {
            table: root.name,
            column: root.version_name(),
            id: None,
            source: "a stored version is a number, not NULL".into(),
        }),
    }
}
