//! Saves and deletes that are dropped.

use std::fmt::Debug;

use aggregate_core::{Aggregate, Error, Persist, Repository, Tracked, Version};
use aggregate_tests::model::document::{self, Document, Remark};
use aggregate_tests::model::invoice::{Invoice, InvoiceId, Line};

use super::{Bed, Db, Lab, Place, Repo, Seen, Tally, invoice};
use crate::behaviour::Unit;

pub(super) const SAVES: &[&str] = &["SqlRepository::save", "SqlRepository::touch"];

pub(super) const DELETES: &[&str] = &["SqlRepository::delete", "SqlRepository::delete_by_id"];

const UNNAMED: &str = "by unnamed statements";

/// What is stored if a call did nothing, and if it did all.
struct Either<A> {
    before: Option<A>,
    after: Option<A>,
}

/// Looks what became of a save or a delete that was dropped: it did all or nothing, and the copy knows or is in
/// doubt, until it is reloaded; then it can be saved.
async fn look<A: Aggregate + Persist<Db> + PartialEq + Debug>(
    bed: &Bed<'_>,
    place: &Place<A>,
    (id, row): (&A::Id, i64),
    copy: &mut Tracked<A>,
    either: &Either<A>,
    is_finished: bool,
) -> Seen {
    bed.is_quiet(&place.pool, row).await;
    let others: Repo<A> = bed.lab.repository();
    let stored = others.find(id).await.unwrap().map(Tracked::into_inner);
    let wanted = copy.version();
    let seen = match place.repository.touch(copy).await {
        Ok(report) if is_finished => {
            assert_eq!(stored, either.after, "what is finished is stored");
            let version = stored.map_or(Version::UNSAVED, |stored| stored.version());
            assert_eq!(report.old_version, version);
            Seen::Finished
        }
        Ok(report) => {
            assert_eq!(stored, either.before, "memory is as it was, and so is what is stored");
            assert_eq!(report.old_version, wanted);
            Seen::AsBefore
        }
        Err(Error::InDoubt { .. }) if !is_finished => {
            let deleted = place.repository.delete(copy).await;
            assert!(matches!(deleted, Err(Error::InDoubt { .. })), "{deleted:?}");
            let reloaded = match place.repository.reload(copy).await {
                Ok(()) => Some((**copy).clone()),
                Err(Error::NotFound { .. }) => {
                    assert_eq!(copy.version(), Version::UNSAVED);
                    None
                }
                Err(other) => panic!("{other:?}"),
            };
            assert!(reloaded == either.before || reloaded == either.after, "half of it: {reloaded:#?}");
            // Memory may be behind, if the database came to it later; then that is a conflict.
            match place.repository.touch(copy).await {
                Ok(_) => {}
                Err(Error::Conflict(_) | Error::AlreadyExists { .. }) if reloaded == either.before => {
                    *copy = others.get(id).await.unwrap();
                }
                Err(other) => panic!("{other:?}"),
            }
            Seen::InDoubt
        }
        other => panic!("finished: {is_finished}, {other:?}"),
    };
    assert_eq!(*others.get(id).await.unwrap(), **copy);
    seen
}

fn at<A: Aggregate>(mut aggregate: A, version: Version) -> A {
    aggregate.set_version(version);
    aggregate
}

/// Drops the save of an invoice, or its touch, after this edit.
async fn saves(
    bed: &Bed<'_>,
    id: i64,
    how: &'static str,
    call: &'static str,
    edit: fn(&mut Invoice),
) -> Tally {
    let one = async |place: &Place<Invoice>, times| {
        let mut copy = invoice(bed, id).await;
        let before = (*copy).clone();
        edit(&mut copy);
        let after = at((*copy).clone(), copy.version().next().unwrap());
        let either = Either { before: Some(before), after: Some(after) };
        let repository = match how {
            UNNAMED => place.repository.clone().unnamed_statements(),
            _ => place.repository.clone(),
        };
        let saved = if call == "SqlRepository::touch" {
            place.polls.drop_after(times, repository.touch(&mut copy)).await
        } else {
            place.polls.drop_after(times, repository.save(&mut copy)).await
        };
        let is_finished = saved.map(Result::unwrap).is_some();
        look(bed, place, (&InvoiceId(id), id), &mut copy, &either, is_finished).await
    };
    bed.sweep(call, how, one).await
}

