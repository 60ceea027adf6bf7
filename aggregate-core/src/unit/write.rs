//! One save or delete in a unit of work, and what it means if it comes to nothing.

use super::op::{Root, Write};
use super::talk::Talk;
use crate::backend::{After, Backend, Meaning, engine_error};
use crate::error::{Closed, Error};
use crate::report::SaveReport;
use crate::save::{Deleted, Loss, ToSend, deletion, may_hide_a_conflict, read_version, run_one, run_steps};
use crate::session::Purpose;
use crate::sql::Lock;
use crate::version::Version;

/// The savepoint around one save.
const SAVE: &str = "aggregate_save";

/// What a save or a delete does to the version.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Writes {
    /// There is none yet.
    New,
    /// It is checked, and changed.
    Versioned,
    /// It stays, unchecked.
    Unversioned,
}

impl Writes {
    fn of(report: &SaveReport) -> Self {
        match report {
            report if !report.old_version.is_saved() => Self::New,
            report if report.old_version == report.new_version => Self::Unversioned,
            _ => Self::Versioned,
        }
    }
}

/// Whether it removes rows that this copy does not know: those that others may add without a change of the version.
fn may_leave_rows<DB: Backend>(to_send: &ToSend<DB>) -> bool {
    matches!(to_send, ToSend::Steps(steps, _) if steps.iter().any(|step| step.rows.is_none()))
}

impl<DB: Backend> Talk<DB> {
    /// Saves or deletes.
    pub(super) async fn write(&mut self, root: &Root<DB>, write: Write<DB>) -> Result<SaveReport, Error> {
        let Write { to_send, mut report, .. } = write;
        let kind = Writes::of(&report);
        let (guarded, purpose, tables) = match &to_send {
            ToSend::Steps(steps, purpose) => (steps.len() > 1, *purpose, Vec::new()),
            // Where only the caller's savepoint would heal a failure, nobody could ask what it was about.
            ToSend::One(statement, purpose) => {
                let guarded = kind != Writes::Versioned && !self.state.savepoints.is_empty();
                (guarded, *purpose, statement.tables.clone())
            }
        };
        if DB::DIALECT.writes_by_snapshot && may_leave_rows(&to_send) {
            self.require_no_snapshot().await?;
            report.statements += 1;
        }
        if guarded {
            self.mark(SAVE).await?;
            report.statements += 2;
        }
        let loss = match self.send(to_send, &mut report.statements).await? {
            Ok(deleted) if matches!(purpose, Purpose::Delete) => {
                let SaveReport { id, old_version, statements, .. } = report;
                report = deletion(&root.tables.layout, id, old_version, &deleted, statements);
                None
            }
            Ok(_) => None,
            Err(loss) => Some(loss),
        };
        // Why the savepoint is gone, unless a trigger has ended the transaction.
        let mut broken = None;
        let after = match (&loss, guarded) {
            (_, true) => match self.unmark(SAVE, loss.is_none()).await {
                Ok(()) => After::GoesOn,
                Err(source) => {
                    broken = Some(source).filter(|source| DB::meaning(source) == Meaning::Lost);
                    After::Over
                }
            },
            (Some(Loss::Engine { source, .. }), false) => {
                let meaning = DB::meaning(source);
                DB::after(self.connection()?.conn, meaning).await.unwrap_or(After::Over)
            }
            (_, false) => After::GoesOn,
        };
        match loss {
            None if after == After::GoesOn => Ok(report),
            None => {
                let over = broken.map_or(Error::UnitClosed(Closed::Lost), engine_error::<DB>);
                Err(self.lose(over).await)
            }
            Some(loss) => Err(self.mean(root, kind, &tables, loss, after).await),
        }
    }

    /// Rows that others added since the transaction's snapshot would be left behind, without a parent.
    async fn require_no_snapshot(&mut self) -> Result<(), Error> {
        let level = match DB::isolation(self.connection()?.conn).await {
            Ok(level) => level,
            Err(source) => return Err(self.after(engine_error::<DB>(source)).await),
        };
        if level.keeps_snapshot { Err(Error::Isolation { level: level.name }) } else { Ok(()) }
    }

