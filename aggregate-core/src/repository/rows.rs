//! The repositories of rows as what every repository is.

use async_trait::async_trait;

use super::contract::{Repository, RowRepository};
use super::sql::SqlRepository;
use crate::backend::Backend;
use crate::entity::{Aggregate, Persist};
use crate::error::Error;
use crate::report::SaveReport;
use crate::save::{self, RERUNS};
use crate::session::pause;
use crate::tracked::Tracked;
use crate::unit::{UnitOfWork, UnitRepository};

#[async_trait]
impl<A: Aggregate + Persist<DB>, DB: Backend> Repository<A> for SqlRepository<A, DB> {
    async fn find_many(&self, ids: &[A::Id]) -> Result<Vec<Option<Tracked<A>>>, Error> {
        self.find_many(ids).await
    }

    async fn save(&self, aggregate: &mut Tracked<A>) -> Result<SaveReport, Error> {
        self.save(aggregate).await
    }

    async fn save_all(&self, aggregates: &mut [Tracked<A>]) -> Result<Vec<SaveReport>, Error> {
        if let [aggregate] = aggregates {
            // What one statement can do needs no transaction around it.
            return Ok(vec![self.save(aggregate).await?]);
        }
        if !any_pending(aggregates, None)? {
            return Ok(unchanged(aggregates));
        }
        let mut run = 0;
        loop {
            let saved = self.save_all_once(aggregates).await;
            match saved {
                // The engine ended the transaction for the sake of another one; that says nothing about these aggregates.
                Err(Error::Contended { .. }) if run < RERUNS => run += 1,
                saved => return saved,
            }
            tokio::time::sleep(pause(run)).await;
        }
    }

    async fn delete(&self, aggregate: &mut Tracked<A>) -> Result<SaveReport, Error> {
        self.delete(aggregate).await
    }
}

impl<A: Aggregate + Persist<DB>, DB: Backend> SqlRepository<A, DB> {
    async fn save_all_once(&self, aggregates: &mut [Tracked<A>]) -> Result<Vec<SaveReport>, Error> {
        let unit = self.unit_options().begin(self.pool()).await?;
        let written = match queue(&unit, aggregates) {
            Ok(queued) => unit.commit().await.map(|written| (queued, written)),
            Err(error) => {
                unit.rollback().await.ok();
                Err(error)
            }
        };
        // What became of them is known, so that nobody has to wait for the next access to see it.
        aggregates.iter_mut().for_each(Tracked::take_over);
        let (queued, written) = written?;
        Ok(in_order(aggregates, &queued, written))
    }
}

#[async_trait]
impl<A: Aggregate + Persist<DB>, DB: Backend> RowRepository<A> for SqlRepository<A, DB> {
    async fn touch(&self, aggregate: &mut Tracked<A>) -> Result<SaveReport, Error> {
        self.touch(aggregate).await
    }
}

#[async_trait]
impl<A: Aggregate + Persist<DB>, DB: Backend> Repository<A> for UnitRepository<A, DB> {
    async fn find_many(&self, ids: &[A::Id]) -> Result<Vec<Option<Tracked<A>>>, Error> {
        self.find_many(ids).await
    }

    async fn save(&self, aggregate: &mut Tracked<A>) -> Result<SaveReport, Error> {
        self.save(aggregate).await
    }

    /// All of them are written behind a savepoint, to which an error returns.
    async fn save_all(&self, aggregates: &mut [Tracked<A>]) -> Result<Vec<SaveReport>, Error> {
        let unit = self.unit();
        if !any_pending(aggregates, Some(unit.number()))? {
            return Ok(unchanged(aggregates));
        }
        let savepoint = unit.savepoint().await?;
        let written = match queue(unit, aggregates) {
            Ok(queued) => unit.flush().await.map(|written| (queued, written)),
            Err(error) => Err(error),
        };
        match written {
            Ok((queued, written)) => {
                savepoint.release().await?;
                Ok(in_order(aggregates, &queued, written))
            }
            Err(error) => {
                // Where the unit is over there is nothing to return to.
                savepoint.rollback().await.ok();
                Err(error)
            }
        }
    }

    async fn delete(&self, aggregate: &mut Tracked<A>) -> Result<SaveReport, Error> {
        self.delete(aggregate).await
    }

    fn is_in_unit(&self) -> bool {
        true
    }
}

#[async_trait]
impl<A: Aggregate + Persist<DB>, DB: Backend> RowRepository<A> for UnitRepository<A, DB> {
    async fn touch(&self, aggregate: &mut Tracked<A>) -> Result<SaveReport, Error> {
        self.touch(aggregate).await
    }
}

/// Whether any of them has something to save.
fn any_pending<A: Aggregate>(aggregates: &mut [Tracked<A>], unit: Option<u64>) -> Result<bool, Error> {
    for aggregate in aggregates {
        if save::pending(aggregate, unit, false)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Queues what changed in all of them; tells of each whether anything did.
fn queue<A: Aggregate + Persist<DB>, DB: Backend>(
    unit: &UnitOfWork<DB>,
    aggregates: &mut [Tracked<A>],
) -> Result<Vec<bool>, Error> {
    aggregates.iter_mut().map(|aggregate| unit.queue(aggregate, false)).collect()
}

/// The reports of saves that had nothing to do.
fn unchanged<A: Aggregate>(aggregates: &[Tracked<A>]) -> Vec<SaveReport> {
    aggregates.iter().map(Tracked::unchanged).collect()
}

/// The reports of what was queued and written, and of the others, in the order of the aggregates.
fn in_order<A: Aggregate>(
    aggregates: &[Tracked<A>],
    queued: &[bool],
    mut written: Vec<SaveReport>,
) -> Vec<SaveReport> {
    let mut reports = unchanged(aggregates);
    for (report, _) in reports.iter_mut().zip(queued).filter(|(_, queued)| **queued) {
        // Of one aggregate the first report is that of its first save.
        if let Some(at) = written.iter().position(|written| written.id == report.id) {
            *report = written.remove(at);
        }
    }
    reports
}
