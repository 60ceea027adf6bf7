//! What a unit of work has yet to send: plans that own all they need.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::outcome::Outcome;
use super::place::Place;
use crate::backend::Backend;
use crate::diff::Diff;
use crate::entity::{Aggregate, Persist};
use crate::error::{Conflict, Error};
use crate::line::Line;
use crate::report::SaveReport;
use crate::save::{ToSend, root_values, saving, to_delete, to_save};
use crate::tables::Tables;
use crate::tracked::Tracked;
use crate::values::Values;
use crate::version::Version;

/// A save, a delete or a check.
pub(super) struct Op<DB: Backend> {
    pub(super) root: Root<DB>,
    pub(super) task: Task<DB>,
}

/// What is to be done.
pub(super) enum Task<DB: Backend> {
    /// The root is at the version expected, and stays there until the unit ends.
    Check,
    Write(Box<Write<DB>>),
}

/// A save or a delete.
pub(super) struct Write<DB: Backend> {
    pub(super) to_send: ToSend<DB>,
    /// What it does, if it does.
    pub(super) report: SaveReport,
    pub(super) outcome: Outcome,
}

/// The root that an op is about, without its type.
pub(super) struct Root<DB: Backend> {
    pub(super) place: Place,
    pub(super) aggregate: &'static str,
    pub(super) id: String,
    pub(super) expected: Version,
    pub(super) tables: Arc<Tables>,
    describe: Describe<DB>,
    key: Box<dyn Fn() -> Result<Values<DB>, Error> + Send + Sync>,
}

type Describe<DB> =
    for<'c> fn(Line<'c, DB>, &'c Tables) -> Pin<Box<dyn Future<Output = Result<(), Error>> + Send + 'c>>;

impl<DB: Backend> Root<DB> {
    pub(super) fn of<A: Aggregate + Persist<DB>>(tables: Arc<Tables>, id: A::Id, expected: Version) -> Self {
        Self {
            place: Place::of(tables.layout.root(), &id),
            aggregate: A::TABLE.name(),
            id: format!("{id:?}"),
            expected,
            tables,
            describe: |line, tables| Box::pin(async move { tables.asked::<DB, A>(line).await.map(|_| ()) }),
            key: Box::new(move || root_values::<DB, A>(&id, None)),
        }
    }

    /// Asks the database about the tables.
    pub(super) async fn describe(&self, line: Line<'_, DB>) -> Result<(), Error> {
        (self.describe)(line, &self.tables).await
    }

    /// The id, as the values of a statement.
    pub(super) fn key(&self) -> Result<Values<DB>, Error> {
        (self.key)()
    }

    /// The error of a root that is at another version.
    pub(super) fn conflict(&self, actual: Option<Version>) -> Error {
        Error::Conflict(Conflict::new(self.aggregate, self.id.clone(), self.expected, actual))
    }
}

impl<DB: Backend> Op<DB> {
    /// A save of what differs.
    pub(super) fn save<A: Aggregate + Persist<DB>>(
        tables: Arc<Tables>,
        tracked: &Tracked<A>,
        diff: &Diff,
        outcome: Outcome,
    ) -> Result<Self, Error> {
        let to_send = to_save::<DB, A>(&tables.layout, tracked, diff)?;
        let report = saving(&tables.layout, tracked, diff);
        let root = Root::of::<A>(tables, tracked.stored_id(), tracked.version());
        Ok(Self { root, task: Task::Write(Box::new(Write { to_send, report, outcome })) })
    }

    /// A delete.
    pub(super) fn delete<A: Aggregate + Persist<DB>>(
        tables: Arc<Tables>,
        tracked: &Tracked<A>,
        outcome: Outcome,
    ) -> Result<Self, Error> {
        let (id, version) = (tracked.stored_id(), tracked.version());
        let to_send = to_delete::<DB, A>(&tables.layout, &id, version)?;
        let report = crate::save::deletion(&tables.layout, format!("{id:?}"), version, &Vec::new(), 0);
        let root = Root::of::<A>(tables, id, version);
        Ok(Self { root, task: Task::Write(Box::new(Write { to_send, report, outcome })) })
    }

    /// A check of the version.
    pub(super) fn check<A: Aggregate + Persist<DB>>(tables: Arc<Tables>, tracked: &Tracked<A>) -> Self {
        Self { root: Root::of::<A>(tables, tracked.stored_id(), tracked.version()), task: Task::Check }
    }

    /// What the copy in memory shall hear, of a save or a delete.
    pub(super) fn outcome(&self) -> Option<&Outcome> {
        match &self.task {
            Task::Check => None,
            Task::Write(write) => Some(&write.outcome),
        }
    }

    /// The version after it.
    pub(super) fn new_version(&self) -> Version {
        match &self.task {
            Task::Check => self.root.expected,
            Task::Write(write) => write.report.new_version,
        }
    }

    /// Whether it is about what a write of the same root left or will find, so that the write checks it too.
    fn is_seen_to_by(&self, write: &Self) -> bool {
        let Task::Write(written) = &write.task else { return false };
        let report = &written.report;
        write.bumps() && [report.old_version, report.new_version].contains(&self.root.expected)
    }

    /// Whether it checks the version and changes it; a save of unversioned parts alone does neither.
    fn bumps(&self) -> bool {
        matches!(&self.task, Task::Write(write) if write.report.old_version != write.report.new_version)
    }

    /// Whether it only reads its root and one of those that follow writes it. A lock for writing taken after one
    /// for reading is where two units could wait for each other.
    pub(super) fn is_raised_by(&self, later: &[Self]) -> bool {
        let same = |other: &&Self| other.root.place == self.root.place;
        !DB::DIALECT.update_lock.is_empty() && !self.bumps() && later.iter().take_while(same).any(Self::bumps)
    }
}

/// Puts ops into the order of their roots. Those of one root keep theirs, but for checks, which come first. A check
/// that a write of the same root sees to is left out: it comes second.
pub(super) fn in_order<DB: Backend>(mut ops: Vec<Op<DB>>) -> (Vec<Op<DB>>, Vec<Op<DB>>) {
    ops.sort_by(|a, b| {
        let is_write = |op: &Op<DB>| matches!(op.task, Task::Write(_));
        (&a.root.place, is_write(a)).cmp(&(&b.root.place, is_write(b)))
    });
    let seen_to: Vec<bool> = ops
        .iter()
        .map(|op| {
            let same = |other: &&Op<DB>| other.root.place == op.root.place;
            matches!(op.task, Task::Check) && ops.iter().filter(same).any(|write| op.is_seen_to_by(write))
        })
        .collect();
    let (left_out, kept): (Vec<_>, Vec<_>) = ops.into_iter().zip(seen_to).partition(|(_, seen_to)| *seen_to);
    let ops_of = |pairs: Vec<(Op<DB>, bool)>| pairs.into_iter().map(|(op, _)| op).collect();
    (ops_of(kept), ops_of(left_out))
}
