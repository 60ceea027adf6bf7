//! Changes that are done again when others were faster.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use aggregate_core::{Error, Repository, RepositoryExt, RetryPolicy, UpdateError, Version};
use aggregate_tests::assert_refused;
use aggregate_tests::model::order::Order;

use super::meddler::{Meddler, Mishap};
use super::{FIRST, Source, id, one_order};

/// The repository's error in an update that failed, and how many attempts there were.
fn failed<T: std::fmt::Debug, E: std::fmt::Debug>(updated: Result<T, UpdateError<E>>) -> (Error, u32) {
    match updated {
        Err(UpdateError::Failed { error, attempts, .. }) => (error, attempts),
        other => panic!("expected a failure, got {other:?}"),
    }
}

/// Fails never, but has the type of a change that may.
#[allow(clippy::unnecessary_wraps, reason = "it stands for a change of the domain's")]
fn pay(order: &mut Order) -> Result<usize, &'static str> {
    order.status.push_str(" paid");
    Ok(order.lines.len())
}

pub(crate) async fn an_update_returns_what_it_did(source: &Source<'_>) {
    let (orders, _) = one_order(source).await;
    let updated = orders.update(&FIRST, pay).await.unwrap();
    assert_eq!((updated.value, updated.attempts), (2, 1));
    assert_eq!((updated.report.new_version, updated.report.rows_written()), (Version::new(1), 1));
    assert_eq!((updated.aggregate.version(), updated.aggregate.is_dirty()), (Version::new(1), false));
    assert_eq!(*orders.get(&FIRST).await.unwrap(), *updated.aggregate);
    let unchanged = orders.update(&FIRST, |_| Ok::<_, ()>(())).await.unwrap();
    assert!(unchanged.report.is_noop());
}

pub(crate) async fn a_conflict_is_tried_again_on_fresh_state(source: &Source<'_>) {
    let (orders, _) = one_order(source).await;
    let contended = Error::Contended { transaction_lost: false, source: None };
    let meddler = Meddler::new(&orders, [Mishap::Overtaken, Mishap::Refused(contended), Mishap::Overtaken]);
    let mut seen = Vec::new();
    let updated = meddler.update(&FIRST, |order| {
        seen.push(order.status.clone());
        pay(order)
    });
    let updated = updated.await.unwrap();
    assert_eq!((updated.attempts, updated.report.new_version), (4, Version::new(3)));
    assert_eq!(seen, ["open", "open!", "open!", "open!!"], "each attempt sees what is stored");
    assert_eq!(orders.get(&FIRST).await.unwrap().status, "open!! paid");
}

pub(crate) async fn the_closures_own_error_ends_it(source: &Source<'_>) {
    let (orders, _) = one_order(source).await;
    let mut calls = 0;
    let refused = orders.update(&FIRST, |order| {
        calls += 1;
        order.lines.clear();
        Err::<(), _>("not today")
    });
    assert_eq!(refused.await.unwrap_err().refused(), Some("not today"));
    assert_eq!(calls, 1);
    let stored = orders.get(&FIRST).await.unwrap();
    assert_eq!((stored.lines.len(), stored.version()), (2, Version::INITIAL));
}

pub(crate) async fn what_is_not_there_ends_it(source: &Source<'_>) {
    let (orders, mut order) = one_order(source).await;
    let (error, attempts) = failed(orders.update(&id(9), pay).await);
    assert!(matches!(error, Error::NotFound { aggregate: "orders", .. }) && attempts == 1, "{error:?}");
    orders.delete(&mut order).await.unwrap();
    let (error, attempts) = failed(orders.update(&FIRST, pay).await);
    assert!(matches!(error, Error::NotFound { .. }) && attempts == 1, "{error:?}");
    assert!(orders.find(&FIRST).await.unwrap().is_none(), "it is not added again");
}

