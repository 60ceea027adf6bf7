//! Locks that units of work ask for, and what those meet who have to wait.

use std::sync::Arc;
use std::time::Duration;

use aggregate_core::{Error, SqlRepository, Version};
use aggregate_tests::model::account::{self, Account};
use aggregate_tests::model::invoice::{self, Invoice, InvoiceId};
use aggregate_tests::{Engine, assert_refused};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::{Db, Lab, Repo, Unit};

/// Whether who writes holds the whole database from the begin of its unit.
const ONE_WRITER: bool = Db::WAITING.is_none();

async fn accounts(lab: &Lab) -> Repo<Account> {
    let accounts = lab.with::<Account>(&account::TABLES).await;
    for id in [1, 2] {
        lab.saved(&accounts, Account::with(id, 100)).await;
    }
    accounts
}

pub(crate) async fn who_locks_later_waits_and_reads_what_was_saved(lab: &Lab) {
    let accounts = accounts(lab).await;
    let unit = Unit::begin(lab.pool()).await.unwrap();
    let mut first = unit.get_locked::<Account>(&1).await.unwrap();
    let pool = lab.pool().clone();
    let later = tokio::spawn(async move {
        let unit = Unit::begin(&pool).await?;
        let mut second = unit.get_locked::<Account>(&1).await?;
        assert_eq!((second.balance, second.version()), (101, Version::new(1)));
        second.balance += 1;
        unit.save(&mut second)?;
        unit.commit().await
    });
    lab.until_waiting(1).await;
    assert!(!later.is_finished());
    first.balance += 1;
    unit.save(&mut first).unwrap();
    unit.commit().await.unwrap();
    later.await.unwrap().unwrap();
    let stored = accounts.get(&1).await.unwrap();
    assert_eq!((stored.balance, stored.version()), (102, Version::new(2)));
}

pub(crate) async fn who_saves_waits_for_who_locks(lab: &Lab) {
    let accounts = accounts(lab).await;
    let mut copy = accounts.get(&1).await.unwrap();
    let unit = Unit::begin(lab.pool()).await.unwrap();
    let mut locked = unit.get_locked::<Account>(&1).await.unwrap();
    let saver = accounts.clone();
    let later = tokio::spawn(async move {
        copy.balance = 0;
        saver.save(&mut copy).await
    });
    lab.until_waiting(1).await;
    locked.balance = 7;
    unit.save(&mut locked).unwrap();
    unit.commit().await.unwrap();
    let conflict = super::conflict(later.await.unwrap());
    assert_eq!((conflict.expected, conflict.actual), (Version::INITIAL, Some(Version::new(1))));
    assert_eq!(accounts.get(&1).await.unwrap().balance, 7);
}

/// The lock first, the rows then: both in statements of their own, so that all rows are of one version.
pub(crate) async fn a_locked_aggregate_is_of_one_version(lab: &Lab) {
    const WRITERS: i32 = 6;
    const EACH: i32 = 5;
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    lab.saved(&invoices, Invoice::sample(1)).await;
    let unit = Unit::begin(lab.pool()).await.unwrap();
    unit.get_locked::<Invoice>(&InvoiceId(1)).await.unwrap();
    unit.commit().await.unwrap();
    drop(lab.sent());
    let unit = Unit::begin(lab.pool()).await.unwrap();
    unit.get_locked::<Invoice>(&InvoiceId(1)).await.unwrap();
    unit.commit().await.unwrap();
    let kinds: Vec<_> = lab.sent().into_iter().map(|sent| sent.kind).collect();
    if Db::LOADS_AT_ONCE {
        assert_eq!(kinds, ["begin", "check", "load", "commit"]);
    } else {
        assert_eq!(kinds[..3], ["begin", "lock", "load"]);
    }
    let mut writers = JoinSet::new();
    for _ in 0..WRITERS {
        let pool = lab.pool().clone();
        writers.spawn(async move {
            for _ in 0..EACH {
                let unit = Unit::begin(&pool).await?;
                let mut copy = unit.get_locked::<Invoice>(&InvoiceId(1)).await?;
                let round = i32::try_from(copy.version().get()).unwrap();
                // Each save gives all rows one number, which is the version before it.
                let expected = if round == 0 { copy.lines[0].quantity } else { round - 1 };
                for (place, line) in copy.lines.iter_mut().enumerate() {
                    let torn = round > 0 && line.quantity != expected;
                    assert!(!torn, "line {place} is of version {}, not {round}", line.quantity + 1);
                    line.quantity = round;
                    for allocation in &mut line.allocations {
                        assert!(round == 0 || allocation.amount == expected);
                        allocation.amount = round;
                    }
                }
                unit.save(&mut copy)?;
                unit.commit().await?;
            }
            Ok::<_, Error>(())
        });
    }
    for written in writers.join_all().await {
        // With the lock no save is a conflict.
        written.unwrap();
    }
    let stored = invoices.get(&InvoiceId(1)).await.unwrap();
    assert_eq!(stored.version().get(), i64::from(WRITERS * EACH), "successes are version advances");
}

