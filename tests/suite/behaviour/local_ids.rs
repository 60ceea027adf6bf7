//! Ids that are unique under one parent only: the same numbers stand under many parents, three levels down.

use aggregate_core::Tracked;
use aggregate_tests::model::invoice::{self, Allocation, Batch, Invoice, InvoiceId, Line};

use super::{Lab, Repo};

/// Two invoices whose lines, allocations and batches all have the same numbers.
async fn invoices(lab: &Lab) -> (Repo<Invoice>, Tracked<Invoice>) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    lab.saved(&invoices, Invoice::sample(2)).await;
    let invoice = lab.saved(&invoices, Invoice::sample(1)).await;
    (invoices, invoice)
}

async fn check(lab: &Lab, invoices: &Repo<Invoice>, invoice: &mut Tracked<Invoice>, rows: &[&str]) {
    let report = lab.save(invoices, invoice).await.unwrap();
    assert_eq!(report.new_version.get(), 1);
    let mut expected = rows.to_vec();
    expected.push("invoices U 1");
    expected.sort_unstable();
    assert_eq!(lab.written().await, expected);
    assert_eq!(report.rows_written(), expected.len() as u64);
    assert_eq!(**invoice, *invoices.get(&InvoiceId(1)).await.unwrap());
    let mut untouched = (*invoices.get(&InvoiceId(2)).await.unwrap()).clone();
    untouched.version = aggregate_core::Version::UNSAVED;
    assert_eq!(untouched, Invoice::sample(2));
}

pub(crate) async fn a_tree_of_equal_numbers_comes_back_as_it_was(lab: &Lab) {
    let (invoices, invoice) = invoices(lab).await;
    let loaded = invoices.get(&InvoiceId(1)).await.unwrap();
    assert_eq!(*loaded, *invoice);
    assert_eq!(loaded.lines, Invoice::sample(1).lines);
    assert_eq!(lab.count("batches").await, 16);
}

pub(crate) async fn an_edit_reaches_one_of_the_equal_numbers(lab: &Lab) {
    let (invoices, mut invoice) = invoices(lab).await;
    invoice.lines[1].allocations[0].batches[1].pieces = 9;
    check(lab, &invoices, &mut invoice, &["batches U 1/2/1/b"]).await;
}

pub(crate) async fn rows_of_equal_numbers_change_in_one_save(lab: &Lab) {
    let (invoices, mut invoice) = invoices(lab).await;
    for line in &mut invoice.lines {
        line.allocations[0].amount += line.no;
        line.allocations[1].batches[0].pieces += line.no;
    }
    let rows = ["allocations U 1/1/1", "allocations U 1/2/1", "batches U 1/1/2/a", "batches U 1/2/2/a"];
    check(lab, &invoices, &mut invoice, &rows).await;
}

pub(crate) async fn an_added_row_may_have_a_number_that_others_have(lab: &Lab) {
    let (invoices, mut invoice) = invoices(lab).await;
    let allocation = Allocation { warehouse: 3, amount: 1, batches: vec![Batch::new("a")] };
    invoice.lines[0].allocations.push(allocation);
    check(lab, &invoices, &mut invoice, &["allocations I 1/1/3", "batches I 1/1/3/a"]).await;
}

pub(crate) async fn a_removed_row_takes_what_stands_below_it(lab: &Lab) {
    let (invoices, mut invoice) = invoices(lab).await;
    invoice.lines[0].allocations.remove(1);
    let rows = ["allocations D 1/1/2", "batches D 1/1/2/a", "batches D 1/1/2/b"];
    check(lab, &invoices, &mut invoice, &rows).await;
}

pub(crate) async fn a_move_is_a_remove_and_an_add(lab: &Lab) {
    let (invoices, mut invoice) = invoices(lab).await;
    let mut allocation = invoice.lines[0].allocations.remove(0);
    allocation.warehouse = 3;
    allocation.batches.truncate(1);
    invoice.lines[1].allocations.push(allocation);
    let rows = [
        "allocations D 1/1/1",
        "allocations I 1/2/3",
        "batches D 1/1/1/a",
        "batches D 1/1/1/b",
        "batches I 1/2/3/a",
    ];
    check(lab, &invoices, &mut invoice, &rows).await;
}

pub(crate) async fn parents_that_exchange_rows_of_equal_numbers_exchange_values(lab: &Lab) {
    let (invoices, mut invoice) = invoices(lab).await;
    invoice.lines[0].allocations[0].amount = 6;
    lab.save(&invoices, &mut invoice).await.unwrap();
    lab.forget().await;
    let (first, last) = invoice.lines.split_at_mut(1);
    std::mem::swap(&mut first[0].allocations, &mut last[0].allocations);
    let report = lab.save(&invoices, &mut invoice).await.unwrap();
    assert_eq!(report.new_version.get(), 2);
    assert_eq!(lab.written().await, ["allocations U 1/1/1", "allocations U 1/2/1", "invoices U 1"]);
}

pub(crate) async fn a_renumbered_row_is_written_anew_with_what_stands_below_it(lab: &Lab) {
    let (invoices, mut invoice) = invoices(lab).await;
    invoice.lines[1].no = 5;
    let rows = [
        "allocations D 1/2/1",
        "allocations D 1/2/2",
        "allocations I 1/5/1",
        "allocations I 1/5/2",
        "batches D 1/2/1/a",
        "batches D 1/2/1/b",
        "batches D 1/2/2/a",
        "batches D 1/2/2/b",
        "batches I 1/5/1/a",
        "batches I 1/5/1/b",
        "batches I 1/5/2/a",
        "batches I 1/5/2/b",
        "lines D 1/2",
        "lines I 1/5",
    ];
    check(lab, &invoices, &mut invoice, &rows).await;
}

pub(crate) async fn rows_come_back_in_the_order_of_their_ids(lab: &Lab) {
    // Where no key keeps them in an order.
    let invoices = lab.with::<Invoice>(&invoice::LOOSE_TABLES).await;
    let lines = [10, 9, 2, 1].map(Line::plain).to_vec();
    lab.saved(&invoices, Invoice { lines, ..Invoice::empty(1) }).await;
    let loaded = invoices.get(&InvoiceId(1)).await.unwrap();
    assert_eq!(loaded.lines.iter().map(|line| line.no).collect::<Vec<_>>(), [1, 2, 9, 10]);
}
