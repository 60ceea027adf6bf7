//! Many units of work at once: no circle of waiting, no money made, and closures that run again.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use aggregate_core::{Closed, Error, Tracked, UnitOfWork, Version};
use aggregate_tests::Engine;
use aggregate_tests::assert_refused;
use aggregate_tests::model::account::{self, Account};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::{Db, Lab, Repo, Unit};

async fn accounts(lab: &Lab, count: i64) -> Repo<Account> {
    let accounts = lab.with::<Account>(&account::TABLES).await;
    for id in 0..count {
        lab.saved(&accounts, Account::with(id, 1_000)).await;
    }
    accounts
}

/// The order of the calls is not the order of the locks. The only errors are conflicts.
pub(crate) async fn opposite_orders_never_deadlock(lab: &Lab) {
    const ROUNDS: i64 = 40;
    let accounts = accounts(lab, 2).await;
    let mut successes = [0; 2];
    let barrier = Arc::new(Barrier::new(2));
    for _ in 0..ROUNDS {
        let mut units = JoinSet::new();
        for order in [[0, 1], [1, 0]] {
            let (pool, barrier) = (lab.pool().clone(), Arc::clone(&barrier));
            let copies = [accounts.get(&order[0]).await.unwrap(), accounts.get(&order[1]).await.unwrap()];
            units.spawn(async move {
                barrier.wait().await;
                let unit = Unit::begin(&pool).await?;
                for mut copy in copies {
                    copy.balance += 1;
                    unit.save(&mut copy)?;
                    tokio::task::yield_now().await;
                }
                unit.commit().await
            });
        }
        let mut won = 0;
        for result in units.join_all().await {
            match result {
                Ok(reports) => {
                    won += 1;
                    for report in reports {
                        successes[usize::from(report.id == "1")] += 1;
                    }
                }
                Err(Error::Conflict(conflict)) => assert!(conflict.actual > Some(conflict.expected)),
                Err(other) => panic!("{other:?}"),
            }
        }
        assert!(won >= 1, "a round without a winner");
    }
    for (id, successes) in (0..).zip(successes) {
        let stored = accounts.get(&id).await.unwrap();
        assert_eq!(stored.version(), Version::new(successes), "successes are version advances");
        assert_eq!(stored.balance, 1_000 + successes);
    }
}

