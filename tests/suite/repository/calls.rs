//! The calls of a repository, one by one.

use aggregate_core::{ConstraintKind, Error, Rejected, Repository, RepositoryExt, Tracked, Version};
use aggregate_tests::assert_refused;
use aggregate_tests::model::order::{self, Line, Order};

use super::{FIRST, Orders, Source, conflict, id, one_order, somebody_saves};

/// A repository with the orders of these numbers.
async fn orders(source: &Source<'_>, numbers: &[i64]) -> Orders {
    let orders = source.of::<Order>(&order::TABLES).await;
    for number in numbers {
        orders.add(Order::sample(*number)).await.unwrap();
    }
    orders
}

pub(crate) async fn many_are_found_in_the_order_asked(source: &Source<'_>) {
    let orders = orders(source, &[1, 2]).await;
    let found = orders.find_many(&[id(2), id(9), id(1), id(2)]).await.unwrap();
    let numbers: Vec<_> = found.iter().map(|order| order.as_ref().map(|order| order.number)).collect();
    assert_eq!(numbers, [Some(2), None, Some(1), Some(2)]);
    assert_eq!(orders.find(&id(9)).await.unwrap().map(|order| order.number), None);
    assert_refused!(orders.get(&id(9)).await, Error::NotFound { aggregate: "orders", id } if id == "(1, 9)");
}

pub(crate) async fn all_of_many_must_be_there(source: &Source<'_>) {
    let orders = orders(source, &[1, 2]).await;
    let found = orders.get_many(&[id(2), id(1), id(2)]).await.unwrap();
    assert_eq!(found.iter().map(|order| order.number).collect::<Vec<_>>(), [2, 1, 2]);
    let refused = orders.get_many(&[id(7), id(1), id(9), id(7)]).await;
    assert_refused!(refused, Error::NotFound { aggregate: "orders", id } if id == "(1, 7), (1, 9)");
}

pub(crate) async fn an_empty_list_of_ids_asks_for_nothing(source: &Source<'_>) {
    let orders = orders(source, &[1]).await;
    source.statements();
    assert_eq!(orders.find_many(&[]).await.unwrap().len(), 0);
    assert_eq!(orders.get_many(&[]).await.unwrap().len(), 0);
    assert_eq!(orders.save_all(&mut []).await.unwrap(), []);
    assert_eq!(source.statements(), 0);
}

pub(crate) async fn a_save_reports_what_it_wrote(source: &Source<'_>) {
    let (orders, mut order) = one_order(source).await;
    assert_eq!((order.version(), order.version), (Version::INITIAL, Version::INITIAL));
    order.status = "paid".into();
    order.lines.remove(0);
    order.lines.push(Line::sample(13));
    order.lines[0].picks[1].bin = "other".into();
    let report = orders.save(&mut order).await.unwrap();
    assert_eq!((report.aggregate, report.id.as_str()), ("orders", "(1, 1)"));
    assert_eq!((report.old_version, report.new_version), (Version::INITIAL, Version::new(1)));
    let (lines, picks) = (report.table("order_lines"), report.table("picks"));
    assert_eq!((lines.inserted, lines.updated, lines.deleted), (1, 0, 1));
    assert_eq!((picks.inserted, picks.updated, picks.deleted), (2, 1, 2));
    assert_eq!(report.rows_written(), 1 + 2 + 5);
    assert_eq!(report.statements > 0, Source::SENDS);
    assert_eq!((order.version(), order.is_dirty()), (Version::new(1), false));
    assert_eq!(*orders.get(&FIRST).await.unwrap(), *order);
}

pub(crate) async fn nothing_changed_writes_nothing(source: &Source<'_>) {
    let (orders, mut order) = one_order(source).await;
    let untouched = orders.save(&mut order).await.unwrap();
    let same = (*order).clone();
    (order.status, order.lines) = (same.status, same.lines);
    let equal = orders.save(&mut order).await.unwrap();
    for report in [untouched, equal] {
        assert!(report.is_noop() && report.statements == 0, "{report:?}");
        assert_eq!((report.old_version, report.new_version), (Version::INITIAL, Version::INITIAL));
    }
    assert_eq!(orders.get(&FIRST).await.unwrap().version(), Version::INITIAL);
}

