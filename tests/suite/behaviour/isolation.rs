//! Every isolation level gives one meaning to each situation.

use std::time::Duration;

use aggregate_core::{Closed, Error, Isolation, SqlRepository, Tracked, Version};
use aggregate_tests::model::account::{self, Account};
use aggregate_tests::model::invoice::{self, Invoice, InvoiceId, Line};
use aggregate_tests::{Engine, Level, Stale, assert_refused};
use tokio::task::JoinSet;

use super::{Db, Lab, Repo, Unit};

pub(crate) async fn one_meaning_at_every_level(lab: &Lab) {
    lab.create(&invoice::TABLES).await;
    for level in Db::LEVELS {
        let pool = lab.pool_that(4, level.set).await;
        let invoices: Repo<Invoice> = SqlRepository::new(pool.clone());
        let mut current = Tracked::new(Invoice::sample(1));
        assert_eq!(invoices.save(&mut current).await.unwrap().new_version, Version::INITIAL);
        assert_refused!(
            invoices.save(&mut Tracked::new(Invoice::sample(1))).await,
            Error::AlreadyExists { transaction_lost: false, .. }
        );
        let mut stale = current.clone();
        current.lines[0].quantity = 7;
        invoices.save(&mut current).await.unwrap();
        stale.lines[1].allocations[0].amount = 8;
        let conflict = super::conflict(invoices.save(&mut stale).await);
        assert_eq!(
            (conflict.expected, conflict.actual),
            (Version::INITIAL, Some(Version::new(1))),
            "{}",
            level.name
        );
        let conflict = super::conflict(invoices.delete(&mut stale).await);
        assert_eq!(conflict.actual, Some(Version::new(1)));
        invoices.delete(&mut current).await.unwrap();
        let conflict = super::conflict(invoices.save(&mut stale).await);
        assert_eq!((conflict.expected, conflict.actual), (Version::INITIAL, None), "{}", level.name);
        assert_eq!(lab.count("batches").await, 0);
        pool.close().await;
    }
}

/// A unit has read version 0 when another writer saves version 1.
pub(crate) async fn a_stale_save_in_a_unit_at_every_level(lab: &Lab) {
    lab.create(&invoice::TABLES).await;
    let hasty_pool = lab.another_pool(2, Duration::from_millis(200)).await;
    let hasty: Repo<Invoice> = SqlRepository::new(hasty_pool.clone());
    for (id, level) in (1..).zip(Db::LEVELS) {
        let pool = lab.pool_that(2, level.set).await;
        stale_in_a_unit(lab, level, InvoiceId(id), &pool, &hasty).await;
        pool.close().await;
    }
    hasty_pool.close().await;
}

async fn stale_in_a_unit(
    lab: &Lab,
    level: &Level,
    id: InvoiceId,
    pool: &sqlx::Pool<Db>,
    hasty: &Repo<Invoice>,
) {
    let mut theirs = lab.saved(hasty, Invoice::sample(id.0)).await;
    let unit = Unit::begin(pool).await.unwrap();
    let mut mine = unit.get::<Invoice>(&id).await.unwrap();
    theirs.lines[0].quantity = 41;
    let saved = hasty.save(&mut theirs).await;
    assert_eq!(saved.is_err(), level.stale == Stale::WriterWaits, "{}: {saved:?}", level.name);

    let reread = unit.get::<Invoice>(&id).await.unwrap().version();
    let is_old = saved.is_ok() && reread == Version::INITIAL;
    assert_eq!(is_old, level.rereads_old, "{}: read again, the version is {reread}", level.name);
    mine.lines[1].quantity = 42;
    unit.save(&mut mine).unwrap();
    match level.stale {
        Stale::Conflict => {
            let conflict = super::conflict(unit.flush().await);
            assert_eq!(
                (conflict.expected, conflict.actual),
                (Version::INITIAL, Some(Version::new(1))),
                "{}",
                level.name
            );
            unit.commit().await.unwrap();
        }
        Stale::Contended => {
            let error = unit.flush().await.unwrap_err();
            assert!(error.transaction_lost() && error.is_retryable(), "{}: {error:?}", level.name);
            assert_refused!(Err::<(), _>(error), Error::Contended { source: Some(_), .. });
            assert_refused!(unit.commit().await, Error::UnitClosed(Closed::Lost));
        }
        Stale::WriterWaits => {
            assert_refused!(saved, Error::Contended { .. });
            assert_eq!(unit.commit().await.unwrap().len(), 1);
        }
    }
    let stored = hasty.get(&id).await.unwrap();
    let quantities: Vec<_> = stored.lines.iter().map(|line| line.quantity).collect();
    let expected = if level.stale == Stale::WriterWaits { [1, 42] } else { [41, 2] };
    assert_eq!(quantities, expected, "{}", level.name);
    assert_eq!(stored.version(), Version::new(1), "successful saves are version advances");
}

