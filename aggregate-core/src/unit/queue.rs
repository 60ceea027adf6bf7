//! What a unit of work holds in memory: what is queued, and what the copies that it saved shall hear.

use super::op::Op;
use super::outcome::{Fate, Outcome};
use super::place::Place;
use crate::backend::Backend;
use crate::error::{Closed, Error};

pub(super) struct Queue<DB: Backend> {
    ops: Vec<Op<DB>>,
    /// Of all saves and deletes so far, in the order of the calls.
    outcomes: Vec<Outcome>,
    closed: Option<Closed>,
}

impl<DB: Backend> Queue<DB> {
    pub(super) fn new() -> Self {
        Self { ops: Vec::new(), outcomes: Vec::new(), closed: None }
    }

    /// The unit takes more.
    pub(super) fn check_open(&self) -> Result<(), Error> {
        self.closed.map_or(Ok(()), |closed| Err(Error::UnitClosed(closed)))
    }

    pub(super) fn push(&mut self, op: Op<DB>) {
        self.outcomes.extend(op.outcome().cloned());
        self.ops.push(op);
    }

    /// Takes note of a save or delete that its caller sends; gives it back.
    pub(super) fn note(&mut self, op: Op<DB>) -> Op<DB> {
        self.outcomes.extend(op.outcome().cloned());
        op
    }

    pub(super) fn take(&mut self) -> Vec<Op<DB>> {
        std::mem::take(&mut self.ops)
    }

    /// Puts back what was not sent.
    pub(super) fn put_back(&mut self, ops: impl Iterator<Item = Op<DB>>) {
        let later = std::mem::replace(&mut self.ops, ops.collect());
        self.ops.extend(later);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }

    /// Whether something is queued for one of these roots.
    pub(super) fn holds(&self, places: &[Place]) -> bool {
        self.ops.iter().any(|op| places.contains(&op.root.place))
    }

    /// How many saves and deletes there were so far.
    pub(super) fn count(&self) -> usize {
        self.outcomes.len()
    }

    /// Undoes what came after the first `kept` saves, and drops what is queued.
    pub(super) fn undo_from(&mut self, kept: usize) {
        self.ops.clear();
        for outcome in self.outcomes.drain(kept.min(self.outcomes.len())..) {
            outcome.settle(Fate::Undone);
        }
    }

    /// Takes nothing more, unless something is still queued.
    pub(super) fn close_if_empty(&mut self, closed: Closed, fate: Fate) -> bool {
        let empty = self.ops.is_empty();
        if empty {
            self.close(closed, fate);
        }
        empty
    }

    /// Takes nothing more.
    pub(super) fn close(&mut self, closed: Closed, fate: Fate) {
        self.closed = Some(closed);
        self.ops.clear();
        for outcome in &self.outcomes {
            outcome.settle(fate);
        }
    }
}

impl<DB: Backend> Drop for Queue<DB> {
    fn drop(&mut self) {
        // Of a unit that nobody holds any more the transaction is rolled back.
        if self.closed.is_none() {
            self.close(Closed::RolledBack, Fate::Undone);
        }
    }
}
