//! Several aggregates, saved together or not at all.

use aggregate_core::{Error, Tracked, Version};
use aggregate_tests::assert_refused;
use aggregate_tests::model::order::{self, Line, Order};

use super::{FIRST, Orders, Source, conflict, id, somebody_saves};

/// A repository with three orders, and copies of them.
async fn three(source: &Source<'_>) -> (Orders, Vec<Tracked<Order>>) {
    let orders = source.of::<Order>(&order::TABLES).await;
    let mut new: Vec<_> = [1, 2, 3].map(|number| Tracked::new(Order::sample(number))).into();
    let reports = orders.save_all(&mut new).await.unwrap();
    assert_eq!(reports.iter().map(aggregate_core::SaveReport::rows_written).collect::<Vec<_>>(), [8, 8, 8]);
    (orders, new)
}

async fn versions(orders: &Orders) -> Vec<i64> {
    let found = orders.get_many(&[id(1), id(2), id(3)]).await.unwrap();
    found.iter().map(|order| order.version().get()).collect()
}

pub(crate) async fn all_are_saved_and_reported_in_the_order_given(source: &Source<'_>) {
    let (orders, mut copies) = three(source).await;
    copies.reverse();
    copies[0].status = "third".into();
    copies[2].lines[0].picks.clear();
    copies.push(Tracked::new(Order::sample(4)));
    let reports = orders.save_all(&mut copies).await.unwrap();
    let said: Vec<_> = reports
        .iter()
        .map(|report| (report.id.as_str(), report.new_version.get(), report.rows_written()))
        .collect();
    assert_eq!(said, [("(1, 3)", 1, 1), ("(1, 2)", 0, 0), ("(1, 1)", 1, 3), ("(1, 4)", 0, 8)]);
    assert_eq!(versions(&orders).await, [1, 0, 1]);
    for copy in &copies {
        assert!(!copy.is_dirty());
        assert_eq!(**copy, *orders.get(&copy.key()).await.unwrap());
    }
}

pub(crate) async fn one_stale_saves_none_and_is_named(source: &Source<'_>) {
    let (orders, mut copies) = three(source).await;
    somebody_saves(&orders, 2).await;
    for copy in &mut copies {
        copy.lines[0].quantity = 9;
    }
    let before: Vec<Order> = copies.iter().map(|copy| (**copy).clone()).collect();
    let refused = conflict(orders.save_all(&mut copies).await);
    assert_eq!(
        (refused.id.as_str(), refused.expected, refused.actual),
        ("(1, 2)", Version::INITIAL, Some(Version::new(1)))
    );
    assert_eq!(versions(&orders).await, [0, 1, 0]);
    for (copy, before) in copies.iter().zip(before) {
        assert_eq!(((**copy).clone(), copy.version(), copy.is_dirty()), (before, Version::INITIAL, true));
    }
}

pub(crate) async fn one_refused_saves_none(source: &Source<'_>) {
    let (orders, mut copies) = three(source).await;
    copies[0].status = "changed".into();
    copies[2].lines.push(Line::plain(31));
    assert_refused!(orders.save_all(&mut copies).await, Error::DuplicateKey { table: "order_lines", .. });
    copies[2].lines.pop();
    copies[2].lines.push(Line::plain(21));
    assert_refused!(orders.save_all(&mut copies).await, Error::ConstraintViolated { .. });
    copies.push(Tracked::new(Order::sample(1)));
    copies[2].lines.pop();
    assert_refused!(orders.save_all(&mut copies).await, Error::AlreadyExists { id, .. } if id == "(1, 1)");
    assert_eq!(versions(&orders).await, [0, 0, 0]);
    assert_eq!(orders.get(&FIRST).await.unwrap().status, "open");
}

pub(crate) async fn nothing_to_save_sends_nothing(source: &Source<'_>) {
    let (orders, mut copies) = three(source).await;
    source.statements();
    let same = copies[1].status.clone();
    copies[1].status = same;
    let reports = orders.save_all(&mut copies).await.unwrap();
    assert!(reports.iter().all(aggregate_core::SaveReport::is_noop));
    assert_eq!((reports.len(), source.statements()), (3, 0));
    assert_eq!(versions(&orders).await, [0, 0, 0]);
}

pub(crate) async fn after_a_refusal_the_same_save_works(source: &Source<'_>) {
    let (orders, mut copies) = three(source).await;
    somebody_saves(&orders, 2).await;
    for copy in &mut copies {
        copy.views += 1;
        let line = Line::plain(copy.number * 10 + 5);
        copy.lines.push(line);
    }
    conflict(orders.save_all(&mut copies).await);
    orders.reload(&mut copies[1]).await.unwrap();
    let reports = orders.save_all(&mut copies).await.unwrap();
    assert_eq!(reports.iter().map(aggregate_core::SaveReport::rows_written).collect::<Vec<_>>(), [2, 0, 2]);
    assert_eq!(versions(&orders).await, [1, 1, 1]);
}

pub(crate) async fn two_copies_of_one_are_a_conflict(source: &Source<'_>) {
    let (orders, copies) = three(source).await;
    let mut twice = vec![copies[0].clone(), copies[0].clone()];
    twice[0].status = "one".into();
    twice[1].status = "two".into();
    let refused = conflict(orders.save_all(&mut twice).await);
    assert_eq!((refused.expected, refused.actual), (Version::INITIAL, Some(Version::new(1))));
    assert_eq!(versions(&orders).await, [0, 0, 0]);
    // Of two copies one may be saved, and its report stands in its place.
    let mut once = vec![copies[0].clone(), copies[0].clone()];
    once[1].status = "once".into();
    let reports = orders.save_all(&mut once).await.unwrap();
    assert_eq!([reports[0].is_noop(), reports[1].is_noop()], [true, false]);
    assert_eq!(versions(&orders).await, [1, 0, 0]);
}

pub(crate) async fn crossing_savers_of_many_all_get_through(source: &Source<'_>) {
    let (orders, _) = three(source).await;
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..6 {
        let orders = orders.clone();
        tasks.spawn(async move {
            let (mut saved, mut tries) = (0, 0);
            while saved < 5 {
                tries += 1;
                assert!(tries < 2_000, "task {task} never gets through");
                let mut ids = [id(1), id(2), id(3)];
                ids.rotate_left(task % 3);
                let mut copies = orders.get_many(&ids).await.unwrap();
                for copy in &mut copies {
                    copy.status.push('.');
                }
                match orders.save_all(&mut copies).await {
                    Ok(_) => saved += 1,
                    Err(error) => assert!(error.is_retryable(), "{error:?}"),
                }
                tokio::time::sleep(std::time::Duration::from_millis(task as u64)).await;
            }
        });
    }
    tasks.join_all().await;
    assert_eq!(versions(&orders).await, [30, 30, 30], "successes are version advances");
    let stored = orders.get_many(&[id(1), id(2), id(3)]).await.unwrap();
    assert!(stored.iter().all(|order| order.status == format!("open{}", ".".repeat(30))));
}

pub(crate) async fn of_two_stale_ones_the_first_root_is_named(source: &Source<'_>) {
    let (orders, mut copies) = three(source).await;
    somebody_saves(&orders, 1).await;
    somebody_saves(&orders, 3).await;
    for copy in &mut copies {
        copy.status.push('?');
    }
    for _ in 0..2 {
        assert_eq!(conflict(orders.save_all(&mut copies).await).id, "(1, 1)");
        copies.reverse();
    }
}