/// After its own save a unit sees its own rows whole, also where its snapshot is older than what it wrote upon.
pub(crate) async fn a_unit_reads_what_it_wrote_whole_at_every_level(lab: &Lab) {
    lab.create(&invoice::TABLES).await;
    let invoices: Repo<Invoice> = lab.repository();
    for (id, level) in (1..).zip(Db::LEVELS) {
        let pool = lab.pool_that(2, level.set).await;
        lab.saved(&invoices, Invoice::sample(id)).await;
        lab.saved(&invoices, Invoice::empty(100 + id)).await;
        let unit = Unit::begin(&pool).await.unwrap();
        let mut copy;
        if level.stale == Stale::WriterWaits {
            copy = unit.get::<Invoice>(&InvoiceId(id)).await.unwrap();
        } else {
            // The unit's snapshot is from here; what it will write upon is newer.
            unit.get::<Invoice>(&InvoiceId(100 + id)).await.unwrap();
            copy = invoices.get(&InvoiceId(id)).await.unwrap();
            copy.lines[0].quantity = 50;
            copy.lines.push(Line::sample(3));
            invoices.save(&mut copy).await.unwrap();
        }
        copy.lines[1].quantity = 60;
        unit.save(&mut copy).unwrap();
        match unit.get::<Invoice>(&InvoiceId(id)).await {
            Ok(seen) => {
                assert_eq!(seen.version(), copy.version());
                assert_eq!(seen.lines, copy.lines, "{}: one version, whole", level.name);
                unit.commit().await.unwrap();
            }
            Err(error) => {
                assert!(
                    level.stale == Stale::Contended && error.transaction_lost(),
                    "{}: {error:?}",
                    level.name
                );
            }
        }
        let stored = invoices.get(&InvoiceId(id)).await.unwrap();
        assert_eq!(
            (stored.version(), &stored.lines[1].quantity),
            (
                copy.version(),
                &if copy.version() > Version::new(1) || level.stale == Stale::WriterWaits { 60 } else { 2 }
            )
        );
        pool.close().await;
    }
}

/// Reading what nobody committed is refused wherever it could happen.
pub(crate) async fn read_uncommitted_is_refused(lab: &Lab) {
    lab.create(&account::TABLES).await;
    let pool = lab.pool_that(2, Db::DIRTY).await;
    let accounts: Repo<Account> = SqlRepository::new(pool.clone());
    assert_refused!(accounts.find(&1).await, Error::Isolation { .. });
    assert_refused!(accounts.save(&mut Tracked::new(Account::with(1, 1))).await, Error::Isolation { .. });
    let mut conn = pool.acquire().await.unwrap();
    assert_refused!(accounts.find_on(&mut conn, &1).await, Error::Isolation { .. });
    drop(conn);
    assert_refused!(Unit::begin(&pool).await, Error::Isolation { .. });
    let transaction = pool.begin().await.unwrap();
    assert_refused!(Unit::from_transaction(transaction).await, Error::Isolation { .. });
    // A repository that knows its tables from a better connection is not fooled by a worse one.
    let accounts: Repo<Account> = lab.repository();
    accounts.find(&1).await.unwrap();
    let mut conn = pool.acquire().await.unwrap();
    let found = accounts.find_on(&mut conn, &1).await;
    if Db::HAS_DIRTY_READS {
        assert_refused!(found, Error::Isolation { .. });
    } else {
        assert!(found.unwrap().is_none());
    }
    drop(conn);
    assert_eq!(lab.count("accounts").await, 0);
    pool.close().await;
}

