//! The repositories of rows as what every repository is.

use async_trait::async_trait;

use super::contract::{Repository, RowRepository};
use super::sql::{SqlRepository, is_rerun};
use crate::backend::Backend;
use crate::entity::{Aggregate, Persist};
use crate::error::Error;
use crate::report::SaveReport;
use crate::save::{self, RERUNS};
use crate::session::pause;
use crate::tracked::Tracked;
use crate::unit::UnitRepository;

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
        if !any_pending(aggregates)? {
            return Ok(aggregates.iter().map(Tracked::unchanged).collect());
        }
        let mut run = 0;
        loop {
            match self.save_all_once(aggregates).await {
                // The engine ended the transaction for the sake of another one; that says nothing about these aggregates.
                Err(error) if run < RERUNS && is_rerun::<DB>(&error) => run += 1,
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
        let written = match unit.save_at_once(aggregates, false, false).await {
            Ok(reports) => unit.commit().await.map(|_| reports),
            Err(error) => {
                unit.rollback().await.ok();
                Err(error)
            }
        };
        // What became of them is known, so that nobody has to wait for the next access to see it.
        aggregates.iter_mut().for_each(Tracked::take_over);
        written
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

    async fn save_all(&self, aggregates: &mut [Tracked<A>]) -> Result<Vec<SaveReport>, Error> {
        self.unit().save_at_once(aggregates, false, true).await
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
fn any_pending<A: Aggregate>(aggregates: &mut [Tracked<A>]) -> Result<bool, Error> {
    for aggregate in aggregates {
        if save::pending(aggregate, None, false)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}