pub(crate) async fn dropped_saves(lab: &Lab) {
    let bed = Bed::of_invoices(lab).await;
    let mut tally = Tally::default();
    let many: fn(&mut Invoice) = |invoice| {
        invoice.total += 1;
        invoice.lines[0].quantity += 1;
        let no = invoice.lines.last().map_or(1, |line| line.no + 1);
        invoice.lines.push(Line::sample(no));
        invoice.lines.remove(1);
    };
    tally.add(saves(&bed, 1, "of many rows", "SqlRepository::save", many).await);
    tally.add(saves(&bed, 1, UNNAMED, "SqlRepository::save", many).await);
    let root: fn(&mut Invoice) = |invoice| invoice.total += 1;
    tally.add(saves(&bed, 2, "of the root alone", "SqlRepository::save", root).await);
    tally.add(saves(&bed, 3, "of a clean copy", "SqlRepository::touch", |_| ()).await);
    let create = async |place: &Place<Invoice>, times| {
        lab.sql("DELETE FROM batches; DELETE FROM allocations; DELETE FROM \"lines\"; DELETE FROM invoices")
            .await;
        let mut copy = Tracked::new(Invoice::sample(4));
        let after = Some(at(Invoice::sample(4), Version::INITIAL));
        let saved = place.polls.drop_after(times, place.repository.save(&mut copy)).await;
        let is_finished = saved.map(Result::unwrap).is_some();
        let either = Either { before: None, after };
        look(&bed, place, (&InvoiceId(4), 4), &mut copy, &either, is_finished).await
    };
    tally.add(bed.sweep("SqlRepository::save", "of a new aggregate", create).await);
    tally.close("saves", SAVES, 60);
}

pub(crate) async fn dropped_deletes(lab: &Lab) {
    let bed = Bed::of_invoices(lab).await;
    let mut tally = Tally::default();
    let delete = async |place: &Place<Invoice>, times| {
        let mut copy = invoice(&bed, 5).await;
        let either = Either { before: Some((*copy).clone()), after: None };
        let deleted = place.polls.drop_after(times, place.repository.delete(&mut copy)).await;
        let is_finished = deleted.map(Result::unwrap).is_some();
        look(&bed, place, (&InvoiceId(5), 5), &mut copy, &either, is_finished).await
    };
    tally.add(bed.sweep("SqlRepository::delete", "of four tables", delete).await);
    let by_id = async |place: &Place<Invoice>, times| {
        let before = (*invoice(&bed, 6).await).clone();
        let deletion = place.repository.delete_by_id(&before.id, before.version);
        let deleted = place.polls.drop_after(times, deletion).await.map(Result::unwrap);
        bed.is_quiet(&place.pool, 6).await;
        match lab.repository::<Invoice>().find(&before.id).await.unwrap() {
            Some(stored) => {
                assert!(deleted.is_none());
                assert_eq!(*stored, before);
                Seen::AsBefore
            }
            None => {
                assert_eq!(lab.count("\"lines\" WHERE invoice_id = 6").await, 0);
                // Nothing is in memory to be in doubt.
                if deleted.is_some() { Seen::Finished } else { Seen::Stored }
            }
        }
    };
    tally.add(bed.sweep("SqlRepository::delete_by_id", "of four tables", by_id).await);
    tally.close("deletes", DELETES, 25);
}