/// The engine ends one of two serializable transactions without need; both are saved in the end.
pub(crate) async fn unrelated_writers_both_succeed_at_the_strictest_level(lab: &Lab) {
    const ROUNDS: i32 = 40;
    lab.create(&invoice::TABLES).await;
    let strictest = Db::LEVELS.last().unwrap();
    let pool = lab.pool_that(4, strictest.set).await;
    let invoices: Repo<Invoice> = SqlRepository::new(pool.clone());
    let mut writers = JoinSet::new();
    for id in [1, 2] {
        let invoices = invoices.clone();
        writers.spawn(async move {
            let mut copy = Tracked::new(Invoice::sample(id));
            invoices.save(&mut copy).await?;
            for round in 0..ROUNDS {
                copy.lines[0].quantity = round;
                copy.lines.push(Line::plain(10 + round));
                invoices.save(&mut copy).await?;
                let stored = invoices.get(&InvoiceId(id)).await?;
                assert_eq!(stored.version().get(), i64::from(round) + 1);
            }
            Ok::<_, Error>(())
        });
    }
    for saved in writers.join_all().await {
        saved.unwrap();
    }
    pool.close().await;
}

/// `InnoDB` locks the gaps between rows, and so the neighbours' place; no deadlock of that kind reaches the caller.
pub(crate) async fn neighbours_do_not_disturb_each_other(lab: &Lab) {
    const NEIGHBOURS: i64 = 6;
    const ROUNDS: i32 = 15;
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    let mut writers = JoinSet::new();
    for id in 0..NEIGHBOURS {
        let invoices = invoices.clone();
        writers.spawn(async move {
            let mut copy = Tracked::new(Invoice::sample(id));
            invoices.save(&mut copy).await?;
            for round in 0..ROUNDS {
                // Rows come and go at the edge to the next aggregate.
                copy.lines.retain(|line| line.no < 50);
                copy.lines.push(Line::sample(100 + round));
                copy.lines.push(Line::plain(3 + round % 3));
                copy.lines.dedup_by_key(|line| line.no);
                invoices.save(&mut copy).await?;
                copy.lines.retain(|line| line.no < 3);
                invoices.save(&mut copy).await?;
            }
            invoices.delete(&mut copy).await
        });
    }
    for saved in writers.join_all().await {
        saved.unwrap();
    }
    assert_eq!(lab.count("invoices").await + lab.count("batches").await, 0);
}

/// The level that a unit asks for holds in it, whatever the session's.
pub(crate) async fn a_unit_has_the_level_that_it_asks_for(lab: &Lab) {
    let accounts = lab.with::<Account>(&account::TABLES).await;
    let mut account = lab.saved(&accounts, Account::with(1, 100)).await;
    // READ UNCOMMITTED by default is no matter to a unit that names its level.
    let pool = lab.pool_that(1, Db::DIRTY).await;
    if Db::LEVELS.len() > 1 {
        let unit = Unit::options().isolation(Isolation::ReadCommitted).begin(&pool).await.unwrap();
        unit.rollback().await.unwrap();
    }
    pool.close().await;
    let unit =
        Unit::options().isolation(Isolation::RepeatableRead).read_only().begin(lab.pool()).await.unwrap();
    assert_eq!(unit.get::<Account>(&1).await.unwrap().balance, 100);
    account.balance = 5;
    accounts.save(&mut account).await.unwrap();
    assert_eq!(unit.get::<Account>(&1).await.unwrap().balance, 100, "one snapshot");
    unit.commit().await.unwrap();
    if Db::LEVELS.len() > 1 {
        let unit = Unit::options().isolation(Isolation::ReadCommitted).begin(lab.pool()).await.unwrap();
        assert_eq!(unit.get::<Account>(&1).await.unwrap().balance, 5);
        account.balance = 6;
        accounts.save(&mut account).await.unwrap();
        assert_eq!(unit.get::<Account>(&1).await.unwrap().balance, 6, "each statement its own");
        unit.commit().await.unwrap();
    }
}

/// READ UNCOMMITTED by default is no matter to a unit that names its level, whatever it does.
pub(crate) async fn a_unit_that_names_its_level_works_whatever_the_default(lab: &Lab) {
    let accounts = lab.with::<Account>(&account::TABLES).await;
    lab.saved(&accounts, Account::with(1, 100)).await;
    if Db::LEVELS.len() > 1 {
        let pool = lab.pool_that(1, Db::DIRTY).await;
        let unit = Unit::options().isolation(Isolation::RepeatableRead).begin(&pool).await.unwrap();
        let mut account = unit.get::<Account>(&1).await.unwrap();
        account.balance = 7;
        unit.save(&mut account).unwrap();
        unit.commit().await.unwrap();
        assert_eq!(accounts.get(&1).await.unwrap().balance, 7);
        // What it found out does not hold for those that name none.
        assert_refused!(Unit::begin(&pool).await, Error::Isolation { .. });
        pool.close().await;
    }
}