pub(crate) async fn a_stale_save_and_a_stale_delete_are_conflicts(source: &Source<'_>) {
    let (orders, mut stale) = one_order(source).await;
    somebody_saves(&orders, 1).await;
    stale.lines[0].quantity = 7;
    let before = (*stale).clone();
    let refused = [conflict(orders.save(&mut stale).await), conflict(orders.delete(&mut stale).await)];
    for refused in refused {
        assert_eq!((refused.aggregate, refused.id.as_str()), ("orders", "(1, 1)"));
        assert_eq!((refused.expected, refused.actual), (Version::INITIAL, Some(Version::new(1))));
    }
    assert_eq!(((*stale).clone(), stale.version()), (before, Version::INITIAL));
    let stored = orders.get(&FIRST).await.unwrap();
    assert_eq!((stored.lines[0].quantity, stored.version()), (1, Version::new(1)));
}

pub(crate) async fn a_deleted_aggregate_is_unsaved(source: &Source<'_>) {
    let (orders, mut order) = one_order(source).await;
    let mut other = orders.get(&FIRST).await.unwrap();
    let report = orders.delete(&mut order).await.unwrap();
    assert_eq!((report.old_version, report.new_version), (Version::INITIAL, Version::UNSAVED));
    let deleted = ["orders", "order_lines", "picks", "remarks"].map(|table| report.table(table).deleted);
    assert_eq!((deleted, report.rows_written()), ([1, 2, 4, 1], 8));
    assert_refused!(orders.get(&FIRST).await, Error::NotFound { .. });
    assert_refused!(orders.delete(&mut order).await, Error::NotFound { aggregate: "orders", .. });
    let gone = conflict(orders.delete(&mut other).await);
    assert_eq!((gone.expected, gone.actual), (Version::INITIAL, None));
    assert_eq!(orders.save(&mut order).await.unwrap().new_version, Version::INITIAL);
    assert_eq!(*orders.get(&FIRST).await.unwrap(), *order);
}

pub(crate) async fn a_reload_takes_what_is_stored(source: &Source<'_>) {
    let (orders, mut order) = one_order(source).await;
    somebody_saves(&orders, 1).await;
    order.lines.clear();
    orders.reload(&mut order).await.unwrap();
    assert_eq!((order.lines.len(), order.version(), order.is_dirty()), (2, Version::new(1), false));
    assert_eq!(order.status, "open!");
    let mut new = Tracked::new(Order::sample(2));
    assert_refused!(orders.reload(&mut new).await, Error::NotFound { aggregate: "orders", id } if id == "(1, 2)");
}

pub(crate) async fn a_touch_bumps_what_is_clean(source: &Source<'_>) {
    let (orders, mut order) = one_order(source).await;
    let report = orders.touch(&mut order).await.unwrap();
    assert_eq!((report.new_version, report.rows_written()), (Version::new(1), 1));
    somebody_saves(&orders, 1).await;
    let refused = conflict(orders.touch(&mut order).await);
    assert_eq!((refused.expected, refused.actual), (Version::new(1), Some(Version::new(2))));
}

pub(crate) async fn a_refused_addition_gives_the_aggregate_back(source: &Source<'_>) {
    let (orders, _) = one_order(source).await;
    let second = Order { version: Version::new(5), status: "second".to_owned(), ..Order::sample(1) };
    let Err(Rejected { error, aggregate }) = orders.add(second.clone()).await else {
        panic!("the id is taken")
    };
    assert!(
        matches!(&error, Error::AlreadyExists { aggregate: "orders", id, .. } if id == "(1, 1)"),
        "{error:?}"
    );
    assert_eq!(aggregate, second, "as it was given");
    assert_eq!(orders.get(&FIRST).await.unwrap().status, "open");
}

pub(crate) async fn what_is_stored_is_shared_with_nobody(source: &Source<'_>) {
    let (orders, mut order) = one_order(source).await;
    order.lines[0].sku = "edited".into();
    let mut found = orders.get(&FIRST).await.unwrap();
    assert_eq!(found.lines[0].sku, "sku 11", "an edit in memory is not stored");
    found.lines.clear();
    assert_eq!(orders.get(&FIRST).await.unwrap().lines.len(), 2);
}