/// Saves that leave the version as it is, and deletes that wait for them.
pub(crate) async fn dropped_saves_of_unversioned_parts(lab: &Lab) {
    lab.create(&document::TABLES).await;
    let bed = Bed::of(lab, "document").await;
    let mut tally = Tally::default();
    let documents: Repo<Document> = lab.repository();
    let of_document = async || match documents.find(&1).await.unwrap() {
        Some(document) => document,
        None => lab.saved(&documents, Document::sample(1)).await,
    };
    let save = async |place: &Place<Document>, times| {
        let mut copy = of_document().await;
        let before = (*copy).clone();
        copy.views += 1;
        copy.sections[0].likes += 1;
        let next = copy.remarks.last().map_or(1, |remark| remark.id + 1);
        copy.remarks.push(Remark::sample(next));
        if copy.remarks.len() > 4 {
            copy.remarks.remove(0);
        }
        let either = Either { before: Some(before), after: Some((*copy).clone()) };
        let saved = place.polls.drop_after(times, place.repository.save(&mut copy)).await;
        let is_finished = saved.map(Result::unwrap).is_some();
        look(&bed, place, (&1, 1), &mut copy, &either, is_finished).await
    };
    tally.add(bed.sweep("SqlRepository::save", "of unversioned parts", save).await);
    let delete = async |place: &Place<Document>, times| {
        let mut copy = of_document().await;
        let either = Either { before: Some((*copy).clone()), after: None };
        let deleted = place.polls.drop_after(times, place.repository.delete(&mut copy)).await;
        let is_finished = deleted.map(Result::unwrap).is_some();
        look(&bed, place, (&1, 1), &mut copy, &either, is_finished).await
    };
    tally.add(bed.sweep("SqlRepository::delete", "of unversioned collections", delete).await);
    tally.close("saves of unversioned parts", &["SqlRepository::delete", "SqlRepository::save"], 30);
}

/// Saves of two aggregates together, by themselves and in a unit that is committed afterwards: both are stored or neither,
/// and memory knows.
pub(crate) async fn dropped_saves_of_many(lab: &Lab) {
    let bed = Bed::of_invoices(lab).await;
    let mut tally = Tally::default();
    for call in ["Repository::save_all", "UnitRepository::save_all"] {
        let save_all = async |place: &Place<Invoice>, times| {
            let mut copies = [invoice(&bed, 1).await, invoice(&bed, 2).await];
            let before = copies.each_ref().map(Tracked::version);
            for copy in &mut copies {
                copy.total += 1;
                copy.lines[0].quantity += 1;
            }
            let is_finished = if call == "Repository::save_all" {
                let saving = Repository::save_all(&place.repository, &mut copies);
                place.polls.drop_after(times, saving).await.map(Result::unwrap).is_some()
            } else {
                let unit = Unit::begin(&place.pool).await.unwrap();
                let repository = unit.repository::<Invoice>();
                let saving = repository.save_all(&mut copies);
                let is_finished = place.polls.drop_after(times, saving).await.map(Result::unwrap).is_some();
                unit.commit().await.unwrap();
                is_finished
            };
            bed.is_quiet(&place.pool, 1).await;
            let stored = [invoice(&bed, 1).await, invoice(&bed, 2).await];
            let is_stored = [0, 1].map(|at| stored[at].version() != before[at]);
            assert_eq!(is_stored[0], is_stored[1], "one without the other");
            assert!(is_stored[0] || !is_finished);
            for (copy, stored) in copies.iter_mut().zip(&stored) {
                assert_eq!((copy.version(), copy.is_dirty()), (stored.version(), !is_stored[0]));
                assert_eq!(place.repository.touch(copy).await.unwrap().old_version, stored.version());
            }
            match (is_finished, is_stored[0]) {
                (true, _) => Seen::Finished,
                (false, true) => Seen::Stored,
                (false, false) => Seen::AsBefore,
            }
        };
        tally.add(bed.sweep(call, "of two aggregates", save_all).await);
    }
    tally.close("saves of many", &["Repository::save_all", "UnitRepository::save_all"], 20);
}
