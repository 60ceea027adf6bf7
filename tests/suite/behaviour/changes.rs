//! What is a change and what is none.

use std::time::Duration;

use aggregate_core::{SqlRepository, Tracked, Version};
use aggregate_tests::model::bare::{self, Customer};
use aggregate_tests::model::comment::{self, Post};
use aggregate_tests::model::invoice::{self, Invoice, Line};

use super::Lab;

/// A save of this sends nothing.
async fn is_no_change(lab: &Lab, edit: impl FnOnce(&mut Tracked<Invoice>)) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    let mut invoice = lab.saved(&invoices, Invoice::sample(1)).await;
    edit(&mut invoice);
    assert!(!invoice.is_dirty());
    assert!(invoice.changes().unwrap().is_empty());
    let report = lab.save(&invoices, &mut invoice).await.unwrap();
    assert!(report.is_noop());
    assert_eq!((report.old_version, report.new_version), (Version::INITIAL, Version::INITIAL));
    assert_eq!((report.statements, report.rows_written()), (0, 0));
    assert_eq!(lab.sent(), []);
    assert_eq!(lab.written().await, [""; 0]);
    assert_eq!(invoice.version(), Version::INITIAL);
}

pub(crate) async fn an_untouched_aggregate_sends_nothing(lab: &Lab) {
    is_no_change(lab, |_| ()).await;
}

pub(crate) async fn an_equal_assignment_is_no_change(lab: &Lab) {
    is_no_change(lab, |invoice| {
        invoice.total = 30;
        invoice.lines[1].track = "track 2".into();
    })
    .await;
}

pub(crate) async fn a_collection_replaced_by_an_equal_one_is_no_change(lab: &Lab) {
    is_no_change(lab, |invoice| invoice.lines = vec![Line::sample(1), Line::sample(2)]).await;
}

pub(crate) async fn a_collection_in_another_order_is_no_change(lab: &Lab) {
    is_no_change(lab, |invoice| {
        invoice.lines.reverse();
        invoice.lines[0].allocations.reverse();
        invoice.lines[1].allocations[1].batches.reverse();
    })
    .await;
}

pub(crate) async fn a_change_that_is_taken_back_is_no_change(lab: &Lab) {
    is_no_change(lab, |invoice| {
        let line = invoice.lines.remove(0);
        invoice.total = 0;
        invoice.lines.push(line);
        invoice.total = 30;
    })
    .await;
}

pub(crate) async fn the_whole_value_replaced_by_an_equal_one_is_no_change(lab: &Lab) {
    is_no_change(lab, |invoice| **invoice = Invoice::sample(1)).await;
}

pub(crate) async fn a_save_with_nothing_to_do_takes_no_connection(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    let mut invoice = lab.saved(&invoices, Invoice::sample(1)).await;
    let pool = lab.another_pool(1, Duration::from_secs(1)).await;
    let held = pool.acquire().await.unwrap();
    let starved = SqlRepository::new(pool.clone());
    invoice.total = 30;
    let report = tokio::time::timeout(Duration::from_secs(5), starved.save(&mut invoice)).await;
    assert!(report.expect("a connection was waited for").unwrap().is_noop());
    drop(held);
    pool.close().await;
}

pub(crate) async fn changes_are_counted_by_table_before_the_save(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    let mut invoice = lab.saved(&invoices, Invoice::sample(1)).await;
    invoice.lines[0].quantity = 9;
    invoice.lines[1].allocations.remove(0);
    invoice.lines.push(Line::plain(3));
    assert!(invoice.is_dirty());
    let changes = invoice.changes().unwrap();
    let count = |table: &str| {
        let writes = changes.table(table);
        (writes.inserted, writes.updated, writes.deleted)
    };
    assert_eq!(count("invoices"), (0, 0, 0), "no column of the root's own");
    assert_eq!(count("lines"), (1, 1, 0));
    assert_eq!(count("allocations"), (0, 0, 1));
    assert_eq!(count("batches"), (0, 0, 2), "the rows below a removed row");
    let report = lab.save(&invoices, &mut invoice).await.unwrap();
    for table in ["lines", "allocations", "batches"] {
        assert_eq!(report.table(table), changes.table(table));
    }
    assert_eq!(report.table("invoices").updated, 1, "the version");
}

pub(crate) async fn only_the_changed_columns_are_written(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    let mut invoice = lab.saved(&invoices, Invoice::sample(1)).await;
    lab.sql("UPDATE invoices SET customer = 99; UPDATE \"lines\" SET track = 'by hand'").await;
    invoice.total = 31;
    invoice.lines[0].quantity = 9;
    lab.save(&invoices, &mut invoice).await.unwrap();
    assert_eq!(lab.rows("SELECT customer, total FROM invoices").await, ["99|31"]);
    assert_eq!(
        lab.rows("SELECT track, quantity FROM \"lines\" ORDER BY no").await,
        ["by hand|9", "by hand|2"]
    );
}

pub(crate) async fn a_change_of_what_a_reference_names_is_no_change(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    let customers = lab.with::<Customer>(&bare::TABLES).await;
    let mut customer = lab.saved(&customers, Customer::new(7, "before")).await;
    let mut invoice = lab.saved(&invoices, Invoice::sample(1)).await;
    customer.name = "after".into();
    lab.save(&customers, &mut customer).await.unwrap();
    assert_eq!(lab.written().await, ["customers U 7"]);
    assert_eq!(lab.cell("SELECT version FROM invoices").await, "0");
    assert!(lab.save(&invoices, &mut invoice).await.unwrap().is_noop());

    invoice.customer = 8;
    lab.save(&invoices, &mut invoice).await.unwrap();
    assert_eq!(lab.written().await, ["invoices U 1"], "the reference itself is a column of the invoice");
    assert_eq!(lab.cell("SELECT version FROM customers").await, "1");
}

pub(crate) async fn an_equality_by_id_hides_no_change(lab: &Lab) {
    let posts = lab.with::<Post>(&comment::TABLES).await;
    let mut post = lab.saved(&posts, Post::sample(1)).await;
    let before = (*post).clone();
    post.comments[1].text = "edited".into();
    assert!(*post == before, "the type says that nothing changed");
    assert!(post.is_dirty());
    lab.save(&posts, &mut post).await.unwrap();
    assert_eq!(lab.written().await, ["comment U 12", "post U 1"]);

    post.title = "edited".into();
    assert!(*post == before);
    lab.save(&posts, &mut post).await.unwrap();
    assert_eq!(lab.written().await, ["post U 1"]);
    assert_eq!(lab.rows("SELECT title, version FROM post").await, ["edited|2"]);
}

pub(crate) async fn an_equality_that_never_holds_makes_no_change(lab: &Lab) {
    let posts = lab.with::<Post>(&comment::TABLES).await;
    let mut post = lab.saved(&posts, Post::sample(1)).await;
    let mood = post.mood.clone();
    assert!(post.mood != mood, "the type says that everything changed");
    post.mood = mood;
    assert!(!post.is_dirty());
    assert!(lab.save(&posts, &mut post).await.unwrap().is_noop());
    assert_eq!(lab.written().await, [""; 0]);
}
