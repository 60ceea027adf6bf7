//! What every repository does, whatever is behind it. Each test takes a source of repositories that are its own.

pub(crate) mod all;
pub(crate) mod calls;
pub(crate) mod explanations;
mod meddler;
pub(crate) mod merges;
pub(crate) mod moves;
pub(crate) mod rules;
pub(crate) mod spans;
pub(crate) mod unversioned;
pub(crate) mod updates;

use std::sync::Arc;

use aggregate_core::{Conflict, Error, Repository, RepositoryExt, RowRepository, Tracked, Version};
use aggregate_tests::model::order::{self, Order};

pub(crate) use crate::source::Source;

/// The orders that a domain service would hold.
pub(crate) type Orders = Arc<dyn RowRepository<Order>>;

/// The id of an order of the first tenant.
const fn id(number: i64) -> (i32, i64) {
    (1, number)
}

/// The id of the order that most tests are about.
const FIRST: (i32, i64) = id(1);

/// A repository with an order, and a copy of it.
async fn one_order(source: &Source<'_>) -> (Orders, Tracked<Order>) {
    let orders = source.of::<Order>(&order::TABLES).await;
    let order = orders.add(Order::sample(1)).await.unwrap();
    (orders, order)
}

/// Changes an order as somebody else would, which bumps its version.
async fn somebody_saves(orders: &Orders, number: i64) -> Version {
    let mut order = orders.get(&id(number)).await.unwrap();
    order.status.push('!');
    orders.save(&mut order).await.unwrap().new_version
}

/// The conflict that this must be.
fn conflict<T: std::fmt::Debug>(result: Result<T, Error>) -> Conflict {
    match result {
        Err(Error::Conflict(conflict)) => conflict,
        other => panic!("expected a conflict, got {other:?}"),
    }
}
