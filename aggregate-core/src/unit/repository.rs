//! A unit of work as the repository of one type.

use std::fmt;
use std::marker::PhantomData;

use super::UnitOfWork;
use crate::backend::Backend;
use crate::entity::{Aggregate, Persist};
use crate::error::Error;
use crate::report::SaveReport;
use crate::tracked::Tracked;

/// Loads and saves the aggregates of one type in a unit of work, and writes at once: [`UnitOfWork::repository`].
///
/// For code that is written against a repository and shall be part of a longer transaction. As nothing is kept
/// in a queue, roots are locked in the order of the calls: units that save the same aggregates in different
/// orders may deadlock, and one of them is refused with [`Error::Contended`].
pub struct UnitRepository<A, DB: Backend> {
    unit: UnitOfWork<DB>,
    aggregate: PhantomData<fn() -> A>,
}

impl<DB: Backend> UnitOfWork<DB> {
    /// A repository in this unit, which writes at once.
    #[must_use]
    pub fn repository<A: Aggregate + Persist<DB>>(&self) -> UnitRepository<A, DB> {
        UnitRepository { unit: self.clone(), aggregate: PhantomData }
    }
}

impl<A: Aggregate + Persist<DB>, DB: Backend> UnitRepository<A, DB> {
    /// The unit.
    pub(crate) fn unit(&self) -> &UnitOfWork<DB> {
        &self.unit
    }

    /// [`UnitOfWork::find`].
    ///
    /// # Errors
    ///
    /// Those of [`UnitOfWork::find`].
    pub async fn find(&self, id: &A::Id) -> Result<Option<Tracked<A>>, Error> {
        self.unit.find(id).await
    }

    /// [`UnitOfWork::get`].
    ///
    /// # Errors
    ///
    /// Those of [`UnitOfWork::get`].
    pub async fn get(&self, id: &A::Id) -> Result<Tracked<A>, Error> {
        self.unit.get(id).await
    }

    /// [`UnitOfWork::find_many`].
    ///
    /// # Errors
    ///
    /// Those of [`UnitOfWork::find_many`].
    pub async fn find_many(&self, ids: &[A::Id]) -> Result<Vec<Option<Tracked<A>>>, Error> {
        self.unit.find_many(ids).await
    }

    /// Saves what changed, and whatever the unit has queued before it.
    ///
    /// # Errors
    ///
    /// Those of [`UnitOfWork::save`] and [`UnitOfWork::flush`].
    pub async fn save(&self, aggregate: &mut Tracked<A>) -> Result<SaveReport, Error> {
        self.write(aggregate, false).await
    }

    /// Saves as [`save`](Self::save) does, and bumps the version even if nothing changed.
    ///
    /// # Errors
    ///
    /// Those of [`save`](Self::save).
    pub async fn touch(&self, aggregate: &mut Tracked<A>) -> Result<SaveReport, Error> {
        self.write(aggregate, true).await
    }

    /// Deletes the aggregate, after whatever the unit has queued before it.
    ///
    /// # Errors
    ///
    /// Those of [`UnitOfWork::delete`] and [`UnitOfWork::flush`].
    pub async fn delete(&self, aggregate: &mut Tracked<A>) -> Result<SaveReport, Error> {
        self.unit.delete_at_once(aggregate).await
    }

    async fn write(&self, aggregate: &mut Tracked<A>, touch: bool) -> Result<SaveReport, Error> {
        let reports = self.unit.save_at_once(std::slice::from_mut(aggregate), touch, false).await?;
        Ok(reports.into_iter().next().unwrap_or_else(|| aggregate.unchanged()))
    }
}

impl<A, DB: Backend> Clone for UnitRepository<A, DB> {
    fn clone(&self) -> Self {
        Self { unit: self.unit.clone(), aggregate: PhantomData }
    }
}

impl<A, DB: Backend> fmt::Debug for UnitRepository<A, DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnitRepository").field("unit", &self.unit).finish()
    }
}
