//! A delete takes every row of the aggregate, under the same version check as a save.

use aggregate_core::{ConflictReason, Error, Tracked, Version};
use aggregate_tests::model::board::{self, Board};
use aggregate_tests::model::invoice::{self, Invoice, InvoiceId, Line};
use aggregate_tests::{Engine, assert_refused};

use super::{Db, Lab, Repo, conflict};

async fn stored(lab: &Lab) -> (Repo<Invoice>, Tracked<Invoice>) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    lab.saved(&invoices, Invoice::sample(2)).await;
    let invoice = lab.saved(&invoices, Invoice::sample(1)).await;
    (invoices, invoice)
}

/// The rows that a delete removed. Where it is several statements it locks the root by an UPDATE first, which
/// changes nothing.
pub(super) async fn deleted(lab: &Lab) -> Vec<String> {
    let (deleted, others): (Vec<_>, Vec<_>) =
        lab.written().await.into_iter().partition(|row| row.contains(" D "));
    assert_eq!(others.len(), usize::from(!Db::SAVES_AT_ONCE), "{others:?}");
    for lock in others {
        assert!(deleted.contains(&lock.replace(" U ", " D ")), "{lock}");
    }
    deleted
}

/// Everything that invoice 1 of the sample is stored in.
const ALL: [&str; 15] = [
    "allocations D 1/1/1",
    "allocations D 1/1/2",
    "allocations D 1/2/1",
    "allocations D 1/2/2",
    "batches D 1/1/1/a",
    "batches D 1/1/1/b",
    "batches D 1/1/2/a",
    "batches D 1/1/2/b",
    "batches D 1/2/1/a",
    "batches D 1/2/1/b",
    "batches D 1/2/2/a",
    "batches D 1/2/2/b",
    "invoices D 1",
    "lines D 1/1",
    "lines D 1/2",
];

pub(crate) async fn a_delete_takes_every_row_of_the_aggregate(lab: &Lab) {
    let (invoices, mut invoice) = stored(lab).await;
    let report = invoices.delete(&mut invoice).await.unwrap();
    assert_eq!(report.old_version, Version::INITIAL);
    let sent = lab.sent();
    assert_eq!(report.statements, sent.len() as u64);
    assert!(report.statements <= Db::delete_budget(4), "{sent:#?}");
    assert_eq!(deleted(lab).await, ALL);
    assert!(invoices.find(&InvoiceId(1)).await.unwrap().is_none());
    assert!(invoices.find(&InvoiceId(2)).await.unwrap().is_some());
}

pub(crate) async fn rows_that_were_not_loaded_go_too(lab: &Lab) {
    let boards = lab.with::<Board>(&board::TABLES).await;
    let mut board = lab.saved(&boards, Board::sample(1)).await;
    lab.saved(&boards, Board::sample(2)).await;
    lab.sql("INSERT INTO card VALUES (777, 11, 'by hand', 1); INSERT INTO step VALUES (7771, 777, TRUE)")
        .await;
    lab.forget().await;
    let report = boards.delete(&mut board).await.unwrap();
    assert_eq!(report.statements, lab.sent().len() as u64);
    assert!(report.statements <= Db::delete_budget(8));
    let written = deleted(lab).await;
    assert_eq!(written.len(), 1 + 1 + 1 + 2 + 2 + 5 + 4 + 9, "{written:?}");
    for row in
        ["card D 777", "step D 7771", "badge D 111", "quota D 12", "settings D 1", "cover D 1", "board D 1"]
    {
        assert!(written.iter().any(|w| w == row), "{row}");
    }
    assert_eq!(lab.rows("SELECT id FROM board").await, ["2"]);
}

pub(crate) async fn a_deleted_aggregate_is_unsaved_and_can_be_saved_anew(lab: &Lab) {
    let (invoices, mut invoice) = stored(lab).await;
    invoice.total = 31;
    lab.save(&invoices, &mut invoice).await.unwrap();
    invoices.delete(&mut invoice).await.unwrap();
    assert_eq!((invoice.version(), invoice.is_dirty()), (Version::UNSAVED, true));
    lab.forget().await;
    let report = lab.save(&invoices, &mut invoice).await.unwrap();
    assert_eq!(report.new_version, Version::INITIAL);
    assert_eq!(report.rows_written(), 15);
    assert_eq!(*invoices.get(&InvoiceId(1)).await.unwrap(), *invoice);
}

