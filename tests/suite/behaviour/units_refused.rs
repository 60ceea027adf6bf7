//! What a unit of work refuses leaves nothing half-written, whoever swallows the error and commits.

use std::time::Duration;

use aggregate_core::{Closed, ConstraintKind, Error, SchemaProblem, SqlRepository, Tracked, Version};
use aggregate_tests::Engine;
use aggregate_tests::assert_refused;
use aggregate_tests::model::account::{self, Account};
use aggregate_tests::model::broken::Ghost;
use aggregate_tests::model::invoice::{self, Invoice, InvoiceId, Line};

use super::{Db, Lab, Repo, Unit};

pub(crate) async fn both(lab: &Lab) -> (Repo<Account>, Repo<Invoice>) {
    lab.create(&account::TABLES).await;
    lab.create(&invoice::TABLES).await;
    let (accounts, invoices) = (lab.repository(), lab.repository());
    lab.saved(&accounts, Account::with(1, 100)).await;
    lab.saved(&accounts, Account::with(2, 200)).await;
    lab.saved(&invoices, Invoice::sample(1)).await;
    (accounts, invoices)
}

/// Writes an account, then something that is refused, swallows the error and commits: the account is stored if
/// the transaction went on, and nothing if it is lost; of what was refused there is nothing in any case.
async fn swallowed<T>(
    lab: &Lab,
    accounts: &Repo<Account>,
    refused: &mut Tracked<T>,
    is_expected: impl Fn(&Error) -> bool,
) where
    T: aggregate_core::Aggregate + aggregate_core::Persist<Db>,
{
    lab.forget().await;
    let before = refused.version();
    let mut account = accounts.get(&1).await.unwrap();
    let unit = Unit::begin(lab.pool()).await.unwrap();
    account.balance += 1;
    unit.save(&mut account).unwrap();
    unit.flush().await.unwrap();
    unit.save(refused).unwrap();
    let error = unit.flush().await.unwrap_err();
    assert!(is_expected(&error), "{error:?}");
    assert_eq!(refused.version(), before);
    assert!(refused.is_dirty());
    if error.transaction_lost() {
        assert_refused!(unit.save(refused), Error::UnitClosed(Closed::Lost));
        assert_refused!(unit.flush().await, Error::UnitClosed(Closed::Lost));
        assert!(unit.commit().await.unwrap_err().transaction_lost());
        assert_eq!(lab.written().await, Vec::<String>::new());
        assert!(account.is_dirty());
    } else {
        assert_eq!(unit.commit().await.unwrap().len(), 1);
        assert_eq!(lab.written().await, ["accounts U 1"]);
        assert!(!account.is_dirty());
    }
}

pub(crate) async fn a_conflict(lab: &Lab) {
    let (accounts, invoices) = both(lab).await;
    let mut stale = invoices.get(&InvoiceId(1)).await.unwrap();
    let mut current = stale.clone();
    invoices.touch(&mut current).await.unwrap();
    stale.lines[0].quantity = 5;
    stale.lines.push(Line::sample(9));
    swallowed(lab, &accounts, &mut stale, |error| {
        matches!(error, Error::Conflict(conflict) if conflict.actual == Some(Version::new(1)))
            && !error.transaction_lost()
    })
    .await;
    let mut gone = invoices.get(&InvoiceId(1)).await.unwrap();
    gone.lines.clear();
    invoices.delete(&mut gone.clone()).await.unwrap();
    swallowed(lab, &accounts, &mut gone, |error| {
        matches!(error, Error::Conflict(conflict) if conflict.actual.is_none()) && !error.transaction_lost()
    })
    .await;
}

pub(crate) async fn an_id_that_is_taken(lab: &Lab) {
    let (accounts, _) = both(lab).await;
    let is_expected = |error: &Error| {
        matches!(error, Error::AlreadyExists { aggregate: "invoices", .. }) && error.is_conflict()
    };
    swallowed(lab, &accounts, &mut Tracked::new(Invoice::sample(1)), is_expected).await;
    let is_expected = |error: &Error| matches!(error, Error::AlreadyExists { aggregate: "accounts", .. });
    swallowed(lab, &accounts, &mut Tracked::new(Account::with(2, 0)), is_expected).await;
}