pub(crate) async fn what_is_deleted_meanwhile_ends_it(source: &Source<'_>) {
    let (orders, _) = one_order(source).await;
    let (error, attempts) = failed(Meddler::new(&orders, [Mishap::Deleted]).update(&FIRST, pay).await);
    assert!(matches!(&error, Error::Conflict(conflict) if conflict.actual.is_none()), "{error:?}");
    assert_eq!(attempts, 1);
    assert!(orders.find(&FIRST).await.unwrap().is_none());
}

/// A service that has one error type needs no words of its own.
pub(crate) async fn its_error_becomes_the_librarys(source: &Source<'_>) {
    async fn rename(orders: &dyn Repository<Order>, number: i64) -> Result<Version, Error> {
        let id = id(number);
        let never = orders
            .update(&id, |order| {
                let _: () = order.status.push('.');
                Ok::<_, Infallible>(())
            })
            .await?;
        let may = orders.update(&id, |order| match order.lines.len() {
            2 => {
                let _: () = order.status.push('.');
                Ok::<_, Error>(())
            }
            _ => Err(Error::ReadOnly),
        });
        may.await?;
        Ok(never.report.new_version)
    }
    let (orders, _) = one_order(source).await;
    assert_eq!(rename(&*orders, 1).await.unwrap(), Version::new(1));
    assert_refused!(rename(&*orders, 9).await, Error::NotFound { .. });
    orders
        .update(&FIRST, |order| {
            let _: () = order.lines.clear();
            Ok::<_, Infallible>(())
        })
        .await
        .unwrap();
    assert_refused!(rename(&*orders, 1).await, Error::ReadOnly);
}

pub(crate) async fn the_last_error_says_what_was_tried(source: &Source<'_>) {
    let (orders, _) = one_order(source).await;
    let always = || (0..20).map(|_| Mishap::Overtaken).collect::<Vec<_>>();
    let policy = RetryPolicy::default().attempts(3).longest_wait(Duration::from_millis(5));
    let begun = Instant::now();
    let refused = Meddler::new(&orders, always()).update_with(policy, &FIRST, pay).await.unwrap_err();
    let sentence = refused.to_string();
    let Err(UpdateError::Failed { error: Error::Conflict(conflict), attempts, elapsed, .. }) =
        Err::<(), _>(refused)
    else {
        panic!("the last conflict")
    };
    assert_eq!((attempts, conflict.expected, conflict.actual), (3, Version::new(2), Some(Version::new(3))));
    assert!(elapsed <= begun.elapsed() && elapsed >= Duration::from_millis(4), "{elapsed:?}");
    let said =
        "conflict: `orders` (1, 1) is at version 3, not 2: it was saved by someone else; tried 3 times in ";
    assert!(sentence.starts_with(said), "{sentence}");
    let once = Meddler::new(&orders, always()).update_with(RetryPolicy::NEVER, &FIRST, pay).await;
    assert_eq!(failed(once).1, 1);
}

pub(crate) async fn an_unknown_outcome_is_not_tried_again(source: &Source<'_>) {
    let (orders, _) = one_order(source).await;
    let (error, attempts) = failed(Meddler::new(&orders, [Mishap::Unheard]).update(&FIRST, pay).await);
    assert!(matches!(error, Error::CommitUnknown { aggregate: "orders", .. }), "{error:?}");
    assert_eq!(attempts, 1);
    assert_eq!(orders.get(&FIRST).await.unwrap().status, "open paid", "once");
}

pub(crate) async fn many_writers_of_one_aggregate_lose_nothing(source: &Source<'_>) {
    let (orders, _) = one_order(source).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let orders = orders.clone();
        tasks.spawn(async move {
            let policy = RetryPolicy::default().attempts(1_000);
            for _ in 0..5 {
                let add = |order: &mut Order| {
                    let _: () = order.lines[0].quantity += 1;
                    Ok::<_, ()>(())
                };
                orders.update_with(policy, &FIRST, add).await.unwrap();
            }
        });
    }
    tasks.join_all().await;
    let stored = orders.get(&FIRST).await.unwrap();
    assert_eq!((stored.lines[0].quantity, stored.version()), (41, Version::new(40)));
}
