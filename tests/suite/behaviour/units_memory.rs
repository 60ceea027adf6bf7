//! Copies in memory hear what became of the unit of work that saved them.

use std::time::Instant;

use aggregate_core::{Closed, Error, Tracked, Version};
use aggregate_tests::assert_refused;
use aggregate_tests::model::account::{self, Account};
use aggregate_tests::model::invoice::{self, Invoice, InvoiceId, Line};

use super::dropped::polled;
use super::{Lab, Repo, Unit};

async fn invoices(lab: &Lab) -> (Repo<Invoice>, Tracked<Invoice>) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    let mut invoice = lab.saved(&invoices, Invoice::sample(1)).await;
    for total in [1, 2, 3] {
        invoice.total = total;
        invoices.save(&mut invoice).await.unwrap();
    }
    lab.forget().await;
    (invoices, invoice)
}

/// Saved to version 4, rolled back, while another writer commits another version 4.
pub(crate) async fn a_rolled_back_version_is_not_taken_for_anothers(lab: &Lab) {
    let (invoices, mut invoice) = invoices(lab).await;
    let unit = Unit::begin(lab.pool()).await.unwrap();
    invoice.lines[0].quantity = 50;
    unit.save(&mut invoice).unwrap();
    unit.flush().await.unwrap();
    assert_eq!(invoice.version(), Version::new(4));
    assert!(!invoice.is_dirty());
    unit.rollback().await.unwrap();
    assert_eq!(invoice.version(), Version::new(3));
    assert!(invoice.is_dirty(), "what the unit would have stored is a change again");

    let mut other = invoices.get(&InvoiceId(1)).await.unwrap();
    other.lines[1].quantity = 60;
    invoices.save(&mut other).await.unwrap();
    assert_eq!(other.version(), Version::new(4));
    let conflict = super::conflict(invoices.save(&mut invoice).await);
    assert_eq!((conflict.expected, conflict.actual), (Version::new(3), Some(Version::new(4))));
    assert_eq!(invoices.get(&InvoiceId(1)).await.unwrap().lines[1].quantity, 60);
}

pub(crate) async fn after_a_rollback_the_same_save_works(lab: &Lab) {
    let (invoices, mut invoice) = invoices(lab).await;
    let mut added = Tracked::new(Invoice::sample(2));
    let unit = Unit::begin(lab.pool()).await.unwrap();
    invoice.lines.remove(0);
    invoice.lines.push(Line::plain(3));
    unit.save(&mut invoice).unwrap();
    unit.save(&mut added).unwrap();
    unit.flush().await.unwrap();
    invoice.customer = 70;
    unit.save(&mut invoice).unwrap();
    drop(unit);
    // Behind the library's back nothing is left of it, so the whole difference must be saved again.
    assert_eq!(invoices.save(&mut invoice).await.unwrap().new_version, Version::new(4));
    assert_eq!(invoice.version, Version::new(4));
    assert_eq!(*invoices.get(&InvoiceId(1)).await.unwrap(), invoice.into_inner());
    assert_eq!(invoices.save(&mut added).await.unwrap().new_version, Version::INITIAL);
    assert_eq!(*invoices.get(&InvoiceId(2)).await.unwrap(), added.into_inner());
}

/// The version field follows at the next mutable access; `version()` knows at once.
pub(crate) async fn after_a_commit_memory_is_what_is_stored(lab: &Lab) {
    let (invoices, mut invoice) = invoices(lab).await;
    let unit = Unit::begin(lab.pool()).await.unwrap();
    invoice.total = 9;
    unit.save(&mut invoice).unwrap();
    invoice.customer = 5;
    unit.commit().await.unwrap();
    assert_eq!(invoice.version(), Version::new(4));
    assert_eq!(invoice.changes().unwrap().table("invoices").updated, 1);
    invoice.lines.len();
    let _: &mut Invoice = &mut invoice;
    assert_eq!(invoice.version, Version::new(4));
    let report = invoices.save(&mut invoice).await.unwrap();
    assert_eq!((report.old_version, report.new_version), (Version::new(4), Version::new(5)));
    assert_eq!(*invoices.get(&InvoiceId(1)).await.unwrap(), invoice.into_inner());
}

