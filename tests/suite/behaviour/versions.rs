//! The version starts at 0 and moves by one for each save that changes anything, in memory and in the row.

use aggregate_core::{Tracked, Version};
use aggregate_tests::assert_refused;
use aggregate_tests::model::bare::{self, Bare};
use aggregate_tests::model::invoice::{self, Invoice};

use super::Lab;

pub(crate) async fn first_save_writes_zero(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    let mut invoice = Tracked::new(Invoice::sample(1));
    assert_eq!(invoice.version(), Version::UNSAVED);
    assert!(invoice.is_dirty(), "what was never saved has everything to save");
    let report = lab.save(&invoices, &mut invoice).await.unwrap();
    assert_eq!((report.old_version, report.new_version), (Version::UNSAVED, Version::INITIAL));
    assert_eq!((invoice.version(), (*invoice).version), (Version::INITIAL, Version::INITIAL));
    assert!(!invoice.is_dirty());
    assert_eq!(lab.cell("SELECT version FROM invoices WHERE id = 1").await, "0");
    assert_eq!(invoices.get(&invoice.id).await.unwrap().version(), Version::INITIAL);
}

pub(crate) async fn each_real_change_adds_one(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    let mut invoice = lab.saved(&invoices, Invoice::sample(1)).await;
    for number in 1..=5 {
        invoice.total += 1;
        let report = lab.save(&invoices, &mut invoice).await.unwrap();
        assert_eq!(report.old_version.get(), number - 1);
        assert_eq!(report.new_version.get(), number);
        assert_eq!((invoice.version().get(), (*invoice).version.get()), (number, number));
        assert_eq!(lab.cell("SELECT version FROM invoices WHERE id = 1").await, number.to_string());
    }
}

pub(crate) async fn a_new_aggregate_starts_unsaved_whatever_its_field_says(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    let mut invoice = Tracked::new(Invoice { version: Version::new(41), ..Invoice::empty(1) });
    assert_eq!(invoice.version(), Version::UNSAVED);
    lab.save(&invoices, &mut invoice).await.unwrap();
    assert_eq!(lab.cell("SELECT version FROM invoices WHERE id = 1").await, "0");
}

pub(crate) async fn a_hand_edited_version_is_ignored_and_restored(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    let mut invoice = lab.saved(&invoices, Invoice::sample(1)).await;
    invoice.version = Version::new(9);
    assert_eq!(invoice.version(), Version::INITIAL);
    assert!(!invoice.is_dirty(), "the version is not the user's to change");
    assert!(lab.save(&invoices, &mut invoice).await.unwrap().is_noop());
    assert_eq!((*invoice).version, Version::INITIAL);

    invoice.version = Version::new(9);
    invoice.total = 31;
    lab.save(&invoices, &mut invoice).await.unwrap();
    assert_eq!(((*invoice).version.get(), invoice.version().get()), (1, 1));
    assert_eq!(lab.cell("SELECT version FROM invoices WHERE id = 1").await, "1");
}

pub(crate) async fn many_dirty_rows_are_one_bump(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    let mut invoice = lab.saved(&invoices, Invoice::sample(1)).await;
    for line in &mut invoice.lines {
        line.quantity += 10;
        for allocation in &mut line.allocations {
            allocation.amount += 10;
            allocation.batches.iter_mut().for_each(|batch| batch.pieces += 10);
        }
    }
    let report = lab.save(&invoices, &mut invoice).await.unwrap();
    assert_eq!(report.new_version.get(), 1);
    assert_eq!(report.rows_written(), 1 + 2 + 4 + 8);
    assert_eq!(lab.cell("SELECT version FROM invoices WHERE id = 1").await, "1");
    assert_eq!(lab.written().await.iter().filter(|row| row.starts_with("invoices ")).count(), 1);
}

pub(crate) async fn touch_adds_one_to_a_clean_aggregate(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    let mut invoice = lab.saved(&invoices, Invoice::sample(1)).await;
    let report = invoices.touch(&mut invoice).await.unwrap();
    assert_eq!((report.old_version.get(), report.new_version.get()), (0, 1));
    assert_eq!(lab.written().await, ["invoices U 1"]);
    assert_eq!((invoice.version().get(), (*invoice).version.get()), (1, 1));

    invoice.lines[0].quantity = 9;
    let report = invoices.touch(&mut invoice).await.unwrap();
    assert_eq!(report.new_version.get(), 2, "a touch saves too, and still adds one only");
    assert_eq!(lab.written().await, ["invoices U 1", "lines U 1/1"]);
}

pub(crate) async fn a_touch_of_a_stale_copy_is_refused(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    let mut invoice = lab.saved(&invoices, Invoice::sample(1)).await;
    let mut stale = invoice.clone();
    invoices.touch(&mut invoice).await.unwrap();
    let conflict = super::conflict(invoices.touch(&mut stale).await);
    assert_eq!((conflict.expected.get(), conflict.actual), (0, Some(Version::new(1))));
    assert_eq!(lab.cell("SELECT version FROM invoices WHERE id = 1").await, "1");
}

pub(crate) async fn a_root_with_only_id_and_version(lab: &Lab) {
    let bares = lab.with::<Bare>(&bare::TABLES).await;
    let mut bare = lab.saved(&bares, Bare { id: 1, version: 5 }).await;
    assert_eq!((bare.version(), (*bare).version), (Version::INITIAL, 0));
    assert!(lab.save(&bares, &mut bare).await.unwrap().is_noop());
    assert_eq!(bares.touch(&mut bare).await.unwrap().new_version.get(), 1);
    assert_eq!(*bares.get(&1).await.unwrap(), Bare { id: 1, version: 1 });
    bares.delete(&mut bare).await.unwrap();
    assert!(bares.find(&1).await.unwrap().is_none());
}

pub(crate) async fn a_null_version_is_an_error_that_names_it(lab: &Lab) {
    let bares = lab.with::<Bare>(&bare::TABLES).await;
    lab.sql("INSERT INTO bare VALUES (1, NULL)").await;
    assert_refused!(
        bares.find(&1).await,
        aggregate_core::Error::Decode { table: "bare", column: "version", id: Some(id), .. } if id == "1"
    );
}

pub(crate) async fn a_negative_version_is_an_error_that_names_it(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    lab.sql("INSERT INTO invoices VALUES (1, -2, 7, 0)").await;
    assert_refused!(
        invoices.find(&invoice::InvoiceId(1)).await,
        aggregate_core::Error::Decode { table: "invoices", column: "version", .. }
    );
}

pub(crate) async fn the_last_version_is_never_passed(lab: &Lab) {
    let bares = lab.with::<Bare>(&bare::TABLES).await;
    let last = i64::MAX;
    lab.sql(&format!("INSERT INTO bare VALUES (1, {})", last - 1)).await;
    let mut bare = bares.get(&1).await.unwrap();
    assert_eq!(bares.touch(&mut bare).await.unwrap().new_version, Version::MAX);
    lab.forget().await;
    assert_refused!(
        bares.touch(&mut bare).await,
        aggregate_core::Error::VersionExhausted { aggregate: "bare", id } if id == "1"
    );
    assert_eq!(lab.sent(), [], "nothing is sent for a version that cannot be written");
    assert_eq!(lab.cell("SELECT version FROM bare").await, last.to_string());
    assert_eq!(bare.version(), Version::MAX);
}