pub(crate) async fn everything_works_on_a_shared_object(source: &Source<'_>) {
    /// Knows a trait, not what is behind it.
    async fn close(orders: &dyn Repository<Order>, number: i64) -> Result<Version, Error> {
        let mut order = orders.get(&id(number)).await?;
        order.status = "closed".into();
        Ok(orders.save(&mut order).await?.new_version)
    }
    async fn add_two(orders: impl Repository<Order>) -> Result<(), Error> {
        orders.add(Order::sample(1)).await?;
        orders.add(Order::sample(2)).await?;
        Ok(())
    }
    let orders = source.of::<Order>(&order::TABLES).await;
    add_two(orders.clone()).await.unwrap();
    let narrower: std::sync::Arc<dyn Repository<Order>> = orders.clone();
    assert_eq!(close(&*narrower, 1).await.unwrap(), Version::new(1));
    let updated = narrower
        .update(&id(2), |order| {
            let _: () = order.lines.clear();
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
    assert_eq!((updated.attempts, updated.report.new_version), (1, Version::new(1)));
    let task = tokio::spawn(async move { orders.get(&id(2)).await.map(|order| order.lines.len()) });
    assert_eq!(task.await.unwrap().unwrap(), 0);
}

pub(crate) async fn a_skipped_field_is_not_stored(source: &Source<'_>) {
    let orders = source.of::<Order>(&order::TABLES).await;
    let order = orders.add(Order { scratch: 7, ..Order::sample(1) }).await.unwrap();
    assert_eq!((order.scratch, orders.get(&FIRST).await.unwrap().scratch), (7, 0));
}

pub(crate) async fn rows_come_back_in_the_order_of_their_ids(source: &Source<'_>) {
    let orders = source.of::<Order>(&order::TABLES).await;
    let lines = [256, -3, 255, 1, 1000].map(Line::plain).into();
    orders.add(Order { lines, ..Order::sample(1) }).await.unwrap();
    let order = orders.get(&FIRST).await.unwrap();
    assert_eq!(order.lines.iter().map(|line| line.id).collect::<Vec<_>>(), [-3, 1, 255, 256, 1000]);
}

pub(crate) async fn two_rows_with_one_key_are_refused(source: &Source<'_>) {
    let (orders, mut order) = one_order(source).await;
    order.lines.push(Line::plain(11));
    let refused = orders.save(&mut order).await;
    assert_refused!(refused, Error::DuplicateKey { table: "order_lines", id } if id == "11");
    assert_eq!(orders.get(&FIRST).await.unwrap().version(), Version::INITIAL);
}

pub(crate) async fn an_id_of_another_aggregates_row_is_refused(source: &Source<'_>) {
    let orders = orders(source, &[1, 2]).await;
    let mut order = orders.get(&id(2)).await.unwrap();
    order.status = "thief".into();
    order.lines.push(Line::plain(11));
    let refused = orders.save(&mut order).await;
    assert_refused!(refused, Error::ConstraintViolated { kind: ConstraintKind::Unique, .. });
    let (first, second) = (orders.get(&FIRST).await.unwrap(), orders.get(&id(2)).await.unwrap());
    assert_eq!((first.lines.len(), second.lines.len(), second.version()), (2, 2, Version::INITIAL));
    let refused = orders.add(Order { lines: vec![Line::plain(12)], ..Order::sample(3) }).await;
    assert_refused!(
        refused,
        Rejected { error: Error::ConstraintViolated { kind: ConstraintKind::Unique, .. }, .. }
    );
    assert!(orders.find(&id(3)).await.unwrap().is_none());
    // What an order gave up is free.
    orders
        .update(&FIRST, |order| {
            let _: () = order.lines.clear();
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
    orders.save(&mut order).await.unwrap();
}

pub(crate) async fn another_value_in_its_place_is_refused(source: &Source<'_>) {
    let (orders, mut order) = one_order(source).await;
    *order = Order::sample(2);
    let refused = orders.save(&mut order).await;
    assert_refused!(refused, Error::IdentityChanged { loaded, found, .. } if loaded == "(1, 1)" && found == "(1, 2)");
}
