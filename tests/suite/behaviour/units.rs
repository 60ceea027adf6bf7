//! Units of work: several aggregates, one transaction.

use aggregate_core::{Closed, Error, Isolation, Tracked, UnitOfWork, Version};
use aggregate_tests::Engine;
use aggregate_tests::assert_refused;
use aggregate_tests::model::account::{self, Account};
use aggregate_tests::model::invoice::{self, Invoice, InvoiceId, Line};

use super::{Db, Lab, Repo, Unit};

/// The tables of both types, one saved aggregate of each.
async fn both(lab: &Lab) -> (Repo<Account>, Repo<Invoice>) {
    lab.create(&account::TABLES).await;
    lab.create(&invoice::TABLES).await;
    let (accounts, invoices) = (lab.repository(), lab.repository());
    lab.saved(&accounts, Account::with(1, 100)).await;
    lab.saved(&invoices, Invoice::sample(1)).await;
    (accounts, invoices)
}

pub(crate) async fn aggregates_of_several_types_are_stored_together(lab: &Lab) {
    let (accounts, invoices) = both(lab).await;
    let unit = Unit::begin(lab.pool()).await.unwrap();
    let mut account = unit.get::<Account>(&1).await.unwrap();
    let mut invoice = unit.get::<Invoice>(&InvoiceId(1)).await.unwrap();
    let mut added = Tracked::new(Invoice::sample(2));
    account.balance -= 30;
    invoice.lines[1].allocations[0].amount = 6;
    drop(lab.sent());
    unit.save(&mut account).unwrap();
    unit.save(&mut invoice).unwrap();
    unit.save(&mut added).unwrap();
    assert_eq!(lab.sent(), [], "a save is queued");

    let reports = unit.commit().await.unwrap();
    let told: Vec<_> = reports
        .iter()
        .map(|r| (r.aggregate, r.id.as_str(), r.old_version.get(), r.new_version.get()))
        .collect();
    assert_eq!(
        told,
        [("accounts", "1", 0, 1), ("invoices", "InvoiceId(1)", 0, 1), ("invoices", "InvoiceId(2)", -1, 0)]
    );
    assert_eq!(reports[1].table("allocations").updated, 1);
    let mut written = lab.written().await;
    written.retain(|row| !row.contains('/'));
    assert_eq!(written, ["accounts U 1", "invoices I 2", "invoices U 1"]);
    assert_eq!(
        (account.version(), invoice.version(), added.version()),
        (Version::new(1), Version::new(1), Version::INITIAL)
    );
    assert_eq!(accounts.get(&1).await.unwrap().balance, 70);
    assert_eq!(*invoices.get(&InvoiceId(1)).await.unwrap(), {
        invoice.lines.len();
        invoice.into_inner()
    });
    assert_eq!(invoices.get(&InvoiceId(2)).await.unwrap().lines, added.lines);
}

pub(crate) async fn nothing_is_seen_from_outside_before_the_commit(lab: &Lab) {
    let (accounts, _) = both(lab).await;
    let mut account = accounts.get(&1).await.unwrap();
    let unit = Unit::begin(lab.pool()).await.unwrap();
    account.balance = 5;
    unit.save(&mut account).unwrap();
    unit.flush().await.unwrap();
    assert_eq!(accounts.get(&1).await.unwrap().balance, 100);
    assert_eq!(unit.get::<Account>(&1).await.unwrap().balance, 5);
    unit.commit().await.unwrap();
    assert_eq!(accounts.get(&1).await.unwrap().balance, 5);
}

pub(crate) async fn a_unit_that_is_rolled_back_or_dropped_stores_nothing(lab: &Lab) {
    let (accounts, invoices) = both(lab).await;
    for dropped in [false, true] {
        let unit = Unit::begin(lab.pool()).await.unwrap();
        let mut account = unit.get::<Account>(&1).await.unwrap();
        let mut invoice = unit.get::<Invoice>(&InvoiceId(1)).await.unwrap();
        account.balance = 1;
        unit.save(&mut account).unwrap();
        unit.flush().await.unwrap();
        unit.delete(&mut invoice).unwrap();
        if dropped {
            drop(unit);
        } else {
            unit.rollback().await.unwrap();
        }
        assert_eq!(accounts.get(&1).await.unwrap().balance, 100);
        assert_eq!(invoices.get(&InvoiceId(1)).await.unwrap().lines.len(), 2);
        assert_eq!((account.version(), invoice.version()), (Version::INITIAL, Version::INITIAL));
    }
    assert_eq!(lab.written().await, Vec::<String>::new());
}