pub(crate) async fn a_row_that_the_database_refuses(lab: &Lab) {
    let (accounts, invoices) = both(lab).await;
    let lost = |error: &Error, several: bool| {
        error.transaction_lost() == (Db::FAILS_WHOLE && !(several && Db::save_budget(1) > 1))
    };
    let mut account = accounts.get(&2).await.unwrap();
    account.balance = -1;
    swallowed(lab, &accounts, &mut account, |error| {
        matches!(error, Error::ConstraintViolated { kind: ConstraintKind::Check, .. }) && lost(error, false)
    })
    .await;
    // The second statement of several: the root was written already.
    lab.sql("INSERT INTO \"lines\" VALUES (1, 7, 'by others', 1)").await;
    let mut invoice = invoices.get(&InvoiceId(1)).await.unwrap();
    lab.sql("INSERT INTO \"lines\" VALUES (1, 8, 'by others', 1)").await;
    invoice.total = 5;
    invoice.lines.push(Line::plain(8));
    swallowed(lab, &accounts, &mut invoice, |error| {
        matches!(error, Error::ConstraintViolated { kind: ConstraintKind::Unique, .. }) && lost(error, true)
    })
    .await;
}

pub(crate) async fn a_row_that_is_gone(lab: &Lab) {
    let (accounts, invoices) = both(lab).await;
    lab.sql("INSERT INTO \"lines\" VALUES (1, 7, 'by others', 1)").await;
    let mut invoice = invoices.get(&InvoiceId(1)).await.unwrap();
    lab.sql("DELETE FROM \"lines\" WHERE no = 7").await;
    invoice.total = 5;
    invoice.lines[0].quantity = 5;
    invoice.lines[2].quantity = 8;
    swallowed(lab, &accounts, &mut invoice, |error| matches!(error, Error::OutOfBand { table: "lines", .. }))
        .await;
}

/// More than one statement takes, so that all databases need several.
pub(crate) async fn a_row_that_is_gone_far_into_a_large_save(lab: &Lab) {
    let (accounts, invoices) = both(lab).await;
    let count = i32::try_from(Db::BEYOND_BINDS / 2).unwrap();
    let lines = (0..count).map(Line::plain).collect();
    let mut invoice = Tracked::new(Invoice { lines, ..Invoice::empty(2) });
    invoices.save(&mut invoice).await.unwrap();
    lab.sql("DELETE FROM \"lines\" WHERE invoice_id = 2 AND no = 5").await;
    for line in &mut invoice.lines {
        line.quantity += 1;
    }
    swallowed(lab, &accounts, &mut invoice, |error| {
        // Lost with the one statement, if the save is one.
        matches!(error, Error::OutOfBand { table: "lines", .. })
            && error.transaction_lost() == (Db::save_budget(1) == 1)
    })
    .await;
}

pub(crate) async fn a_lock_that_is_not_had_in_time_in_a_unit(lab: &Lab) {
    let (accounts, _) = both(lab).await;
    let pool = lab.another_pool(2, Duration::from_millis(50)).await;
    let hasty: SqlRepository<Account, Db> = SqlRepository::new(pool.clone());
    let mut account = hasty.get(&1).await.unwrap();
    account.balance = 7;
    let mut holder = lab.pool().begin().await.unwrap();
    Db::run(&mut holder, "UPDATE accounts SET balance = balance".to_owned()).await.unwrap();
    let error = match Unit::begin(&pool).await {
        // Where who writes holds the whole database.
        Err(error) => error,
        Ok(unit) => {
            unit.save(&mut account).unwrap();
            let error = unit.flush().await.unwrap_err();
            // The engine undoes the statement alone, or fails the transaction.
            assert_eq!(error.transaction_lost(), Db::FAILS_WHOLE);
            if Db::FAILS_WHOLE {
                assert_refused!(unit.flush().await, Error::UnitClosed(Closed::Lost));
            } else {
                assert_eq!(unit.commit().await.unwrap(), []);
            }
            error
        }
    };
    assert!(error.is_retryable() && !error.is_conflict());
    assert_refused!(Err::<(), _>(error), Error::Contended { source: Some(_), .. });
    holder.rollback().await.unwrap();
    assert_eq!(account.version(), Version::INITIAL);
    hasty.save(&mut account).await.unwrap();
    assert_eq!(accounts.get(&1).await.unwrap().balance, 7);
    pool.close().await;
}

pub(crate) async fn what_was_queued_beside_a_refused_save_is_stored(lab: &Lab) {
    let (accounts, _) = both(lab).await;
    lab.saved(&accounts, Account::with(3, 300)).await;
    let mut copies = Vec::new();
    for id in [1, 2, 3] {
        copies.push(accounts.get(&id).await.unwrap());
    }
    accounts.touch(&mut accounts.get(&2).await.unwrap()).await.unwrap();
    lab.forget().await;
    let unit = Unit::begin(lab.pool()).await.unwrap();
    for copy in &mut copies {
        copy.balance += 1;
        unit.save(copy).unwrap();
    }
    // Builds upon the save that will be refused.
    copies[1].balance += 1;
    unit.save(&mut copies[1]).unwrap();
    assert_eq!(super::conflict(unit.flush().await).id, "2");
    let versions: Vec<_> = copies.iter().map(|copy| copy.version().get()).collect();
    assert_eq!(versions, [1, 0, 1]);
    unit.commit().await.unwrap();
    assert_eq!(lab.written().await, ["accounts U 1", "accounts U 3"]);
}