pub(crate) async fn a_stale_delete_is_refused(lab: &Lab) {
    let (invoices, mut invoice) = stored(lab).await;
    let mut stale = invoices.get(&InvoiceId(1)).await.unwrap();
    invoice.total = 31;
    lab.save(&invoices, &mut invoice).await.unwrap();
    lab.forget().await;
    let refused = conflict(invoices.delete(&mut stale).await);
    assert_eq!((refused.expected, refused.actual), (Version::INITIAL, Some(Version::new(1))));
    assert_eq!(refused.reason, ConflictReason::Changed);
    assert_eq!(lab.written().await, [""; 0]);
    assert_eq!(stale.version(), Version::INITIAL, "a delete that fails leaves memory alone");
    assert_eq!(*invoices.get(&InvoiceId(1)).await.unwrap(), *invoice);
}

pub(crate) async fn a_delete_is_refused_when_only_a_child_had_changed(lab: &Lab) {
    let (invoices, mut invoice) = stored(lab).await;
    let mut stale = invoices.get(&InvoiceId(1)).await.unwrap();
    invoice.lines[1].allocations[1].batches[1].pieces = 9;
    lab.save(&invoices, &mut invoice).await.unwrap();
    lab.forget().await;
    let refused = conflict(invoices.delete(&mut stale).await);
    assert_eq!((refused.expected, refused.actual), (Version::INITIAL, Some(Version::new(1))));
    assert_eq!(lab.written().await, [""; 0]);
}

pub(crate) async fn a_second_delete_says_that_it_is_gone(lab: &Lab) {
    let (invoices, mut invoice) = stored(lab).await;
    let mut second = invoices.get(&InvoiceId(1)).await.unwrap();
    invoices.delete(&mut invoice).await.unwrap();
    let refused = conflict(invoices.delete(&mut second).await);
    assert_eq!((refused.expected, refused.actual), (Version::INITIAL, None));
    assert_eq!(refused.reason, ConflictReason::Deleted);
}

pub(crate) async fn a_delete_takes_unsaved_changes_along(lab: &Lab) {
    let (invoices, mut invoice) = stored(lab).await;
    invoice.lines.remove(0);
    invoice.lines.push(Line::plain(3));
    invoices.delete(&mut invoice).await.unwrap();
    assert_eq!(deleted(lab).await, ALL, "what is stored goes, whatever memory says");
}

pub(crate) async fn a_delete_by_id_needs_the_version(lab: &Lab) {
    let (invoices, mut invoice) = stored(lab).await;
    invoice.lines[0].quantity = 9;
    lab.save(&invoices, &mut invoice).await.unwrap();
    lab.forget().await;
    for (wrong, number) in [(Version::INITIAL, 0), (Version::new(2), 2)] {
        let refused = conflict(invoices.delete_by_id(&InvoiceId(1), wrong).await);
        assert_eq!((refused.expected.get(), refused.actual), (number, Some(Version::new(1))));
        assert_eq!(lab.written().await, [""; 0]);
    }
    lab.forget().await;
    let report = invoices.delete_by_id(&InvoiceId(1), Version::new(1)).await.unwrap();
    assert_eq!(report.statements, lab.sent().len() as u64);
    assert!(report.statements <= Db::delete_budget(4));
    assert_eq!(deleted(lab).await, ALL);
    let refused = conflict(invoices.delete_by_id(&InvoiceId(1), Version::new(1)).await);
    assert_eq!((refused.actual, refused.reason), (None, ConflictReason::Deleted));
}

pub(crate) async fn what_was_never_saved_cannot_be_deleted(lab: &Lab) {
    let (invoices, _) = stored(lab).await;
    let mut new = Tracked::new(Invoice::sample(3));
    assert_refused!(
        invoices.delete(&mut new).await,
        Error::NotFound { aggregate: "invoices", id } if id == "InvoiceId(3)"
    );
    let mut other = Tracked::new(Invoice::sample(1));
    assert_refused!(invoices.delete(&mut other).await, Error::NotFound { aggregate: "invoices", .. });
    assert_eq!(lab.written().await, [""; 0], "nor does it delete the stored one of its id");
}
