//! The root's version guards every row: who saves second is refused, and nothing of what it did is stored.

use aggregate_core::{ConflictReason, Error, Tracked, Version};
use aggregate_tests::assert_refused;
use aggregate_tests::model::invoice::{self, Invoice, InvoiceId, Line};

use super::{Lab, Repo, conflict};

/// Two copies of one stored invoice.
async fn two_copies(lab: &Lab) -> (Repo<Invoice>, Tracked<Invoice>, Tracked<Invoice>) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    lab.saved(&invoices, Invoice::sample(1)).await;
    let first = invoices.get(&InvoiceId(1)).await.unwrap();
    let second = invoices.get(&InvoiceId(1)).await.unwrap();
    (invoices, first, second)
}

pub(crate) async fn writers_on_different_children_meet_in_one_conflict(lab: &Lab) {
    let (invoices, mut winner, mut loser) = two_copies(lab).await;
    winner.lines[0].quantity = 100;
    loser.lines[1].quantity = 200;
    loser.lines[1].allocations[0].batches.clear();
    loser.lines.push(Line::plain(3));
    loser.total = 999;
    lab.save(&invoices, &mut winner).await.unwrap();
    lab.forget().await;

    let refused = conflict(lab.save(&invoices, &mut loser).await);
    assert_eq!((refused.aggregate, refused.id.as_str()), ("invoices", "InvoiceId(1)"));
    assert_eq!((refused.expected, refused.actual), (Version::INITIAL, Some(Version::new(1))));
    assert_eq!(refused.reason, ConflictReason::Changed);
    assert_eq!(lab.written().await, [""; 0], "nothing of the loser is stored");
    assert_eq!(*invoices.get(&InvoiceId(1)).await.unwrap(), *winner);
}

pub(crate) async fn the_loser_keeps_its_changes_and_stays_stale(lab: &Lab) {
    let (invoices, mut winner, mut loser) = two_copies(lab).await;
    winner.total = 31;
    lab.save(&invoices, &mut winner).await.unwrap();
    loser.lines[1].quantity = 200;
    let edited = (*loser).clone();
    for _ in 0..3 {
        let refused = conflict(lab.save(&invoices, &mut loser).await);
        assert_eq!((refused.expected, refused.actual), (Version::INITIAL, Some(Version::new(1))));
        assert_eq!((*loser).clone(), edited, "memory is as it was before the save");
        assert_eq!((loser.version(), loser.is_dirty()), (Version::INITIAL, true));
    }
    assert_eq!(lab.cell("SELECT version FROM invoices").await, "1");
}

pub(crate) async fn after_a_reload_the_change_can_be_redone(lab: &Lab) {
    let (invoices, mut winner, mut loser) = two_copies(lab).await;
    winner.lines[0].quantity = 100;
    lab.save(&invoices, &mut winner).await.unwrap();
    loser.lines[1].quantity = 200;
    assert_refused!(lab.save(&invoices, &mut loser).await, Error::Conflict(_));
    invoices.reload(&mut loser).await.unwrap();
    assert_eq!(*loser, *winner);
    assert!(!loser.is_dirty());
    loser.lines[1].quantity = 200;
    assert_eq!(lab.save(&invoices, &mut loser).await.unwrap().new_version.get(), 2);
    assert_eq!(lab.rows("SELECT quantity FROM \"lines\" ORDER BY no").await, ["100", "200"]);
}

pub(crate) async fn a_version_from_the_future_is_refused(lab: &Lab) {
    let (invoices, mut invoice, _) = two_copies(lab).await;
    for _ in 0..3 {
        invoice.total += 1;
        lab.save(&invoices, &mut invoice).await.unwrap();
    }
    // As after a restored backup.
    lab.sql("UPDATE invoices SET version = 1").await;
    lab.forget().await;
    invoice.lines[0].quantity = 9;
    let refused = conflict(lab.save(&invoices, &mut invoice).await);
    assert_eq!((refused.expected, refused.actual), (Version::new(3), Some(Version::new(1))));
    assert_eq!(refused.reason, ConflictReason::Changed);
    assert_eq!(lab.written().await, [""; 0]);
}

pub(crate) async fn a_copy_of_a_copy_conflicts_too(lab: &Lab) {
    let (invoices, mut invoice, _) = two_copies(lab).await;
    invoice.total = 31;
    let mut clone = invoice.clone();
    lab.save(&invoices, &mut invoice).await.unwrap();
    let refused = conflict(lab.save(&invoices, &mut clone).await);
    assert_eq!((refused.expected, refused.actual), (Version::INITIAL, Some(Version::new(1))));
}

pub(crate) async fn equal_changes_of_two_writers_conflict_too(lab: &Lab) {
    let (invoices, mut winner, mut loser) = two_copies(lab).await;
    winner.lines[0].quantity = 100;
    loser.lines[0].quantity = 100;
    lab.save(&invoices, &mut winner).await.unwrap();
    assert_refused!(lab.save(&invoices, &mut loser).await, Error::Conflict(_));
    assert_eq!(lab.cell("SELECT version FROM invoices").await, "1");
}

pub(crate) async fn writers_of_two_aggregates_do_not_meet(lab: &Lab) {
    let (invoices, mut one, _) = two_copies(lab).await;
    let mut other = lab.saved(&invoices, Invoice::sample(2)).await;
    one.lines[0].quantity = 100;
    other.lines[0].quantity = 100;
    lab.save(&invoices, &mut one).await.unwrap();
    lab.save(&invoices, &mut other).await.unwrap();
    assert_eq!(lab.rows("SELECT id, version FROM invoices ORDER BY id").await, ["1|1", "2|1"]);
}

pub(crate) async fn an_update_after_a_delete_says_so(lab: &Lab) {
    let (invoices, mut deleter, mut loser) = two_copies(lab).await;
    invoices.delete(&mut deleter).await.unwrap();
    loser.lines[0].quantity = 9;
    lab.forget().await;
    let refused = conflict(lab.save(&invoices, &mut loser).await);
    assert_eq!((refused.expected, refused.actual), (Version::INITIAL, None));
    assert_eq!(refused.reason, ConflictReason::Deleted);
    assert_eq!(lab.written().await, [""; 0]);
    assert_refused!(
        invoices.reload(&mut loser).await,
        Error::NotFound { aggregate: "invoices", id } if id == "InvoiceId(1)"
    );
    assert_eq!(loser.lines[0].quantity, 9, "a reload that fails leaves memory alone");
}

pub(crate) async fn a_conflict_reads_as_a_sentence_without_values(lab: &Lab) {
    let (invoices, mut winner, mut loser) = two_copies(lab).await;
    winner.total = 31;
    loser.total = 424_242;
    lab.save(&invoices, &mut winner).await.unwrap();
    let error = lab.save(&invoices, &mut loser).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "conflict: `invoices` InvoiceId(1) is at version 1, not 0: it was saved by someone else"
    );
    assert!(error.is_conflict() && error.is_retryable());
}