pub(crate) async fn behind_a_savepoint_any_failure_can_be_taken_back(lab: &Lab) {
    let (accounts, _) = both(lab).await;
    let mut account = accounts.get(&1).await.unwrap();
    let mut other = accounts.get(&2).await.unwrap();
    let unit = Unit::begin(lab.pool()).await.unwrap();
    account.balance = 1;
    unit.save(&mut account).unwrap();
    let savepoint = unit.savepoint().await.unwrap();
    other.balance = -1;
    unit.save(&mut other).unwrap();
    let error = unit.flush().await.unwrap_err();
    assert!(!error.transaction_lost());
    if Db::FAILS_WHOLE {
        assert_refused!(unit.get::<Account>(&2).await, Error::UnitClosed(Closed::Failed));
        assert_refused!(unit.flush().await, Error::UnitClosed(Closed::Failed));
    } else {
        unit.get::<Account>(&2).await.unwrap();
    }
    savepoint.rollback().await.unwrap();

    // A creation that meets its like says so, there too.
    let savepoint = unit.savepoint().await.unwrap();
    unit.save(&mut Tracked::new(Account::with(2, 5))).unwrap();
    assert_refused!(unit.flush().await, Error::AlreadyExists { .. });
    savepoint.rollback().await.unwrap();

    // So does SQL of your own that fails.
    let savepoint = unit.savepoint().await.unwrap();
    let mut connection = unit.connection().await.unwrap();
    Db::run(&mut connection, "UPDATE accounts SET balance = -1".to_owned()).await.unwrap_err();
    drop(connection);
    savepoint.rollback().await.unwrap();

    other.balance = 2;
    unit.save(&mut other).unwrap();
    unit.commit().await.unwrap();
    assert_eq!(lab.rows("SELECT balance FROM accounts ORDER BY id").await, ["1", "2"]);
    assert_eq!((account.version(), other.version()), (Version::new(1), Version::new(1)));
}

/// Where the engine checks at the end, the end is where it says no.
pub(crate) async fn a_commit_that_the_database_refuses(lab: &Lab) {
    let (accounts, _) = both(lab).await;
    let owners = "CREATE TABLE owners (id BIGINT PRIMARY KEY);
        CREATE TABLE owned (owner BIGINT, FOREIGN KEY (owner) REFERENCES owners (id) {deferred})";
    lab.create(&aggregate_tests::Tables { ddl: owners, keys: &[] }).await;
    let mut account = accounts.get(&1).await.unwrap();
    let unit = Unit::begin(lab.pool()).await.unwrap();
    account.balance = 1;
    unit.save(&mut account).unwrap();
    let mut connection = unit.connection().await.unwrap();
    let orphan = Db::run(&mut connection, "INSERT INTO owned VALUES (5)".to_owned()).await;
    drop(connection);
    if orphan.is_err() {
        // This engine checks at once.
        unit.rollback().await.unwrap();
    } else {
        let error = unit.commit().await.unwrap_err();
        assert!(error.transaction_lost());
        assert_refused!(
            Err::<(), _>(error),
            Error::ConstraintViolated { kind: ConstraintKind::ForeignKey, .. }
        );
    }
    assert_eq!(account.version(), Version::INITIAL);
    assert_eq!(lab.rows("SELECT balance FROM accounts ORDER BY id").await, ["100", "200"]);
    accounts.save(&mut account).await.unwrap();
    assert_eq!(lab.cell("SELECT count(*) FROM owned").await, "0");
}

/// Where the connection breaks in the COMMIT, nobody knows what is stored.
pub(crate) async fn a_commit_that_is_not_answered(lab: &Lab) {
    let (accounts, _) = both(lab).await;
    // Only an engine that checks at the end can be made to break there.
    let Some(breaks) = Db::BREAKS_COMMITS else { return };
    lab.sql(breaks).await;
    let mut account = accounts.get(&1).await.unwrap();
    let unit = Unit::begin(lab.pool()).await.unwrap();
    account.balance = 1;
    unit.save(&mut account).unwrap();
    assert_refused!(unit.commit().await, Error::CommitUnknown { aggregate: "accounts", .. });
    assert_refused!(accounts.save(&mut account).await, Error::InDoubt { aggregate: "accounts", .. });
    accounts.reload(&mut account).await.unwrap();
    assert_eq!((account.balance, account.version()), (100, Version::INITIAL));
    account.balance = 2;
    assert_refused!(accounts.save(&mut account).await, Error::CommitUnknown { aggregate: "accounts", .. });
    assert_refused!(accounts.touch(&mut account).await, Error::InDoubt { aggregate: "accounts", .. });
}

