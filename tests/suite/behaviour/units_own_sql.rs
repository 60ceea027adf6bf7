//! Units of work whose transaction others than the library talk to: SQL of the caller's, triggers, the engine.

use std::time::Duration;

use aggregate_core::{Closed, Error, Version};
use aggregate_tests::Engine;
use aggregate_tests::assert_refused;
use aggregate_tests::model::account::Account;
use aggregate_tests::model::invoice::{Invoice, InvoiceId, Line};

use super::units_refused::both;
use super::{Db, Lab, Unit};

pub(crate) async fn sql_of_your_own_that_fails(lab: &Lab) {
    let (accounts, _) = both(lab).await;
    let mut account = accounts.get(&1).await.unwrap();
    let unit = Unit::begin(lab.pool()).await.unwrap();
    account.balance = 1;
    unit.save(&mut account).unwrap();
    let mut connection = unit.connection().await.unwrap();
    Db::run(&mut connection, "UPDATE accounts SET balance = -1".to_owned()).await.unwrap_err();
    drop(connection);
    if Db::FAILS_WHOLE {
        // The driver takes the answer to COMMIT, which would be ROLLBACK, for success.
        assert_refused!(unit.commit().await, Error::UnitClosed(Closed::Lost));
        assert_eq!(accounts.get(&1).await.unwrap().balance, 100);
        assert_eq!(account.version(), Version::INITIAL);
        accounts.save(&mut account).await.unwrap();
    } else {
        unit.commit().await.unwrap();
    }
    assert_eq!(accounts.get(&1).await.unwrap().balance, 1);
}

/// Nobody told the unit how its transaction ended, so it does not claim to know.
pub(crate) async fn sql_of_your_own_that_ends_the_transaction(lab: &Lab) {
    let (accounts, _) = both(lab).await;
    let mut account = accounts.get(&1).await.unwrap();
    for (end, balance) in [("ROLLBACK", 100), ("COMMIT", 1)] {
        let unit = Unit::begin(lab.pool()).await.unwrap();
        account.balance = 1;
        unit.save(&mut account).unwrap();
        let mut connection = unit.connection().await.unwrap();
        Db::run(&mut connection, end.to_owned()).await.unwrap();
        drop(connection);
        let mut other = accounts.get(&2).await.unwrap();
        other.balance = 3;
        unit.save(&mut other).unwrap();
        let error = unit.commit().await.unwrap_err();
        assert!(error.transaction_lost(), "{error:?}");
        assert_eq!(accounts.get(&2).await.unwrap().balance, 200);
        assert_eq!(accounts.get(&1).await.unwrap().balance, balance);
        assert_refused!(accounts.save(&mut account).await, Error::InDoubt { .. });
        accounts.reload(&mut account).await.unwrap();
    }
    // No connection went back to the pool in the middle of something.
    for _ in 0..30 {
        account.balance += 1;
        accounts.save(&mut account).await.unwrap();
    }
}

/// Whichever call comes next finds out that the transaction is gone, before it lends the connection again.
pub(crate) async fn any_call_finds_out_that_the_transaction_is_gone(lab: &Lab) {
    let (accounts, _) = both(lab).await;
    for again in [true, false] {
        let unit = Unit::begin(lab.pool()).await.unwrap();
        let mut connection = unit.connection().await.unwrap();
        Db::run(&mut connection, "ROLLBACK".to_owned()).await.unwrap();
        drop(connection);
        let error = if again {
            unit.connection().await.map(drop).unwrap_err()
        } else {
            unit.flush().await.map(drop).unwrap_err()
        };
        assert_refused!(Err::<(), _>(error), Error::UnitClosed(Closed::Lost));
    }
    for _ in 0..30 {
        accounts.touch(&mut accounts.get(&1).await.unwrap()).await.unwrap();
    }
}

/// Nor does rolling back claim to know what it cannot undo.
pub(crate) async fn what_your_own_sql_committed_is_not_rolled_back(lab: &Lab) {
    let (accounts, _) = both(lab).await;
    let mut account = accounts.get(&1).await.unwrap();
    for way in 0..3 {
        let unit = Unit::begin(lab.pool()).await.unwrap();
        account.balance += 1;
        unit.save(&mut account).unwrap();
        let savepoint = unit.savepoint().await.unwrap();
        let mut connection = unit.connection().await.unwrap();
        Db::run(&mut connection, "COMMIT".to_owned()).await.unwrap();
        drop(connection);
        let error = match way {
            0 => savepoint.rollback().await.unwrap_err(),
            1 => unit.rollback().await.unwrap_err(),
            _ => {
                let error = unit.flush().await.map(drop).unwrap_err();
                assert_refused!(savepoint.rollback().await, Error::UnitClosed(Closed::Lost));
                error
            }
        };
        assert!(error.transaction_lost(), "{way}: {error:?}");
        assert_refused!(accounts.save(&mut account).await, Error::InDoubt { .. });
        accounts.reload(&mut account).await.unwrap();
        assert_eq!(account.balance, 101 + way);
    }
}

