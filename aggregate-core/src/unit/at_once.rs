//! Writes that are sent at once, all of them in one turn: no other call of the unit comes between, and a caller that goes away
//! leaves nothing half-done.

use std::sync::Arc;

use super::op::Op;
use super::outcome::{Fate, Outcome};
use super::queue::Queue;
use super::savepoint::Mark;
use super::talk::Talk;
use super::{UnitOfWork, lock};
use crate::backend::{Backend, engine_error};
use crate::entity::{Aggregate, Persist};
use crate::error::Error;
use crate::report::SaveReport;
use crate::sql::Lock;
use crate::tracked::Tracked;

impl<DB: Backend> UnitOfWork<DB> {
    /// Saves these together, behind all that is queued: all or none, and reports in the order given. With `guard` the unit
    /// goes on if one is refused; without, it is over.
    pub(crate) async fn save_at_once<A: Aggregate + Persist<DB>>(
        &self,
        aggregates: &mut [Tracked<A>],
        touch: bool,
        guard: bool,
    ) -> Result<Vec<SaveReport>, Error> {
        let mut ops = Vec::with_capacity(aggregates.len());
        for aggregate in aggregates.iter_mut() {
            match self.note_save(aggregate, touch, Queue::note) {
                Ok(op) => ops.push(op),
                Err(error) => {
                    undo(&outcomes(ops.iter().flatten()));
                    return Err(error);
                }
            }
        }
        let is_queued: Vec<bool> = ops.iter().map(Option::is_some).collect();
        let mut written = self.send(ops.into_iter().flatten().collect(), guard).await?.into_iter();
        let report = |(aggregate, is_queued): (&Tracked<A>, bool)| {
            let written = if is_queued { written.next() } else { None };
            written.unwrap_or_else(|| aggregate.unchanged())
        };
        Ok(aggregates.iter().zip(is_queued).map(report).collect())
    }

    /// Deletes, behind all that is queued.
    pub(super) async fn delete_at_once<A: Aggregate + Persist<DB>>(
        &self,
        aggregate: &mut Tracked<A>,
    ) -> Result<SaveReport, Error> {
        let op = self.note_delete(aggregate, Queue::note)?;
        let written = self.send(vec![op], false).await?;
        Ok(written.into_iter().next().unwrap_or_else(|| aggregate.unchanged()))
    }

    async fn send(&self, ops: Vec<Op<DB>>, guard: bool) -> Result<Vec<SaveReport>, Error> {
        let unit = Arc::clone(&self.shared);
        let noted = outcomes(ops.iter());
        let begin = async move {
            let talk = Talk::begin(unit).await;
            if talk.is_err() {
                undo(&noted);
            }
            talk
        };
        let turn = move |mut talk: Talk<DB>| async move {
            let written = talk.at_once(ops, guard).await;
            talk.hang_up();
            written
        };
        self.turn(begin, turn).await
    }
}

impl<DB: Backend> Talk<DB> {
    async fn at_once(&mut self, ops: Vec<Op<DB>>, guard: bool) -> Result<Vec<SaveReport>, Error> {
        let noted = outcomes(ops.iter());
        let written = match self.flush().await {
            Ok(_) if guard && ops.len() > 1 => self.guarded(ops).await,
            Ok(_) => self.one_by_one(ops).await,
            Err(error) => Err(error),
        };
        if written.is_err() {
            undo(&noted);
            self.state.done.retain(|(outcome, _)| outcome.fate() != Fate::Undone);
        }
        written
    }

    /// Writes behind a savepoint, to which an error returns.
    async fn guarded(&mut self, ops: Vec<Op<DB>>) -> Result<Vec<SaveReport>, Error> {
        let saves = lock(&self.unit.queue).count();
        let number = self.mark_after(saves).await?;
        let written = self.one_by_one(ops).await;
        self.state.savepoints.retain(|mark| mark.number != number);
        if written.as_ref().is_err_and(Error::transaction_lost) {
            return written;
        }
        match self.unmark(&Mark::name(number), written.is_ok()).await {
            Ok(()) => {
                self.state.failed = false;
                written
            }
            Err(source) => Err(self.lose(written.err().unwrap_or(engine_error::<DB>(source))).await),
        }
    }

    /// Writes in the one order of roots, up to the first that is refused.
    async fn one_by_one(&mut self, ops: Vec<Op<DB>>) -> Result<Vec<SaveReport>, Error> {
        let mut numbered: Vec<(usize, Op<DB>)> = ops.into_iter().enumerate().collect();
        numbered.sort_by(|(_, a), (_, b)| a.root.place.cmp(&b.root.place));
        let (places, ops): (Vec<usize>, Vec<Op<DB>>) = numbered.into_iter().unzip();
        let mut ops = ops.into_iter();
        let mut written = Vec::with_capacity(places.len());
        for at in places {
            let Some(op) = ops.next() else { break };
            let lock = if op.is_raised_by(ops.as_slice()) { Lock::Update } else { Lock::Share };
            match self.perform(op, lock).await {
                Ok(report) => written.extend(report.map(|report| (at, report))),
                Err((error, _)) => return Err(error),
            }
        }
        written.sort_by_key(|(at, _)| *at);
        Ok(written.into_iter().map(|(_, report)| report).collect())
    }
}

fn outcomes<'o, DB: Backend>(ops: impl Iterator<Item = &'o Op<DB>>) -> Vec<Outcome> {
    ops.filter_map(Op::outcome).cloned().collect()
}

/// Tells the copies that nothing of these was stored.
fn undo(outcomes: &[Outcome]) {
    for outcome in outcomes {
        outcome.settle(Fate::Undone);
    }
}