/// A closure may commit by itself. If it then keeps to itself that nobody knows, it is told again.
pub(crate) async fn an_unknown_commit_that_a_closure_swallows(lab: &Lab) {
    let (accounts, _) = both(lab).await;
    let Some(breaks) = Db::BREAKS_COMMITS else { return };
    lab.sql(breaks).await;
    let swallowed = Unit::transact(lab.pool(), |unit| {
        let accounts = accounts.clone();
        async move {
            let mut account = accounts.get(&1).await?;
            account.balance = 1;
            unit.save(&mut account)?;
            assert_refused!(unit.clone().commit().await, Error::CommitUnknown { .. });
            assert_refused!(accounts.save(&mut account).await, Error::InDoubt { aggregate: "accounts", .. });
            Ok::<_, Error>(())
        }
    });
    assert_refused!(swallowed.await, Error::UnitClosed(Closed::Lost));
}

/// That a table is not there is no reason to lose what was written before.
pub(crate) async fn a_table_that_is_missing_in_a_unit(lab: &Lab) {
    let (accounts, _) = both(lab).await;
    let mut account = accounts.get(&1).await.unwrap();
    let unit = Unit::begin(lab.pool()).await.unwrap();
    account.balance = 1;
    unit.save(&mut account).unwrap();
    unit.flush().await.unwrap();
    assert_refused!(unit.get::<Ghost>(&1).await, Error::Schema { problem: SchemaProblem::MissingTable, .. });
    let mut ghost = Tracked::new(Ghost { id: 1, version: Version::UNSAVED });
    unit.save(&mut ghost).unwrap();
    assert_refused!(unit.flush().await, Error::Schema { problem: SchemaProblem::MissingTable, .. });
    assert_eq!(ghost.version(), Version::UNSAVED);
    assert_eq!(unit.commit().await.unwrap().len(), 1);
    assert_eq!(accounts.get(&1).await.unwrap().balance, 1);
}

/// A check of it is refused and stays, as any that fails, and does no harm to the transaction.
pub(crate) async fn a_check_of_a_table_that_is_missing(lab: &Lab) {
    let (_, _) = both(lab).await;
    lab.sql("CREATE TABLE ghost (id BIGINT PRIMARY KEY, version BIGINT NOT NULL)").await;
    let mut ghost = Tracked::new(Ghost { id: 1, version: Version::UNSAVED });
    // Elsewhere: a connection that has described the table would not ask again.
    let elsewhere = lab.pool_of_one().await;
    Repo::new(elsewhere.clone()).save(&mut ghost).await.unwrap();
    elsewhere.close().await;
    lab.sql("DROP TABLE ghost").await;
    let unit = Unit::begin(lab.pool()).await.unwrap();
    unit.check(&ghost).unwrap();
    for _ in 0..2 {
        assert_refused!(unit.flush().await, Error::Schema { problem: SchemaProblem::MissingTable, .. });
    }
    assert_eq!(unit.get::<Account>(&1).await.unwrap().balance, 100);
    unit.rollback().await.unwrap();
}

pub(crate) async fn what_can_be_refused_at_once_is_not_queued(lab: &Lab) {
    let (_, invoices) = both(lab).await;
    let unit = Unit::begin(lab.pool()).await.unwrap();
    drop(lab.sent());
    let mut invoice = invoices.get(&InvoiceId(1)).await.unwrap();
    invoice.lines.push(Line::plain(1));
    drop(lab.sent());
    assert_refused!(unit.save(&mut invoice), Error::DuplicateKey { table: "lines", .. });
    assert_eq!(invoice.version(), Version::INITIAL);
    let new = Tracked::new(Invoice::sample(4));
    assert_refused!(unit.delete(&mut new.clone()), Error::NotFound { aggregate: "invoices", .. });
    assert_refused!(unit.check(&new), Error::NotFound { aggregate: "invoices", .. });
    assert_eq!(unit.commit().await.unwrap(), []);
    let kinds: Vec<_> = lab.sent().into_iter().map(|sent| sent.kind).collect();
    assert_eq!(kinds, ["commit"]);
}

/// A creation that meets what the same unit created says what it meets, on all engines.
pub(crate) async fn an_id_that_the_unit_itself_took(lab: &Lab) {
    let (_, _) = both(lab).await;
    let unit = Unit::begin(lab.pool()).await.unwrap();
    unit.save(&mut Tracked::new(Account::with(5, 1))).unwrap();
    unit.save(&mut Tracked::new(Account::with(5, 2))).unwrap();
    assert_refused!(unit.flush().await, Error::AlreadyExists { aggregate: "accounts", .. });
}
