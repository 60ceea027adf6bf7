//! Taking back a part of a unit of work.

use std::sync::Arc;

use super::outcome::Fate;
use super::talk::Talk;
use super::{UnitOfWork, lock};
use crate::backend::{Backend, engine_error};
use crate::error::{Closed, Error};

/// A point of a unit of work to return to: [`UnitOfWork::savepoint`].
///
/// Dropped, it changes nothing: what came after it is part of the unit.
#[derive(Debug)]
pub struct Savepoint<DB: Backend> {
    unit: UnitOfWork<DB>,
    number: u64,
}

impl<DB: Backend> UnitOfWork<DB> {
    /// Sends what is queued, and sets a point to return to.
    ///
    /// # Errors
    ///
    /// Those of [`flush`](Self::flush).
    pub async fn savepoint(&self) -> Result<Savepoint<DB>, Error> {
        let begin = Talk::begin(Arc::clone(&self.shared));
        let turn = |mut talk: Talk<DB>| async move {
            let number = talk.savepoint().await;
            talk.hang_up();
            number
        };
        Ok(Savepoint { unit: self.clone(), number: self.turn(begin, turn).await? })
    }
}

impl<DB: Backend> Savepoint<DB> {
    /// Takes back all that was saved, deleted, checked or written by your own SQL after this point. The aggregates
    /// in memory are as they were here, with what was changed since as changes to save.
    ///
    /// Works also after a statement has failed and the unit takes nothing else.
    ///
    /// # Errors
    ///
    /// [`Error::UnitClosed`] if the unit is over, or this point gone with an outer one; else what the engine says,
    /// and then the unit is over.
    pub async fn rollback(self) -> Result<(), Error> {
        let (begin, number) = (Talk::begin_failed(Arc::clone(&self.unit.shared)), self.number);
        let turn = move |mut talk: Talk<DB>| async move {
            let back = talk.back_to(number).await;
            talk.hang_up();
            back
        };
        self.unit.turn(begin, turn).await
    }

    /// Gives the point up; what came after it stays part of the unit.
    ///
    /// # Errors
    ///
    /// Those of [`rollback`](Self::rollback).
    pub async fn release(self) -> Result<(), Error> {
        let (begin, number) = (Talk::begin(Arc::clone(&self.unit.shared)), self.number);
        let turn = move |mut talk: Talk<DB>| async move {
            let released = talk.release(number).await;
            talk.hang_up();
            released
        };
        self.unit.turn(begin, turn).await
    }
}

/// A savepoint of the caller's.
pub(super) struct Mark {
    pub(super) number: u64,
    /// How many saves there were before it.
    pub(super) saves: usize,
}

impl Mark {
    pub(super) fn name(number: u64) -> String {
        format!("aggregate_{number}")
    }
}

impl<DB: Backend> Talk<DB> {
    /// Sets a savepoint of the caller's, behind all that was queued.
    async fn savepoint(&mut self) -> Result<u64, Error> {
        let saves = loop {
            self.flush().await?;
            // What another handle queues from here on comes after it.
            let queue = lock(&self.unit.queue);
            if queue.is_empty() {
                break queue.count();
            }
        };
        self.mark_after(saves).await
    }

    /// Sets a savepoint that what is sent from here on stands behind.
    pub(super) async fn mark_after(&mut self, saves: usize) -> Result<u64, Error> {
        let number = self.state.last + 1;
        self.mark(&Mark::name(number)).await?;
        self.state.last = number;
        self.state.savepoints.push(Mark { number, saves });
        Ok(number)
    }

    /// Takes back what came after a savepoint of the caller's.
    async fn back_to(&mut self, number: u64) -> Result<(), Error> {
        let saves = self.forget_from(number)?;
        // The engine drops the savepoints after it, ours among them.
        let own_sql = std::mem::take(&mut self.state.own_sql);
        match self.unmark(&Mark::name(number), false).await {
            Ok(()) => {
                self.state.failed = false;
                lock(&self.unit.queue).undo_from(saves);
                self.state.done.retain(|(outcome, _)| outcome.fate() != Fate::Undone);
                Ok(())
            }
            // The caller's SQL ended the transaction, perhaps by a COMMIT.
            Err(_) if own_sql => {
                self.end(Closed::Lost, Fate::InDoubt).await;
                Err(Error::UnitClosed(Closed::Lost))
            }
            Err(source) => Err(self.lose(engine_error::<DB>(source)).await),
        }
    }

    /// Keeps what came after a savepoint of the caller's.
    async fn release(&mut self, number: u64) -> Result<(), Error> {
        self.end_own_sql().await?;
        self.forget_from(number)?;
        match self.unmark(&Mark::name(number), true).await {
            Ok(()) => Ok(()),
            Err(source) => Err(self.after(engine_error::<DB>(source)).await),
        }
    }

    /// Forgets a savepoint and those after it; gives the number of saves before it.
    fn forget_from(&mut self, number: u64) -> Result<usize, Error> {
        let Some(at) = self.state.savepoints.iter().position(|mark| mark.number == number) else {
            return Err(Error::UnitClosed(Closed::Savepoint));
        };
        let saves = self.state.savepoints[at].saves;
        self.state.savepoints.truncate(at);
        Ok(saves)
    }
}
