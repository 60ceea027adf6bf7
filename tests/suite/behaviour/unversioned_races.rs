//! Saves of unversioned changes while others save or delete the same aggregate.

use aggregate_core::{ConflictReason, Error, SqlRepository};
use aggregate_tests::Engine;
use aggregate_tests::model::document::{self, Document, Remark};
use tokio::task::JoinSet;

use super::{Db, Lab, Repo, conflict};

const WRITERS: i64 = 16;

pub(crate) async fn many_savers_never_conflict(lab: &Lab) {
    let documents = lab.with::<Document>(&document::TABLES).await;
    let loaded = lab.saved(&documents, Document::sample(1)).await;
    let mut savers = JoinSet::new();
    for writer in 0..WRITERS {
        let (documents, mut copy) = (documents.clone(), loaded.clone());
        savers.spawn(async move {
            for round in 0..5 {
                copy.remarks.push(Remark::plain(1_000 + writer * 10 + round));
                copy.views += 1;
                copy.sections[usize::try_from(writer % 2).unwrap()].likes += 1;
                documents.save(&mut copy).await.unwrap();
            }
        });
    }
    savers.join_all().await;
    assert_eq!(lab.rows("SELECT version, views FROM document").await, ["0|5"]);
    assert_eq!(lab.rows("SELECT likes FROM section ORDER BY no").await, ["5", "5"]);
    assert_eq!(documents.get(&1).await.unwrap().remarks.len(), 2 + 80);
}

pub(crate) async fn authors_and_readers_lose_nothing_to_each_other(lab: &Lab) {
    let documents = lab.with::<Document>(&document::TABLES).await;
    let loaded = lab.saved(&documents, Document::sample(1)).await;
    let mut readers = JoinSet::new();
    for reader in 0..WRITERS {
        let (documents, mut copy) = (documents.clone(), loaded.clone());
        readers.spawn(async move {
            for round in 1..=5 {
                copy.sections[0].likes = round;
                copy.sections[1].note = Some(format!("note {round}"));
                copy.remarks.push(Remark::plain(1_000 + reader * 10 + i64::from(round)));
                documents.save(&mut copy).await.unwrap();
            }
        });
    }
    let mut author = loaded.clone();
    for round in 1..=10 {
        author.title = format!("title {round}");
        author.sections[1].text = format!("text {round}");
        assert_eq!(lab.repository().save(&mut author).await.unwrap().new_version.get(), round);
    }
    readers.join_all().await;
    let stored = documents.get(&1).await.unwrap();
    assert_eq!(
        (stored.version().get(), &*stored.title, &*stored.sections[1].text),
        (10, "title 10", "text 10")
    );
    assert_eq!((stored.sections[0].likes, stored.sections[1].note.as_deref()), (5, Some("note 5")));
    assert_eq!(stored.remarks.len(), 2 + 80);
}

/// What a save of an added remark does, held open before its COMMIT.
fn adding(remark: i64) -> String {
    format!(
        "SELECT 1 FROM document WHERE id = 1{}; INSERT INTO remark VALUES ({remark}, 1, 'late', 0)",
        Db::LOCKS_SHARED
    )
}

/// The rows of an aggregate that are left, by table.
async fn left(lab: &Lab) -> Vec<String> {
    lab.rows(
        "SELECT 'document' FROM document UNION ALL SELECT 'section' FROM section UNION ALL SELECT 'mark' FROM mark \
         UNION ALL SELECT 'remark' FROM remark UNION ALL SELECT 'answer' FROM answer UNION ALL SELECT 'thanks' FROM thanks",
    )
    .await
}

async fn a_delete_waits(lab: &Lab, documents: Repo<Document>) {
    let mut document = lab.saved(&documents, Document::sample(1)).await;
    let mut adder = lab.pool().begin().await.unwrap();
    Db::run(&mut adder, adding(500)).await.unwrap();
    let delete = tokio::spawn(async move { documents.delete(&mut document).await });
    lab.until_waiting(1).await;
    adder.commit().await.unwrap();
    let report = delete.await.unwrap().unwrap();
    assert_eq!(report.table("remark").deleted, 3, "the one that was added meanwhile, too");
    assert_eq!(left(lab).await, [""; 0]);
}

pub(crate) async fn a_delete_takes_the_row_that_it_waited_for(lab: &Lab) {
    a_delete_waits(lab, lab.with(&document::TABLES).await).await;
}

/// Nor does a row stay behind where no foreign key would tell.
pub(crate) async fn a_delete_leaves_no_orphan(lab: &Lab) {
    a_delete_waits(lab, lab.with(&document::LOOSE_TABLES).await).await;
}