/// A connection whose transaction the engine ended goes back to the pool as one without a transaction.
pub(crate) async fn a_transaction_that_a_trigger_ends(lab: &Lab) {
    let (accounts, invoices) = both(lab).await;
    lab.sql("CREATE TABLE customers (id BIGINT PRIMARY KEY)").await;
    lab.sql("INSERT INTO customers VALUES (1)").await;
    lab.sql(Db::ENDS_UPDATES).await;
    let pool = lab.another_pool(1, Duration::from_secs(5)).await;
    let mut account = accounts.get(&1).await.unwrap();
    for way in 0..4 {
        let unit = Unit::begin(&pool).await.unwrap();
        account.balance += 1;
        unit.save(&mut account).unwrap();
        let savepoint = unit.savepoint().await.unwrap();
        let mut connection = unit.connection().await.unwrap();
        Db::run(&mut connection, "UPDATE customers SET id = 2".to_owned()).await.unwrap_err();
        drop(connection);
        match way {
            0 => {
                savepoint.rollback().await.ok();
                unit.rollback().await.ok();
            }
            1 => drop((unit.rollback().await, savepoint)),
            2 => {
                let flushed = unit.flush().await;
                assert!(flushed.is_ok() || lab.count("accounts").await == 2);
                drop((unit, savepoint));
            }
            _ => drop((unit, savepoint)),
        }
        for _ in 0..2 {
            let unit = Unit::begin(&pool).await.unwrap_or_else(|error| panic!("{way}: {error:?}"));
            let read = unit.get::<Invoice>(&InvoiceId(1)).await.unwrap();
            assert_eq!(read.version(), Version::INITIAL);
            unit.commit().await.unwrap();
        }
        if accounts.reload(&mut account).await.is_ok() {
            assert_eq!(account.balance, 100);
        }
    }
    drop(invoices);
    pool.close().await;
}

/// Neither does a save of several statements whose transaction a trigger ends leave anything behind.
pub(crate) async fn a_save_whose_transaction_a_trigger_ends(lab: &Lab) {
    let (accounts, invoices) = both(lab).await;
    lab.sql(&Db::ENDS_UPDATES.replace("customers", "\"lines\"")).await;
    let pool = lab.another_pool(1, Duration::from_secs(5)).await;
    let mut account = accounts.get(&1).await.unwrap();
    let mut invoice = invoices.get(&InvoiceId(1)).await.unwrap();
    for way in 0..3 {
        let unit = Unit::begin(&pool).await.unwrap();
        account.balance += 1;
        unit.save(&mut account).unwrap();
        let savepoint = if way == 1 { Some(unit.savepoint().await.unwrap()) } else { None };
        invoice.total += 1;
        invoice.lines[0].quantity += 1;
        unit.save(&mut invoice).unwrap();
        let error = unit.flush().await.map(drop).unwrap_err();
        assert_eq!(invoice.version(), Version::INITIAL);
        if way == 2 {
            drop((unit, savepoint));
        } else if error.transaction_lost() {
            assert_eq!(account.version(), Version::INITIAL);
            assert_refused!(unit.commit().await, Error::UnitClosed(Closed::Lost));
        } else {
            if let Some(savepoint) = savepoint {
                savepoint.rollback().await.unwrap();
            }
            unit.rollback().await.unwrap();
        }
        assert_eq!(lab.rows("SELECT balance FROM accounts ORDER BY id").await, ["100", "200"]);
        assert_eq!(lab.rows("SELECT total, version FROM invoices").await, ["30|0"]);
        for _ in 0..2 {
            let unit = Unit::begin(&pool).await.unwrap_or_else(|error| panic!("{way}: {error:?}"));
            unit.get::<Invoice>(&InvoiceId(1)).await.unwrap();
            unit.commit().await.unwrap();
        }
    }
    pool.close().await;
}

/// A transaction of the caller's that only reads refuses what a unit would write.
pub(crate) async fn a_callers_transaction_that_only_reads(lab: &Lab) {
    let (accounts, invoices) = both(lab).await;
    let mut account = accounts.get(&1).await.unwrap();
    let mut invoice = invoices.get(&InvoiceId(1)).await.unwrap();
    if Db::LEVELS.len() > 1 {
        let sql = "START TRANSACTION READ ONLY";
        for several in [false, true] {
            let unit = Unit::from_transaction(lab.pool().begin_with(sql).await.unwrap()).await.unwrap();
            unit.get::<Account>(&1).await.unwrap();
            if several {
                invoice.total = 5;
                invoice.lines.push(Line::plain(9));
                unit.save(&mut invoice).unwrap();
            } else {
                account.balance = 5;
                unit.save(&mut account).unwrap();
            }
            let error = unit.commit().await.unwrap_err();
            assert!(matches!(error, Error::Database { .. }), "{error:?}");
        }
        accounts.save(&mut account).await.unwrap();
        invoices.save(&mut invoice).await.unwrap();
    }
}

/// A transaction of the caller's that has read before it writes, where only one may write.
pub(crate) async fn a_transaction_that_can_no_longer_write(lab: &Lab) {
    let (accounts, _) = both(lab).await;
    let mut theirs = accounts.get(&1).await.unwrap();
    let mut mine = accounts.get(&2).await.unwrap();
    let transaction = lab.pool().begin().await.unwrap();
    let unit = Unit::from_transaction(transaction).await.unwrap();
    unit.get::<Account>(&2).await.unwrap();
    theirs.balance = 1;
    accounts.save(&mut theirs).await.unwrap();
    mine.balance = 2;
    unit.save(&mut mine).unwrap();
    match unit.flush().await {
        // The engine's snapshots are no matter to those who write other rows.
        Ok(_) => drop(unit.commit().await.unwrap()),
        Err(error) => {
            assert!(error.transaction_lost() && error.is_retryable(), "{error:?}");
            assert_refused!(unit.commit().await, Error::UnitClosed(Closed::Lost));
            assert_eq!(mine.version(), Version::INITIAL);
            accounts.save(&mut mine).await.unwrap();
        }
    }
    assert_eq!(lab.rows("SELECT balance FROM accounts ORDER BY id").await, ["1", "2"]);
}
