//! The rules of the domain, and what no version guards.

use aggregate_core::{Error, RepositoryExt};
use aggregate_tests::model::order::{EmptyLine, Order};

use super::{FIRST, Source, id, one_order};

/// The domain's own error inside of the library's.
fn broken(result: Result<impl std::fmt::Debug, Error>) -> EmptyLine {
    match result {
        Err(Error::Invariant { entity: "orders", source, .. }) => {
            *source.downcast_ref().expect("the domain's own type")
        }
        other => panic!("expected a broken rule, got {other:?}"),
    }
}

pub(crate) async fn a_broken_rule_is_never_stored(source: &Source<'_>) {
    let (orders, mut order) = one_order(source).await;
    order.lines[1].quantity = 0;
    assert_eq!(broken(orders.save(&mut order).await), EmptyLine(12));
    let mut new = Order::sample(2);
    new.lines[0].quantity = -1;
    assert_eq!(broken(orders.add(new).await.map_err(Error::from)), EmptyLine(21));
    let stored = orders.get(&FIRST).await.unwrap();
    assert_eq!((stored.lines[1].quantity, stored.version().get()), (1, 0));
    assert!(orders.find(&id(2)).await.unwrap().is_none());
}

pub(crate) async fn a_broken_rule_of_one_stores_none_of_many(source: &Source<'_>) {
    let (orders, order) = one_order(source).await;
    let other = orders.add(Order::sample(2)).await.unwrap();
    let mut both = [order, other];
    both[0].status = "fine".into();
    both[1].lines[0].quantity = 0;
    assert_eq!(broken(orders.save_all(&mut both).await), EmptyLine(21));
    assert_eq!(orders.get(&FIRST).await.unwrap().version().get(), 0);
}
