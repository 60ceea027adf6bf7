//! Taking back a part of a unit of work.

use super::UnitOfWork;
use super::talk::Talk;
use crate::backend::Backend;
use crate::error::Error;

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
        let mut talk = Talk::begin(&self.shared).await?;
        let turn = async move {
            let number = talk.savepoint().await;
            talk.hang_up();
            number
        };
        Ok(Savepoint { unit: self.clone(), number: self.finish(turn).await? })
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
        let mut talk = Talk::begin_failed(&self.unit.shared).await?;
        let turn = async move {
            let back = talk.back_to(self.number).await;
            talk.hang_up();
            back
        };
        self.unit.finish(turn).await
    }

    /// Gives the point up; what came after it stays part of the unit.
    ///
    /// # Errors
    ///
    /// Those of [`rollback`](Self::rollback).
    pub async fn release(self) -> Result<(), Error> {
        let mut talk = Talk::begin(&self.unit.shared).await?;
        let turn = async move {
            let released = talk.release(self.number).await;
            talk.hang_up();
            released
        };
        self.unit.finish(turn).await
    }
}