/// A snapshot of the whole transaction would not show what was added meanwhile.
pub(crate) async fn a_delete_waits_under_the_strictest_isolation(lab: &Lab) {
    lab.create(&document::TABLES).await;
    let strictest = Db::LEVELS.last().unwrap();
    let pool = lab.pool_that(5, strictest.set).await;
    a_delete_waits(lab, SqlRepository::new(pool.clone())).await;
    pool.close().await;
}

/// No foreign key keeps the save waiting, but the lock of the root.
pub(crate) async fn a_save_waits_for_a_delete_and_conflicts(lab: &Lab) {
    let documents = lab.with::<Document>(&document::LOOSE_TABLES).await;
    let mut document = lab.saved(&documents, Document::sample(1)).await;
    let mut deleter = lab.pool().begin().await.unwrap();
    Db::run(&mut deleter, "DELETE FROM remark; DELETE FROM answer; DELETE FROM document".to_owned())
        .await
        .unwrap();
    document.remarks.push(Remark::plain(500));
    let edited = (*document).clone();
    let save = tokio::spawn(async move { (documents.save(&mut document).await, document) });
    lab.until_waiting(1).await;
    deleter.commit().await.unwrap();
    let (refused, document) = save.await.unwrap();
    let refused = conflict(refused);
    assert_eq!((refused.actual, refused.reason), (None, ConflictReason::Deleted));
    assert_eq!((*document).clone(), edited, "memory is as it was");
    assert_eq!(lab.rows("SELECT id FROM remark").await, [""; 0], "nothing is written");
}

/// Two saves of unversioned changes do not wait for each other, unless one takes what the other one adds.
pub(crate) async fn a_removed_row_takes_what_it_waited_for(lab: &Lab) {
    let documents = lab.with::<Document>(&document::TABLES).await;
    let mut document = lab.saved(&documents, Document::sample(1)).await;
    let mut adder = lab.pool().begin().await.unwrap();
    let answer = "; INSERT INTO answer VALUES (5, 101, 'late')";
    Db::run(&mut adder, adding(500) + answer).await.unwrap();
    document.remarks.remove(0);
    let save = tokio::spawn(async move { documents.save(&mut document).await });
    lab.until_waiting(1).await;
    adder.commit().await.unwrap();
    assert_eq!(save.await.unwrap().unwrap().new_version.get(), 0);
    assert_eq!(lab.rows("SELECT id FROM remark ORDER BY id").await, ["102", "500"]);
    assert_eq!(lab.rows("SELECT id FROM answer").await, ["1020"]);
}

/// A versioned save that waits for a reader, or is waited for, knows nothing of it.
pub(crate) async fn a_versioned_save_waits_and_succeeds(lab: &Lab) {
    let documents = lab.with::<Document>(&document::TABLES).await;
    let mut document = lab.saved(&documents, Document::sample(1)).await;
    let mut adder = lab.pool().begin().await.unwrap();
    Db::run(&mut adder, adding(500)).await.unwrap();
    Db::run(&mut adder, "UPDATE section SET likes = 9".to_owned()).await.unwrap();
    document.sections[0].likes = 1;
    "edited".clone_into(&mut document.sections[1].text);
    let save = tokio::spawn(async move { documents.save(&mut document).await });
    lab.until_waiting(1).await;
    adder.commit().await.unwrap();
    assert_eq!(save.await.unwrap().unwrap().new_version.get(), 1);
    let sections = "SELECT no, text, likes FROM section ORDER BY no";
    assert_eq!(lab.rows(sections).await, ["1|section 1|1", "2|edited|9"]);
}

pub(crate) async fn a_delete_races_with_added_rows(lab: &Lab) {
    let documents = lab.with::<Document>(&document::LOOSE_TABLES).await;
    for _ in 0..10 {
        let loaded = lab.saved(&documents, Document::sample(1)).await;
        let mut writers = JoinSet::new();
        for writer in 0..WRITERS {
            let (documents, mut copy) = (documents.clone(), loaded.clone());
            writers.spawn(async move {
                if writer == WRITERS / 2 {
                    return documents.delete(&mut copy).await;
                }
                copy.remarks.push(Remark::plain(1_000 + writer));
                documents.save(&mut copy).await
            });
        }
        for result in writers.join_all().await {
            match result {
                Ok(_) => {}
                Err(Error::Conflict(conflict)) => assert_eq!(conflict.reason, ConflictReason::Deleted),
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!(left(lab).await, [""; 0]);
    }
}