/// Reading one aggregate sends nothing that is queued for another, so loading late keeps the order too.
pub(crate) async fn units_that_load_between_saves_never_deadlock(lab: &Lab) {
    let accounts = accounts(lab, 2).await;
    let barrier = Arc::new(Barrier::new(2));
    let mut advances = 0;
    for _ in 0..20 {
        let mut units = JoinSet::new();
        for order in [[0, 1], [1, 0]] {
            let (pool, barrier) = (lab.pool().clone(), Arc::clone(&barrier));
            units.spawn(async move {
                barrier.wait().await;
                let unit = Unit::begin(&pool).await?;
                for id in order {
                    let mut copy = unit.get::<Account>(&id).await?;
                    copy.balance += 1;
                    unit.save(&mut copy)?;
                    tokio::task::yield_now().await;
                }
                unit.commit().await
            });
        }
        for result in units.join_all().await {
            match result {
                Ok(reports) => advances += i64::try_from(reports.len()).unwrap(),
                Err(Error::Conflict(_)) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
    }
    let stored = [accounts.get(&0).await.unwrap(), accounts.get(&1).await.unwrap()];
    assert_eq!(stored[0].version().get() + stored[1].version().get(), advances);
    assert_eq!(stored[0].balance + stored[1].balance, 2_000 + advances);
}

pub(crate) async fn money_moves_and_its_sum_stays(lab: &Lab) {
    const TASKS: i64 = 12;
    const EACH: i64 = 5;
    let accounts = accounts(lab, 3).await;
    let mut movers = JoinSet::new();
    for task in 0..TASKS {
        let pool = lab.pool().clone();
        movers.spawn(async move {
            for round in 0..EACH {
                let (from, to) = ((task + round) % 3, (task + 1 + round) % 3);
                UnitOfWork::options()
                    .attempts(200)
                    .transact(&pool, |unit: Unit| async move {
                        let mut from = unit.get::<Account>(&from).await?;
                        let mut to = unit.get::<Account>(&to).await?;
                        from.balance -= 7;
                        to.balance += 7;
                        unit.save(&mut from)?;
                        unit.save(&mut to)?;
                        Ok::<_, Error>(())
                    })
                    .await?;
            }
            Ok::<_, Error>(())
        });
    }
    for moved in movers.join_all().await {
        moved.unwrap();
    }
    assert_eq!(lab.cell("SELECT CAST(sum(balance) AS CHAR(9)) FROM accounts").await.trim(), "3000");
    let mut advances = 0;
    for id in 0..3 {
        advances += accounts.get(&id).await.unwrap().version().get();
    }
    assert_eq!(advances, 2 * TASKS * EACH, "successes are version advances");
}

pub(crate) async fn a_closure_runs_again_after_a_conflict(lab: &Lab) {
    let accounts = accounts(lab, 1).await;
    let runs = AtomicU32::new(0);
    let doubled = UnitOfWork::transact(lab.pool(), |unit: Unit| {
        let (runs, accounts) = (&runs, &accounts);
        async move {
            let run = runs.fetch_add(1, Ordering::Relaxed);
            let mut copy = unit.get::<Account>(&0).await?;
            copy.balance *= 2;
            if run < 2 {
                // Refused at the commit: a copy from before.
                let mut stale = copy.clone();
                unit.save(&mut copy)?;
                stale.balance = 0;
                unit.save(&mut stale)?;
            } else {
                unit.save(&mut copy)?;
            }
            let _ = accounts;
            Ok::<_, Error>(copy.balance)
        }
    })
    .await
    .unwrap();
    assert_eq!((doubled, runs.into_inner()), (2_000, 3));
    let stored = accounts.get(&0).await.unwrap();
    assert_eq!((stored.balance, stored.version()), (2_000, Version::new(1)));
}

/// An error of the domain's own ends it, and so does a conflict that never ends.
pub(crate) async fn a_closure_stops_at_its_own_errors_and_at_the_limit(lab: &Lab) {
    #[derive(Debug)]
    enum Failed {
        Domain,
        Stored(Error),
    }
    impl From<Error> for Failed {
        fn from(error: Error) -> Self {
            Self::Stored(error)
        }
    }
    let accounts = accounts(lab, 1).await;
    let runs = AtomicU32::new(0);
    let failed = UnitOfWork::transact(lab.pool(), |unit: Unit| {
        let runs = &runs;
        async move {
            runs.fetch_add(1, Ordering::Relaxed);
            let mut copy = unit.get::<Account>(&0).await?;
            copy.balance = 0;
            unit.save(&mut copy)?;
            unit.flush().await?;
            Err::<(), _>(Failed::Domain)
        }
    })
    .await;
    assert!(matches!(failed, Err(Failed::Domain)), "{failed:?}");
    assert_eq!(runs.swap(0, Ordering::Relaxed), 1);

    let mut stale = accounts.get(&0).await.unwrap();
    accounts.touch(&mut stale.clone()).await.unwrap();
    stale.balance = 5;
    let failed = UnitOfWork::<Db>::options()
        .attempts(3)
        .transact(lab.pool(), |unit: Unit| {
            runs.fetch_add(1, Ordering::Relaxed);
            let mut stale: Tracked<Account> = stale.clone();
            async move {
                unit.save(&mut stale)?;
                Ok::<_, Failed>(())
            }
        })
        .await;
    assert_refused!(failed, Failed::Stored(Error::Conflict(_)));
    assert_eq!(runs.into_inner(), 3);
    let stored = accounts.get(&0).await.unwrap();
    assert_eq!((stored.balance, stored.version()), (1_000, Version::new(1)));
}

/// The unit of a closure that failed is over, whoever holds it still.
pub(crate) async fn a_closure_that_fails_leaves_no_unit_open(lab: &Lab) {
    let accounts = accounts(lab, 1).await;
    let kept = Mutex::new(None);
    let failed = UnitOfWork::transact(lab.pool(), |unit: Unit| {
        kept.lock().unwrap().replace(unit.clone());
        async move {
            let mut copy = unit.get::<Account>(&0).await?;
            copy.balance = 0;
            unit.save(&mut copy)?;
            unit.flush().await?;
            Err::<(), _>(Error::ReadOnly)
        }
    })
    .await;
    assert_refused!(failed, Error::ReadOnly);
    let kept: Unit = kept.into_inner().unwrap().unwrap();
    assert_refused!(kept.commit().await, Error::UnitClosed(Closed::RolledBack));
    assert_eq!(accounts.get(&0).await.unwrap().balance, 1_000);
}

/// Two units that each decide upon what the other one changes: never both.
pub(crate) async fn of_two_that_check_what_the_other_saves_one_commits(lab: &Lab) {
    const ROUNDS: i64 = 30;
    let accounts = accounts(lab, 2).await;
    let barrier = Arc::new(Barrier::new(2));
    let mut total = 0;
    for round in 0..ROUNDS {
        let mut units = JoinSet::new();
        for [checked, saved] in [[0, 1], [1, 0]] {
            let (pool, barrier) = (lab.pool().clone(), Arc::clone(&barrier));
            let checked = accounts.get(&checked).await.unwrap();
            let mut saved = accounts.get(&saved).await.unwrap();
            units.spawn(async move {
                barrier.wait().await;
                let unit = Unit::begin(&pool).await?;
                unit.check(&checked)?;
                saved.balance += 1;
                unit.save(&mut saved)?;
                unit.commit().await
            });
        }
        let mut won = 0;
        for result in units.join_all().await {
            match result {
                Ok(reports) => {
                    assert_eq!(reports.len(), 1, "a check is no save");
                    won += 1;
                }
                Err(Error::Conflict(_)) => {}
                Err(other) => panic!("round {round}: {other:?}"),
            }
        }
        assert!(won <= 1, "round {round}: both");
        total += won;
    }
    let advances =
        accounts.get(&0).await.unwrap().version().get() + accounts.get(&1).await.unwrap().version().get();
    assert_eq!(advances, total, "successes are version advances");
    assert!(total > 0);
}

/// What is saved while another handle commits is committed too, or refused; never forgotten.
pub(crate) async fn a_save_during_a_commit_is_not_forgotten(lab: &Lab) {
    let accounts = accounts(lab, 2).await;
    let (mut stored, mut refused) = (0, 0);
    for times in 0..60 {
        let mut first = accounts.get(&0).await.unwrap();
        let mut second = accounts.get(&1).await.unwrap();
        let before = second.version();
        let unit = Unit::begin(lab.pool()).await.unwrap();
        first.balance += 1;
        unit.save(&mut first).unwrap();
        let commit = tokio::spawn(unit.clone().commit());
        for _ in 0..times {
            tokio::task::yield_now().await;
            std::thread::sleep(std::time::Duration::from_micros(30));
        }
        second.balance += 1;
        let saved = unit.save(&mut second);
        commit.await.unwrap().unwrap();
        let now = accounts.get(&1).await.unwrap();
        match saved {
            Ok(()) => {
                stored += 1;
                assert_eq!(second.version(), now.version(), "{times}");
                assert_eq!(now.version(), before.next().unwrap());
            }
            Err(error) => {
                refused += 1;
                assert_refused!(Err::<(), _>(error), Error::UnitClosed(_));
                assert_eq!((second.version(), now.version()), (before, before));
            }
        }
    }
    assert!(stored > 0 && refused > 0, "{stored} {refused}");
}

/// Another handle's call between the asking for the connection and the having of it changes nothing.
pub(crate) async fn own_sql_is_looked_after_whoever_else_talks(lab: &Lab) {
    let accounts = accounts(lab, 1).await;
    let mut account = accounts.get(&0).await.unwrap();
    let unit = Unit::begin(lab.pool()).await.unwrap();
    account.balance = 5;
    unit.save(&mut account).unwrap();
    let (_, lent, _) = tokio::join!(
        unit.find::<Account>(&0),
        async {
            let mut connection = unit.connection().await.unwrap();
            Db::run(&mut connection, "ROLLBACK".to_owned()).await.unwrap();
        },
        unit.savepoint(),
    );
    let () = lent;
    let committed = unit.commit().await;
    assert!(committed.is_err(), "the transaction was gone");
    accounts.reload(&mut account).await.unwrap();
    assert_eq!(account.balance, 1_000);
}

/// A save that reads the version and one that bumps it, of one aggregate in one unit, and another unit alike.
pub(crate) async fn saves_of_both_kinds_in_one_unit_never_deadlock(lab: &Lab) {
    use aggregate_tests::model::document::{self, Document, Remark};
    let documents = lab.with::<Document>(&document::TABLES).await;
    lab.saved(&documents, Document::sample(1)).await;
    let barrier = Arc::new(Barrier::new(2));
    for round in 0..20 {
        let mut units = JoinSet::new();
        for side in 0..2 {
            let (pool, barrier) = (lab.pool().clone(), Arc::clone(&barrier));
            let mut copy = documents.get(&1).await.unwrap();
            units.spawn(async move {
                barrier.wait().await;
                let unit = Unit::begin(&pool).await?;
                copy.remarks.push(Remark::plain(1_000 + round * 10 + side));
                unit.save(&mut copy)?;
                copy.title.push('!');
                unit.save(&mut copy)?;
                unit.commit().await
            });
        }
        let mut won = 0;
        for result in units.join_all().await {
            match result {
                Ok(_) => won += 1,
                Err(Error::Conflict(_)) => {}
                Err(other) => panic!("round {round}: {other:?}"),
            }
        }
        assert_eq!(won, 1, "round {round}");
    }
}