pub(crate) async fn a_savepoint_takes_back_what_came_after_it(lab: &Lab) {
    let (invoices, mut invoice) = invoices(lab).await;
    let unit = Unit::begin(lab.pool()).await.unwrap();
    invoice.total = 10;
    unit.save(&mut invoice).unwrap();
    let savepoint = unit.savepoint().await.unwrap();
    invoice.total = 11;
    unit.save(&mut invoice).unwrap();
    unit.flush().await.unwrap();
    let mut added = Tracked::new(Invoice::sample(2));
    unit.save(&mut added).unwrap();
    assert_eq!((invoice.version(), added.version()), (Version::new(5), Version::INITIAL));
    savepoint.rollback().await.unwrap();
    assert_eq!((invoice.version(), added.version()), (Version::new(4), Version::UNSAVED));
    assert!(invoice.is_dirty());
    invoice.total = 12;
    unit.save(&mut invoice).unwrap();
    let reports = unit.commit().await.unwrap();
    let versions: Vec<_> = reports.iter().map(|report| report.new_version.get()).collect();
    assert_eq!(versions, [4, 5]);
    let stored = invoices.get(&InvoiceId(1)).await.unwrap();
    assert_eq!((stored.total, stored.version()), (12, Version::new(5)));
    assert!(invoices.find(&InvoiceId(2)).await.unwrap().is_none());
    // Taken over, both can be saved.
    invoice.total = 13;
    invoices.save(&mut invoice).await.unwrap();
    invoices.save(&mut added).await.unwrap();
}

pub(crate) async fn savepoints_stand_inside_each_other(lab: &Lab) {
    let (invoices, mut invoice) = invoices(lab).await;
    let unit = Unit::begin(lab.pool()).await.unwrap();
    let mut points = Vec::new();
    for total in [10, 11, 12] {
        points.push(unit.savepoint().await.unwrap());
        invoice.total = total;
        unit.save(&mut invoice).unwrap();
    }
    let [outer, middle, inner]: [_; 3] = points.try_into().unwrap();
    inner.release().await.unwrap();
    assert_eq!(invoice.version(), Version::new(6));
    middle.rollback().await.unwrap();
    assert_eq!(invoice.version(), Version::new(4));
    let gone = unit.savepoint().await.unwrap();
    outer.rollback().await.unwrap();
    assert_eq!(invoice.version(), Version::new(3));
    assert_refused!(gone.release().await, Error::UnitClosed(Closed::Savepoint));
    unit.commit().await.unwrap();
    assert_eq!(invoices.get(&InvoiceId(1)).await.unwrap().version(), Version::new(3));
    assert_eq!(lab.written().await, Vec::<String>::new());
}

/// A commit that is refused by what the unit queued leaves nothing, neither stored nor in memory.
pub(crate) async fn after_a_commit_that_is_refused_all_is_as_before(lab: &Lab) {
    let (invoices, mut invoice) = invoices(lab).await;
    lab.create(&account::TABLES).await;
    let accounts: Repo<Account> = lab.repository();
    let mut account = lab.saved(&accounts, Account::with(1, 10)).await;
    let mut stale = invoice.clone();
    invoice.total = 4;
    invoices.save(&mut invoice).await.unwrap();
    lab.forget().await;
    let unit = Unit::begin(lab.pool()).await.unwrap();
    account.balance = 20;
    stale.total = 5;
    unit.save(&mut account).unwrap();
    unit.save(&mut stale).unwrap();
    assert_eq!(super::conflict(unit.commit().await).actual, Some(Version::new(4)));
    assert_eq!((account.version(), stale.version()), (Version::INITIAL, Version::new(3)));
    assert!(account.is_dirty() && stale.is_dirty());
    assert_eq!(lab.written().await, Vec::<String>::new());
    accounts.save(&mut account).await.unwrap();
    assert_eq!(super::conflict(invoices.save(&mut stale).await).expected, Version::new(3));
}