pub(crate) async fn a_deadlock_is_contention_and_one_gets_through(lab: &Lab) {
    let accounts = accounts(lab).await;
    let barrier = Arc::new(Barrier::new(2));
    let mut units = JoinSet::new();
    for order in [[1, 2], [2, 1]] {
        let (pool, barrier) = (lab.pool().clone(), Arc::clone(&barrier));
        units.spawn(async move {
            let unit = Unit::begin(&pool).await?;
            let mut first = unit.get_locked::<Account>(&order[0]).await?;
            first.balance += 1;
            unit.save(&mut first)?;
            if !ONE_WRITER {
                barrier.wait().await;
            }
            let mut second = unit.get_locked::<Account>(&order[1]).await?;
            second.balance += 1;
            unit.save(&mut second)?;
            unit.commit().await
        });
    }
    let (mut won, mut lost) = (0, 0);
    for result in units.join_all().await {
        match result {
            Ok(reports) => won += reports.len() / 2,
            Err(error) => {
                assert!(error.transaction_lost() && error.is_retryable(), "{error:?}");
                assert_refused!(Err::<(), _>(error), Error::Contended { source: Some(_), .. });
                lost += 1;
            }
        }
    }
    assert_eq!((won, lost), if ONE_WRITER { (2, 0) } else { (1, 1) });
    for id in [1, 2] {
        let stored = accounts.get(&id).await.unwrap();
        let saves = i64::try_from(won).unwrap();
        assert_eq!((stored.balance, stored.version().get()), (100 + saves, saves));
    }
}

pub(crate) async fn a_lock_of_what_is_not_there(lab: &Lab) {
    accounts(lab).await;
    let unit = Unit::begin(lab.pool()).await.unwrap();
    assert!(unit.find_locked::<Account>(&9).await.unwrap().is_none());
    assert_refused!(unit.get_locked::<Account>(&9).await, Error::NotFound { aggregate: "accounts", .. });
    unit.commit().await.unwrap();
}

pub(crate) async fn a_lock_that_a_unit_does_not_get_in_time(lab: &Lab) {
    let accounts = accounts(lab).await;
    let holder = Unit::begin(lab.pool()).await.unwrap();
    holder.get_locked::<Account>(&1).await.unwrap();
    let pool = lab.another_pool(2, Duration::from_millis(50)).await;
    let error = match Unit::begin(&pool).await {
        Err(error) => error,
        Ok(unit) => unit.get_locked::<Account>(&1).await.unwrap_err(),
    };
    assert!(error.is_retryable() && !error.is_conflict());
    assert_refused!(Err::<(), _>(error), Error::Contended { source: Some(_), .. });
    holder.rollback().await.unwrap();
    assert_eq!(accounts.get(&1).await.unwrap().version(), Version::INITIAL);
    pool.close().await;
}

/// A statement that the engine ends because it takes too long is contention, too.
pub(crate) async fn a_statement_that_takes_too_long(lab: &Lab) {
    let accounts = accounts(lab).await;
    let holder = Unit::begin(lab.pool()).await.unwrap();
    holder.get_locked::<Account>(&1).await.unwrap();
    let pool = match Db::HURRIES {
        Some(hurries) => lab.pool_that(2, hurries).await,
        // There nothing but a lock can take long.
        None => lab.another_pool(2, Duration::from_millis(60)).await,
    };
    let hasty: Repo<Account> = SqlRepository::new(pool.clone());
    let mut copy = accounts.get(&1).await.unwrap();
    copy.balance = 1;
    assert_refused!(hasty.save(&mut copy).await, Error::Contended { transaction_lost: false, .. });
    match Unit::begin(&pool).await {
        Ok(unit) => {
            unit.save(&mut copy).unwrap();
            let error = unit.flush().await.unwrap_err();
            assert_eq!(error.transaction_lost(), Db::FAILS_WHOLE);
            assert_refused!(Err::<(), _>(error), Error::Contended { source: Some(_), .. });
        }
        Err(error) => assert_refused!(Err::<(), _>(error), Error::Contended { .. }),
    }
    assert_eq!(copy.version(), Version::INITIAL);
    holder.rollback().await.unwrap();
    accounts.save(&mut copy).await.unwrap();
    pool.close().await;
}

/// A check keeps its aggregate where it is until the unit ends.
pub(crate) async fn who_saves_waits_for_who_checks(lab: &Lab) {
    let accounts = accounts(lab).await;
    let checked = accounts.get(&1).await.unwrap();
    let mut copy = checked.clone();
    let unit = Unit::begin(lab.pool()).await.unwrap();
    unit.check(&checked).unwrap();
    unit.flush().await.unwrap();
    let saver = accounts.clone();
    let later = tokio::spawn(async move {
        copy.balance = 0;
        saver.save(&mut copy).await
    });
    lab.until_waiting(1).await;
    assert!(!later.is_finished());
    unit.check(&checked).unwrap();
    unit.commit().await.unwrap();
    assert_eq!(later.await.unwrap().unwrap().new_version, Version::new(1));
}
