//! Sending what is queued, in the one order of roots.

use tracing::Instrument;

use super::lock;
use super::op::{Op, Root, Task, in_order};
use super::outcome::Fate;
use super::place::Place;
use super::talk::Talk;
use crate::backend::{Backend, engine_error};
use crate::error::Error;
use crate::observe;
use crate::report::SaveReport;
use crate::sql::Lock;

/// The savepoint around the first look at tables.
const DESCRIBE: &str = "aggregate_describe";

impl<DB: Backend> Talk<DB> {
    /// Sends what is queued, in the order of roots.
    pub(super) async fn flush(&mut self) -> Result<Vec<SaveReport>, Error> {
        self.end_own_sql().await?;
        let (ops, mut seen_to) = in_order(lock(&self.unit.queue).take());
        let mut ops = ops.into_iter();
        let mut written = Vec::new();
        // The root that was written last.
        let mut last = None;
        while let Some(op) = ops.next() {
            let place = op.root.place.clone();
            let lock = if op.is_raised_by(ops.as_slice()) { Lock::Update } else { Lock::Share };
            match self.perform(op, lock).await {
                Ok(report) => {
                    if report.is_some() {
                        last = Some(place);
                    }
                    written.extend(report);
                }
                Err((error, op)) => {
                    // Nobody saw to these yet.
                    seen_to.retain(|check| {
                        check.root.place >= place && Some(&check.root.place) != last.as_ref()
                    });
                    self.put_back(op, &place, seen_to, ops);
                    return Err(error);
                }
            }
        }
        Ok(written)
    }

    /// Puts back what was not sent. Later saves of a root whose save was refused build upon it and go with it; a
    /// check that failed stays, so that the unit cannot commit without it.
    fn put_back(
        &mut self,
        failed: Option<Op<DB>>,
        place: &Place,
        seen_to: Vec<Op<DB>>,
        rest: impl Iterator<Item = Op<DB>>,
    ) {
        let is_write = failed.is_none();
        let (gone, kept): (Vec<_>, Vec<_>) = rest.partition(|op| is_write && op.root.place == *place);
        for op in gone {
            if let Task::Write(write) = op.task {
                write.outcome.settle(Fate::Undone);
            }
        }
        let mut queue = lock(&self.unit.queue);
        if queue.check_open().is_ok() {
            queue.put_back(failed.into_iter().chain(seen_to).chain(kept));
        }
    }

    /// Does one op, under this lock where reading the root would do. A check that fails is given back.
    pub(super) async fn perform(
        &mut self,
        op: Op<DB>,
        lock: Lock,
    ) -> Result<Option<SaveReport>, (Error, Option<Op<DB>>)> {
        let Op { root, task } = op;
        let described = self.describe(&root).await;
        match task {
            Task::Check => {
                // Not asked for where the tables do not fit: the question itself could fail the transaction.
                let checked = match described {
                    Ok(()) => self.check(&root, lock).await,
                    Err(error) => Err(error),
                };
                match checked {
                    Ok(()) => Ok(None),
                    Err(error) => Err((error, Some(Op { root, task: Task::Check }))),
                }
            }
            Task::Write(mut write) => {
                let outcome = write.outcome.clone();
                let span = observe::in_unit(&write.report);
                let mut ready = described;
                if ready.is_ok() && lock == Lock::Update {
                    write.report.statements += 1;
                    ready = self.version(&root, lock).await.map(drop);
                }
                let written = match ready {
                    Ok(()) => self.write(&root, *write).instrument(span.clone()).await,
                    Err(error) => Err(error),
                };
                observe::written(&span, written.as_ref());
                match written {
                    Ok(report) => {
                        self.state.held.insert(root.place);
                        self.state.done.push((outcome, report.clone()));
                        Ok(Some(report))
                    }
                    Err(error) => {
                        outcome.settle(Fate::Undone);
                        Err((error, None))
                    }
                }
            }
        }
    }

    /// Asks about tables that are met for the first time, behind a savepoint: what the engine says may be an error.
    pub(super) async fn describe(&mut self, root: &Root<DB>) -> Result<(), Error> {
        if root.tables.is_described() {
            return Ok(());
        }
        self.mark(DESCRIBE).await?;
        let described = root.describe(self.connection()?).await;
        match self.unmark(DESCRIBE, described.is_ok()).await {
            Ok(()) => described,
            Err(source) => Err(self.lose(described.err().unwrap_or(engine_error::<DB>(source))).await),
        }
    }

    /// Requires and keeps the version of a root.
    async fn check(&mut self, root: &Root<DB>, lock: Lock) -> Result<(), Error> {
        let actual = self.version(root, lock).await?;
        if actual == Some(root.expected) { Ok(()) } else { Err(root.conflict(actual)) }
    }
}