pub(crate) async fn a_copy_in_an_open_unit_is_refused_elsewhere(lab: &Lab) {
    let (invoices, mut invoice) = invoices(lab).await;
    let unit = Unit::options().read_only().begin(lab.pool()).await.unwrap();
    drop(unit);
    let unit = Unit::begin(lab.pool()).await.unwrap();
    invoice.total = 4;
    unit.save(&mut invoice).unwrap();
    assert_refused!(invoices.save(&mut invoice).await, Error::Uncommitted { aggregate: "invoices", .. });
    assert_refused!(invoices.touch(&mut invoice).await, Error::Uncommitted { .. });
    assert_refused!(invoices.delete(&mut invoice).await, Error::Uncommitted { .. });
    unit.commit().await.unwrap();
    invoices.touch(&mut invoice).await.unwrap();
    assert_eq!(invoice.version(), Version::new(5));
}

pub(crate) async fn copies_and_units_live_apart(lab: &Lab) {
    let (invoices, mut invoice) = invoices(lab).await;
    let unit = Unit::begin(lab.pool()).await.unwrap();
    invoice.total = 4;
    unit.save(&mut invoice).unwrap();
    let copy = invoice.clone();
    // The plan is the unit's own.
    drop(invoice);
    unit.commit().await.unwrap();
    assert_eq!(invoices.get(&InvoiceId(1)).await.unwrap().total, 4);
    // A copy made meanwhile hears of it too.
    assert_eq!(copy.version(), Version::new(4));
    assert!(!copy.is_dirty());
    assert_eq!(copy.into_inner().version, Version::new(4));
}

/// Whenever its caller goes away, a call is finished, and the unit goes on.
pub(crate) async fn a_call_that_is_dropped_is_finished(lab: &Lab) {
    let (invoices, mut invoice) = invoices(lab).await;
    for times in 0..12 {
        let unit = Unit::begin(lab.pool()).await.unwrap();
        let number = 100 + i32::try_from(times).unwrap();
        invoice.lines.extend([Line::sample(number), Line::sample(number + 100)]);
        unit.save(&mut invoice).unwrap();
        drop(polled(times, unit.flush()).await);
        drop(polled(times, unit.get::<Invoice>(&InvoiceId(1))).await);
        drop(polled(times, unit.savepoint()).await);
        drop(polled(times, unit.connection()).await);
        assert_eq!(unit.get::<Invoice>(&InvoiceId(1)).await.unwrap().lines.len(), invoice.lines.len());
        unit.commit().await.unwrap();
        assert_eq!(invoice.version(), Version::new(4 + i64::from(number - 100)));
    }
    invoice.lines.sort_by_key(|line| line.no);
    assert_eq!(*invoices.get(&InvoiceId(1)).await.unwrap(), invoice.into_inner());
    // No connection went back to the pool in the middle of something.
    for _ in 0..30 {
        invoices.get(&InvoiceId(1)).await.unwrap();
    }
}

/// A COMMIT whose caller went away is finished all the same, and memory hears of it.
pub(crate) async fn a_commit_that_is_dropped_still_commits(lab: &Lab) {
    let (invoices, mut invoice) = invoices(lab).await;
    for times in 1..30 {
        let unit = Unit::begin(lab.pool()).await.unwrap();
        let before = invoice.version();
        invoice.total += 1;
        unit.save(&mut invoice).unwrap();
        unit.flush().await.unwrap();
        drop(polled(times, unit.commit()).await);
        // In doubt until the answer is there.
        let patience = Instant::now();
        let saved = loop {
            match invoices.touch(&mut invoice).await {
                Err(Error::InDoubt { .. }) if patience.elapsed().as_secs() < 20 => {
                    tokio::task::yield_now().await;
                }
                answer => break answer.unwrap(),
            }
        };
        assert_eq!(saved.old_version, before.next().unwrap());
    }
    assert_eq!(invoices.get(&InvoiceId(1)).await.unwrap().total, 3 + 29);
}