    async fn send(
        &mut self,
        to_send: ToSend<DB>,
        statements: &mut u64,
    ) -> Result<Result<Deleted, Loss>, Error> {
        let line = self.connection()?;
        Ok(match to_send {
            ToSend::Steps(steps, purpose) => run_steps::<DB>(line, steps, purpose, statements).await,
            ToSend::One(statement, purpose) => {
                *statements += 1;
                match run_one::<DB>(line, statement, purpose).await {
                    Ok(answer) => answer.ok_or(Loss::Stale),
                    Err(source) => Err(Loss::engine(source)),
                }
            }
        })
    }

    /// What a write that came to nothing means, once the transaction is as it was before, or over.
    async fn mean(
        &mut self,
        root: &Root<DB>,
        kind: Writes,
        tables: &[&'static str],
        loss: Loss,
        after: After,
    ) -> Error {
        let error = match loss {
            Loss::Stale if kind == Writes::New => Error::out_of_band(root.aggregate),
            Loss::Stale => match self.version(root, Lock::Share).await {
                // As expected, and still the database does not write it: a trigger or a policy forbids it.
                Ok(actual) if actual == Some(root.expected) => Error::out_of_band(root.aggregate),
                Ok(actual) => root.conflict(actual),
                Err(error) => error,
            },
            Loss::Refused(error) => error,
            Loss::Engine { source, .. } => match DB::meaning(&source) {
                Meaning::Violated(kind) => Error::violated(kind, source),
                Meaning::OutOfBand(arm) => {
                    Error::out_of_band(tables.get(arm).copied().unwrap_or(root.aggregate))
                }
                _ => engine_error::<DB>(source),
            },
        };
        let error = match (&error, kind) {
            (Error::ConstraintViolated { .. }, Writes::New) if self.stands(root, after).await => {
                let (aggregate, id) = (root.aggregate, root.id.clone());
                Error::AlreadyExists { aggregate, id, transaction_lost: false }
            }
            (_, Writes::Unversioned) if may_hide_a_conflict(&error) => match self.look(root, after).await {
                Some(actual) if actual != Some(root.expected) => root.conflict(actual),
                _ => error,
            },
            _ => error,
        };
        self.settle_after(after, error).await
    }

    /// Whether there is such a root, of this unit's own making or of others'.
    async fn stands(&mut self, root: &Root<DB>, after: After) -> bool {
        let is_same = |report: &&SaveReport| report.aggregate == root.aggregate && report.id == root.id;
        let own = self.state.done.iter().rev().map(|(_, report)| report).find(is_same);
        own.is_some_and(|report| report.new_version.is_saved())
            || matches!(self.look(root, after).await, Some(Some(_)))
    }

    /// The version that is stored, if anybody can still ask.
    async fn look(&mut self, root: &Root<DB>, after: After) -> Option<Option<Version>> {
        let key = root.key().ok()?;
        let lock = if after == After::GoesOn { Lock::Share } else { Lock::None };
        if after == After::Failed {
            if !self.state.savepoints.is_empty() {
                return None;
            }
            // Nothing of the transaction is left to lose, but the connection still answers.
            self.command(Purpose::Rollback, String::from("ROLLBACK; BEGIN")).await.ok()?.ok()?;
        }
        let line = self.connection().ok()?;
        read_version::<DB>(line, &root.tables.layout, key, lock).await.ok()
    }

    /// The version that is stored, whatever snapshot the transaction reads.
    pub(super) async fn version(&mut self, root: &Root<DB>, lock: Lock) -> Result<Option<Version>, Error> {
        let key = root.key()?;
        match read_version::<DB>(self.connection()?, &root.tables.layout, key, lock).await {
            Ok(version) => Ok(version),
            Err(error) => Err(self.after(error).await),
        }
    }
}
