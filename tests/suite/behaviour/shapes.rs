//! Statements of many shapes: rare ones, rows as lists and as arrays, and what is kept prepared.

use std::collections::BTreeSet;

use aggregate_core::{Error, Tracked, Version};
use aggregate_tests::lab::Sent;
use aggregate_tests::model::document::{self, Document, Section};
use aggregate_tests::model::invoice::{self, Invoice, InvoiceId, Line};
use aggregate_tests::model::reading::{self, Reading, Sample, SampleId};
use aggregate_tests::{Engine, figure};

use super::{Db, Lab, Unit};

/// Changes what the bits of a number say: columns of each table, in one row or in several.
fn edit(invoice: &mut Invoice, bits: i32) {
    let asks = |bit: i32| bits & (1 << bit) != 0;
    invoice.customer += i64::from(asks(0));
    invoice.total += i64::from(asks(1));
    let lines = if asks(2) { 1 } else { 2 };
    for line in invoice.lines.iter_mut().take(lines) {
        line.quantity += i32::from(asks(3));
        if asks(4) {
            line.track.push('.');
        }
        line.allocations[0].amount += i32::from(asks(5));
        line.allocations[1].batches[0].pieces += i32::from(asks(6));
    }
}

/// More shapes than a type keeps: each is saved right, whether its statement is kept prepared or not, and the
/// connection is asked to keep few of them.
pub(crate) async fn more_than_are_kept(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    let mut invoice = lab.saved(&invoices, Invoice::sample(1)).await;
    let (mut all, mut kept) = (BTreeSet::new(), BTreeSet::new());
    for bits in 1..128 {
        edit(&mut invoice, bits);
        let report = invoices.save(&mut invoice).await.unwrap();
        let sent: Vec<Sent> = lab.sent().into_iter().filter(|sent| sent.kind == "save").collect();
        all.extend(sent.iter().map(|sent| sent.sql.clone()));
        kept.extend(sent.into_iter().filter(|sent| sent.kept).map(|sent| sent.sql));
        if report.new_version == report.old_version {
            continue;
        }
        assert_eq!(*invoices.get(&InvoiceId(1)).await.unwrap(), *invoice, "{bits:b}");
        drop(lab.sent());
    }
    figure(format_args!("{} texts of saves, {} of them kept prepared", all.len(), kept.len()));
    assert!(all.len() > if Db::SAVES_AT_ONCE { 64 } else { 10 }, "{}", all.len());
    assert!(kept.len() <= 64, "{}", kept.len());
    assert!(Db::SAVES_AT_ONCE || kept.len() == all.len());

    // What is refused is refused as ever.
    let mut stale = invoice.clone();
    edit(&mut invoice, 1);
    invoices.save(&mut invoice).await.unwrap();
    lab.forget().await;
    edit(&mut stale, 127);
    stale.lines.push(Line::plain(9));
    super::conflict(invoices.save(&mut stale).await);
    assert_eq!(lab.written().await, [""; 0]);
    lab.sql("DELETE FROM batches WHERE line_no = 1 AND allocation_warehouse = 2 AND code = 'a'").await;
    lab.forget().await;
    edit(&mut invoice, 127);
    invoice.lines.push(Line::plain(9));
    match invoices.save(&mut invoice).await.unwrap_err() {
        Error::OutOfBand { table: "batches", .. } => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(lab.written().await, [""; 0]);

    let mut invoice = invoices.get(&InvoiceId(1)).await.unwrap();
    invoice.lines.retain(|line| line.no != 1);
    invoice.lines.push(Line::sample(8));
    invoice.total = -1;
    let unit = Unit::begin(lab.pool()).await.unwrap();
    unit.save(&mut invoice).unwrap();
    assert_eq!(unit.commit().await.unwrap().len(), 1);
    let stored = invoices.get(&InvoiceId(1)).await.unwrap();
    assert_eq!((stored.version(), stored.total, &stored.lines), (invoice.version(), -1, &invoice.lines));
}

/// Every type of column, with and without values, in more rows than are sent one by one.
pub(crate) async fn many_rows_of_every_type(lab: &Lab) {
    let readings = lab.with::<Reading>(&reading::TABLES).await;
    let sample = |at: usize| {
        let name = format!("sample {at:03}");
        if at.is_multiple_of(3) { Sample::empty(&name) } else { Sample::full(&name) }
    };
    let mut reading = lab.saved(&readings, Reading::sample(1)).await;
    reading.samples = (0..40).map(sample).collect();
    lab.save(&readings, &mut reading).await.unwrap();
    let id = reading.id;
    assert_eq!(readings.get(&id).await.unwrap().samples, reading.samples);
    // A column at a time, to another value or to none.
    let turns: [fn(&mut Sample, &Sample); 9] = [
        |sample, other| sample.from = other.from,
        |sample, other| sample.taken = other.taken,
        |sample, other| sample.unit = other.unit,
        |sample, other| sample.extra.clone_from(&other.extra),
        |sample, other| sample.raw.clone_from(&other.raw),
        |sample, other| sample.good = other.good,
        |sample, other| sample.small = other.small,
        |sample, other| sample.status = other.status,
        |sample, other| sample.grade = other.grade,
    ];
    for turn in turns {
        for (at, row) in reading.samples.iter_mut().enumerate() {
            turn(row, &if at.is_multiple_of(3) { Sample::full("other") } else { Sample::empty("other") });
        }
        let report = lab.save(&readings, &mut reading).await.unwrap();
        assert_eq!(report.rows_written(), 41);
        assert_eq!(readings.get(&id).await.unwrap().samples, reading.samples);
    }
    reading.samples.drain(5..30);
    lab.save(&readings, &mut reading).await.unwrap();
    let left: Vec<SampleId> = reading.samples.iter().map(|sample| sample.select.clone()).collect();
    let stored = readings.get(&id).await.unwrap();
    assert_eq!(stored.samples.iter().map(|sample| sample.select.clone()).collect::<Vec<_>>(), left);
}

/// Rows that no array can hold, more than a statement takes: chunks of lists in one transaction.
pub(crate) async fn lists_beyond_the_bind_limit(lab: &Lab) {
    const MANY: i32 = 12_000;
    let documents = lab.with::<Document>(&document::TABLES).await;
    let section = |no| Section {
        no,
        text: format!("text {no}"),
        likes: 0,
        note: None,
        tags: vec!["new".to_owned()],
        marks: Vec::new(),
    };
    let mut document = Tracked::new(Document {
        sections: (0..MANY).map(section).collect(),
        remarks: Vec::new(),
        ..Document::sample(1)
    });
    let report = documents.save(&mut document).await.unwrap();
    assert!(report.statements > 3, "{}", report.statements);
    assert_eq!((report.new_version, report.table("section").inserted), (Version::INITIAL, 12_000));
    assert_eq!(lab.count("section").await, 12_000);
    document.sections.iter_mut().for_each(|section| section.tags.push("more".to_owned()));
    let report = documents.save(&mut document).await.unwrap();
    // Nothing of it is versioned.
    assert_eq!((report.new_version, report.table("section").updated), (Version::INITIAL, 12_000));
    assert_eq!(documents.get(&1).await.unwrap().sections, document.sections);
}