pub(crate) async fn an_aggregate_is_added_changed_and_deleted_in_one_unit(lab: &Lab) {
    let (_, invoices) = both(lab).await;
    let unit = Unit::begin(lab.pool()).await.unwrap();
    let mut invoice = Tracked::new(Invoice::sample(5));
    unit.save(&mut invoice).unwrap();
    invoice.lines.push(Line::plain(9));
    unit.save(&mut invoice).unwrap();
    assert_eq!(invoice.version(), Version::new(1));
    let reports = unit.flush().await.unwrap();
    assert_eq!(reports.iter().map(|r| r.new_version.get()).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(unit.get::<Invoice>(&InvoiceId(5)).await.unwrap().lines.len(), 3);
    unit.delete(&mut invoice).unwrap();
    assert_eq!(invoice.version(), Version::UNSAVED);
    let reports = unit.commit().await.unwrap();
    assert_eq!(reports.len(), 3);
    assert_eq!(reports[2].table("lines").deleted, 3);
    assert!(invoices.find(&InvoiceId(5)).await.unwrap().is_none());
}

pub(crate) async fn each_save_of_a_unit_bumps_once(lab: &Lab) {
    let (accounts, _) = both(lab).await;
    let unit = Unit::begin(lab.pool()).await.unwrap();
    let mut account = unit.get::<Account>(&1).await.unwrap();
    for balance in [1, 2, 3] {
        account.balance = balance;
        unit.save(&mut account).unwrap();
        // Nothing more to save.
        unit.save(&mut account).unwrap();
    }
    account.balance = 4;
    assert!(account.is_dirty());
    assert_eq!(account.version(), Version::new(3));
    let reports = unit.commit().await.unwrap();
    assert_eq!(reports.len(), 3);
    let stored = accounts.get(&1).await.unwrap();
    assert_eq!((stored.balance, stored.version()), (3, Version::new(3)));
    // What was changed after the last save is still to save.
    assert!(account.is_dirty());
    accounts.save(&mut account).await.unwrap();
    assert_eq!(accounts.get(&1).await.unwrap().balance, 4);
    assert_eq!(account.version, Version::new(4));
}

pub(crate) async fn a_unit_with_nothing_to_save_sends_begin_and_commit(lab: &Lab) {
    let (accounts, _) = both(lab).await;
    let mut account = accounts.get(&1).await.unwrap();
    Unit::begin(lab.pool()).await.unwrap().commit().await.unwrap();
    lab.forget().await;
    let unit = Unit::begin(lab.pool()).await.unwrap();
    account.balance += 0;
    unit.save(&mut account).unwrap();
    assert_eq!(unit.commit().await.unwrap(), []);
    let kinds: Vec<_> = lab.sent().into_iter().map(|sent| sent.kind).collect();
    assert_eq!(kinds, ["begin", "commit"]);
}

/// A save of one statement costs one, a save of several two more for its savepoint.
pub(crate) async fn the_statements_of_a_unit_are_counted(lab: &Lab) {
    let (accounts, invoices) = both(lab).await;
    let mut account = accounts.get(&1).await.unwrap();
    let mut invoice = invoices.get(&InvoiceId(1)).await.unwrap();
    for _ in 0..2 {
        let unit = Unit::begin(lab.pool()).await.unwrap();
        account.balance += 1;
        invoice.lines[0].quantity += 1;
        unit.save(&mut account).unwrap();
        unit.save(&mut invoice).unwrap();
        drop(lab.sent());
        let reports = unit.flush().await.unwrap();
        let sent = lab.sent();
        unit.commit().await.unwrap();
        assert_eq!(reports[0].statements, 1);
        let several = Db::save_budget(1) > 1;
        // The root and the line; or both at once.
        assert_eq!(reports[1].statements, if several { 4 } else { 1 }, "{sent:#?}");
        // The first unit describes the tables that it meets, behind a savepoint.
        let own: Vec<_> = sent.iter().filter(|sent| !sent.sql.contains("describe")).collect();
        assert_eq!(own.len() as u64, reports[0].statements + reports[1].statements, "{sent:#?}");
    }
}

pub(crate) async fn a_second_copy_of_an_aggregate_conflicts_with_the_first(lab: &Lab) {
    let (accounts, _) = both(lab).await;
    let unit = Unit::begin(lab.pool()).await.unwrap();
    let mut first = unit.get::<Account>(&1).await.unwrap();
    let mut second = unit.get::<Account>(&1).await.unwrap();
    first.balance = 1;
    second.balance = 2;
    unit.save(&mut first).unwrap();
    unit.save(&mut second).unwrap();
    let conflict = super::conflict(unit.flush().await);
    assert_eq!((conflict.expected, conflict.actual), (Version::INITIAL, Some(Version::new(1))));
    assert_eq!((first.version(), second.version()), (Version::new(1), Version::INITIAL));
    // The one that was refused is out of the unit, the other one is in it.
    unit.commit().await.unwrap();
    assert_eq!(accounts.get(&1).await.unwrap().balance, 1);
}

pub(crate) async fn sql_of_your_own_runs_in_the_same_transaction(lab: &Lab) {
    let (accounts, _) = both(lab).await;
    let unit = Unit::begin(lab.pool()).await.unwrap();
    let mut account = unit.get::<Account>(&1).await.unwrap();
    account.balance = 40;
    unit.save(&mut account).unwrap();
    let mut connection = unit.connection().await.unwrap();
    // What was queued is there, and what is written here is seen by the unit.
    let update = "UPDATE accounts SET balance = balance + 2 WHERE balance = 40";
    Db::run(&mut connection, update.to_owned()).await.unwrap();
    drop(connection);
    assert_eq!(unit.get::<Account>(&1).await.unwrap().balance, 42);
    assert_eq!(accounts.get(&1).await.unwrap().balance, 100);
    unit.commit().await.unwrap();
    assert_eq!(accounts.get(&1).await.unwrap().balance, 42);

    let unit = Unit::begin(lab.pool()).await.unwrap();
    let mut connection = unit.connection().await.unwrap();
    Db::run(&mut connection, "UPDATE accounts SET balance = 0".to_owned()).await.unwrap();
    drop(connection);
    unit.rollback().await.unwrap();
    assert_eq!(accounts.get(&1).await.unwrap().balance, 42);
}

pub(crate) async fn a_unit_takes_over_a_transaction_of_the_callers(lab: &Lab) {
    let (accounts, invoices) = both(lab).await;
    let mut transaction = lab.pool().begin().await.unwrap();
    Db::run(&mut transaction, "UPDATE invoices SET total = 77".to_owned()).await.unwrap();
    let unit = Unit::from_transaction(transaction).await.unwrap();
    let mut account = unit.get::<Account>(&1).await.unwrap();
    account.balance = 8;
    unit.save(&mut account).unwrap();
    assert_eq!(unit.get::<Invoice>(&InvoiceId(1)).await.unwrap().total, 77);
    unit.commit().await.unwrap();
    assert_eq!(accounts.get(&1).await.unwrap().balance, 8);
    assert_eq!(invoices.get(&InvoiceId(1)).await.unwrap().total, 77);

    let mut transaction = lab.pool().begin().await.unwrap();
    Db::run(&mut transaction, "UPDATE invoices SET total = 78".to_owned()).await.unwrap();
    let unit = Unit::from_transaction(transaction).await.unwrap();
    account.balance = 9;
    unit.save(&mut account).unwrap();
    drop(unit);
    assert_eq!(invoices.get(&InvoiceId(1)).await.unwrap().total, 77);
    assert_eq!(account.version(), Version::new(1));
}

pub(crate) async fn a_read_only_unit_refuses_to_write(lab: &Lab) {
    let (accounts, _) = both(lab).await;
    let mut account = accounts.get(&1).await.unwrap();
    let unit =
        Unit::options().read_only().isolation(Isolation::RepeatableRead).begin(lab.pool()).await.unwrap();
    account.balance = 3;
    assert_refused!(unit.save(&mut account), Error::ReadOnly);
    assert_refused!(unit.touch(&mut account), Error::ReadOnly);
    assert_refused!(unit.delete(&mut account), Error::ReadOnly);
    assert_refused!(unit.check(&account), Error::ReadOnly);
    assert_refused!(unit.get_locked::<Account>(&1).await, Error::ReadOnly);
    // One snapshot, whatever others write meanwhile.
    assert_eq!(unit.get::<Account>(&1).await.unwrap().balance, 100);
    accounts.save(&mut account).await.unwrap();
    assert_eq!(unit.get::<Account>(&1).await.unwrap().balance, 100);
    unit.commit().await.unwrap();
}

pub(crate) async fn a_closed_unit_says_so(lab: &Lab) {
    let (accounts, _) = both(lab).await;
    let mut account = accounts.get(&1).await.unwrap();
    account.balance = 3;
    let unit = Unit::begin(lab.pool()).await.unwrap();
    unit.clone().commit().await.unwrap();
    assert_refused!(unit.save(&mut account), Error::UnitClosed(Closed::Committed));
    assert_refused!(unit.get::<Account>(&1).await, Error::UnitClosed(Closed::Committed));
    assert_refused!(unit.commit().await, Error::UnitClosed(Closed::Committed));
    let unit = Unit::begin(lab.pool()).await.unwrap();
    unit.clone().rollback().await.unwrap();
    let error = unit.check(&account).unwrap_err();
    assert!(!error.transaction_lost() && !error.is_retryable());
    assert_eq!(error.to_string(), "unit closed: it was rolled back; begin another one");
    assert_refused!(unit.rollback().await, Error::UnitClosed(Closed::RolledBack));
    assert_eq!(lab.written().await, Vec::<String>::new());
    // The copy is as it was, and can be saved.
    accounts.save(&mut account).await.unwrap();
}

pub(crate) async fn reading_many_in_a_unit(lab: &Lab) {
    let (accounts, _) = both(lab).await;
    lab.saved(&accounts, Account::with(2, 200)).await;
    let unit = Unit::begin(lab.pool()).await.unwrap();
    let mut second = unit.get::<Account>(&2).await.unwrap();
    second.balance = 201;
    unit.save(&mut second).unwrap();
    let found = unit.find_many::<Account>(&[2, 9, 1, 2]).await.unwrap();
    let balances: Vec<_> = found.iter().map(|found| found.as_ref().map(|account| account.balance)).collect();
    assert_eq!(balances, [Some(201), None, Some(100), Some(201)]);
    assert!(unit.find::<Account>(&9).await.unwrap().is_none());
    assert_refused!(unit.get::<Account>(&9).await, Error::NotFound { aggregate: "accounts", .. });
}

/// Futures of a unit move between threads, whatever the database and the types.
pub(crate) async fn a_unit_works_in_a_task(lab: &Lab) {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let (accounts, _) = both(lab).await;
    let pool = lab.pool().clone();
    let task = is_send(async move {
        let unit: UnitOfWork<Db> = Unit::begin(&pool).await?;
        let mut account = unit.get_locked::<Account>(&1).await?;
        let savepoint = unit.savepoint().await?;
        account.balance = 61;
        unit.save(&mut account)?;
        savepoint.release().await?;
        drop(unit.connection().await?);
        unit.commit().await
    });
    tokio::spawn(task).await.unwrap().unwrap();
    assert_eq!(accounts.get(&1).await.unwrap().balance, 61);
}

/// For code that wants a repository: it writes at once, in the unit.
pub(crate) async fn a_repository_of_a_unit_writes_at_once(lab: &Lab) {
    let (accounts, _) = both(lab).await;
    let unit = Unit::begin(lab.pool()).await.unwrap();
    let mut queued = unit.get::<Account>(&1).await.unwrap();
    queued.balance = 50;
    unit.save(&mut queued).unwrap();
    let inside = unit.repository::<Account>();
    let mut added = Tracked::new(Account::with(2, 20));
    let report = inside.save(&mut added).await.unwrap();
    assert_eq!((report.id.as_str(), report.new_version), ("2", Version::INITIAL));
    assert!(inside.save(&mut added).await.unwrap().is_noop());
    assert_eq!(inside.touch(&mut added).await.unwrap().new_version, Version::new(1));
    let found = inside.find_many(&[2, 1, 3]).await.unwrap();
    assert_eq!(found.iter().flatten().map(|found| found.balance).collect::<Vec<_>>(), [20, 50]);
    let mut stale = inside.get(&2).await.unwrap();
    inside.touch(&mut added).await.unwrap();
    stale.balance = 1;
    assert_eq!(super::conflict(inside.save(&mut stale).await).actual, Some(Version::new(2)));
    assert_eq!(inside.delete(&mut added).await.unwrap().table("accounts").deleted, 1);
    assert!(inside.find(&2).await.unwrap().is_none());
    assert_eq!(accounts.get(&1).await.unwrap().balance, 100);
    assert_eq!(unit.commit().await.unwrap().len(), 5);
    assert_eq!(accounts.get(&1).await.unwrap().balance, 50);
}
