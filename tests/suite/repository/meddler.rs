//! A repository that things go wrong with, as one of the user's own could be made.

use std::sync::Mutex;

use aggregate_core::{Error, Repository, SaveReport, Tracked, async_trait};
use aggregate_tests::model::order::Order;

use super::{Orders, somebody_saves};

/// What happens to a save.
pub(crate) enum Mishap {
    /// Somebody else saves first.
    Overtaken,
    /// Somebody else deletes it first.
    Deleted,
    /// It is refused with this error.
    Refused(Error),
    /// It is carried out, and nobody hears of it.
    Unheard,
}

/// Mishaps for saves to come, the last one first.
pub(crate) struct Meddler {
    orders: Orders,
    mishaps: Mutex<Vec<Mishap>>,
}

impl Meddler {
    pub(crate) fn new(orders: &Orders, mishaps: impl Into<Vec<Mishap>>) -> Self {
        Self { orders: orders.clone(), mishaps: Mutex::new(mishaps.into()) }
    }
}

#[async_trait]
impl Repository<Order> for Meddler {
    async fn find_many(&self, ids: &[(i32, i64)]) -> Result<Vec<Option<Tracked<Order>>>, Error> {
        self.orders.find_many(ids).await
    }

    async fn save(&self, order: &mut Tracked<Order>) -> Result<SaveReport, Error> {
        let mishap = self.mishaps.lock().unwrap().pop();
        match mishap {
            None => self.orders.save(order).await,
            Some(Mishap::Overtaken) => {
                somebody_saves(&self.orders, order.number).await;
                self.orders.save(order).await
            }
            Some(Mishap::Deleted) => {
                let mut theirs = self.orders.get(&order.key()).await?;
                self.orders.delete(&mut theirs).await?;
                self.orders.save(order).await
            }
            Some(Mishap::Refused(error)) => Err(error),
            Some(Mishap::Unheard) => {
                let report = self.orders.save(order).await?;
                let source = sqlx::Error::WorkerCrashed;
                Err(Error::CommitUnknown { aggregate: report.aggregate, id: report.id, source })
            }
        }
    }

    async fn save_all(&self, orders: &mut [Tracked<Order>]) -> Result<Vec<SaveReport>, Error> {
        self.orders.save_all(orders).await
    }

    async fn delete(&self, order: &mut Tracked<Order>) -> Result<SaveReport, Error> {
        self.orders.delete(order).await
    }
}
