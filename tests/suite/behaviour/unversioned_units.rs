//! Unversioned changes in units of work.

use std::time::Duration;

use aggregate_core::{ConflictReason, Error, SqlRepository, Version};
use aggregate_tests::Engine;
use aggregate_tests::assert_refused;
use aggregate_tests::model::document::{self, Document, Mark, Remark};

use super::unversioned::two_copies;
use super::{Db, Lab, Repo, Unit, conflict};

pub(crate) async fn a_stale_copy_saves_unversioned_changes_in_a_unit(lab: &Lab) {
    let (documents, mut author, mut reader) = two_copies(lab).await;
    "new".clone_into(&mut author.title);
    documents.save(&mut author).await.unwrap();
    lab.forget().await;
    let unit = Unit::begin(lab.pool()).await.unwrap();
    reader.views = 1;
    unit.save(&mut reader).unwrap();
    reader.sections[0].likes = 2;
    reader.remarks.push(Remark { id: 900, text: "late".to_owned(), stars: 1, answers: vec![] });
    unit.save(&mut reader).unwrap();
    let reports = unit.flush().await.unwrap();
    assert_eq!(reports.len(), 2);
    for report in &reports {
        assert_eq!((report.old_version, report.new_version), (Version::INITIAL, Version::INITIAL));
    }
    assert!(!reader.is_dirty());
    reader.views = 3;
    unit.save(&mut reader).unwrap();
    unit.commit().await.unwrap();
    let stored = documents.get(&1).await.unwrap();
    assert_eq!((stored.title.as_str(), stored.version()), ("new", Version::new(1)));
    assert_eq!((stored.views, stored.sections[0].likes, stored.remarks.len()), (3, 2, 3));
    // The copy is as stale as it was.
    assert_eq!(reader.version(), Version::INITIAL);
    "mine".clone_into(&mut reader.title);
    assert_eq!(conflict(documents.save(&mut reader).await).actual, Some(Version::new(1)));
}

pub(crate) async fn an_unversioned_save_in_a_unit_that_is_rolled_back(lab: &Lab) {
    let (documents, mut reader, _) = two_copies(lab).await;
    let unit = Unit::begin(lab.pool()).await.unwrap();
    reader.views = 1;
    unit.save(&mut reader).unwrap();
    unit.flush().await.unwrap();
    let savepoint = unit.savepoint().await.unwrap();
    reader.sections[1].likes = 5;
    unit.save(&mut reader).unwrap();
    unit.flush().await.unwrap();
    assert!(!reader.is_dirty());
    savepoint.rollback().await.unwrap();
    assert_eq!(reader.changes().unwrap().table("section").updated, 1);
    assert_eq!(reader.changes().unwrap().table("document").updated, 0);
    unit.rollback().await.unwrap();
    assert_eq!(reader.changes().unwrap().table("document").updated, 1);
    documents.save(&mut reader).await.unwrap();
    let stored = documents.get(&1).await.unwrap();
    assert_eq!((stored.views, stored.sections[1].likes), (1, 5));
}

/// What hides behind a missing row is a conflict, in a unit too, whatever became of its transaction.
pub(crate) async fn a_unit_tells_what_a_missing_row_means(lab: &Lab) {
    let (documents, mut author, reader) = two_copies(lab).await;
    author.sections.remove(1);
    documents.save(&mut author).await.unwrap();
    lab.forget().await;
    for behind_a_savepoint in [false, true] {
        let unit = Unit::begin(lab.pool()).await.unwrap();
        let savepoint = if behind_a_savepoint { Some(unit.savepoint().await.unwrap()) } else { None };
        let mut copy = reader.clone();
        copy.sections[1].likes = 1;
        unit.save(&mut copy).unwrap();
        let error = unit.flush().await.unwrap_err();
        let refused = conflict(Err::<(), _>(error));
        assert_eq!((refused.expected, refused.actual), (Version::INITIAL, Some(Version::new(1))));
        assert_eq!(copy.version(), Version::INITIAL);
        match savepoint {
            Some(savepoint) => {
                savepoint.rollback().await.unwrap();
                unit.commit().await.unwrap();
            }
            None => drop(unit),
        }
    }
    documents.delete(&mut author).await.unwrap();
    lab.forget().await;
    let mut copy = reader.clone();
    let unit = Unit::begin(lab.pool()).await.unwrap();
    copy.views = 1;
    copy.sections[0].marks.push(Mark { who: "bob".to_owned(), color: "red".to_owned() });
    unit.save(&mut copy).unwrap();
    let refused = conflict(unit.flush().await);
    assert_eq!((refused.reason, refused.actual), (ConflictReason::Deleted, None));
    unit.commit().await.unwrap();
    assert_eq!(lab.written().await, [""; 0]);
}

/// A check is not seen to by a save that checks nothing.
pub(crate) async fn a_check_beside_an_unversioned_save(lab: &Lab) {
    let (documents, mut author, mut reader) = two_copies(lab).await;
    let checked = reader.clone();
    "new".clone_into(&mut author.title);
    documents.save(&mut author).await.unwrap();
    let unit = Unit::begin(lab.pool()).await.unwrap();
    reader.views = 1;
    unit.save(&mut reader).unwrap();
    unit.check(&checked).unwrap();
    assert_eq!(conflict(unit.commit().await).actual, Some(Version::new(1)));
    let unit = Unit::begin(lab.pool()).await.unwrap();
    author.views = 7;
    unit.save(&mut author).unwrap();
    unit.check(&author).unwrap();
    unit.commit().await.unwrap();
    assert_eq!(documents.get(&1).await.unwrap().views, 7);
}

/// A delete in a unit takes the row that it waited for, too.
pub(crate) async fn a_delete_in_a_unit_waits_for_an_unversioned_save(lab: &Lab) {
    let documents = lab.with::<Document>(&document::LOOSE_TABLES).await;
    let mut document = lab.saved(&documents, Document::sample(1)).await;
    let mut late = document.clone();
    let adder = Unit::begin(lab.pool()).await.unwrap();
    late.remarks.push(Remark { id: 900, text: "late".to_owned(), stars: 1, answers: vec![] });
    adder.save(&mut late).unwrap();
    adder.flush().await.unwrap();
    let pool = lab.pool().clone();
    let delete = tokio::spawn(async move {
        let unit = Unit::begin(&pool).await?;
        unit.delete(&mut document)?;
        unit.commit().await
    });
    lab.until_waiting(1).await;
    adder.commit().await.unwrap();
    let reports = delete.await.unwrap().unwrap();
    assert_eq!(reports[0].table("remark").deleted, 3);
    assert_eq!(lab.count("remark").await + lab.count("document").await, 0);
    let unit = Unit::begin(lab.pool()).await.unwrap();
    late.views = 1;
    unit.save(&mut late).unwrap();
    assert_refused!(unit.flush().await, Error::Conflict(conflict) if conflict.actual.is_none());
    assert_eq!(unit.commit().await.unwrap(), []);
}

/// Nor does a delete leave a row behind that was added after the unit's snapshot, whatever the level.
pub(crate) async fn no_level_leaves_rows_behind(lab: &Lab) {
    lab.create(&document::LOOSE_TABLES).await;
    let documents: Repo<Document> = lab.repository();
    let hasty_pool = lab.another_pool(2, Duration::from_millis(100)).await;
    let hasty: Repo<Document> = SqlRepository::new(hasty_pool.clone());
    for level in Db::LEVELS {
        let pool = lab.pool_that(2, level.set).await;
        lab.saved(&documents, Document::sample(1)).await;
        let unit = Unit::begin(&pool).await.unwrap();
        let mut document = unit.get::<Document>(&1).await.unwrap();
        let mut late = document.clone();
        late.remarks.push(Remark { id: 900, text: "late".to_owned(), stars: 1, answers: vec![] });
        // Where the unit keeps others waiting, there is no such row.
        drop(hasty.save(&mut late).await);
        unit.delete(&mut document).unwrap();
        match unit.commit().await {
            Ok(_) => assert_eq!(lab.count("document").await + lab.count("remark").await, 0, "{}", level.name),
            Err(Error::Isolation { .. } | Error::Contended { .. }) => {
                assert_eq!(lab.count("document").await, 1, "{}", level.name);
                documents.delete(&mut documents.get(&1).await.unwrap()).await.unwrap();
                assert_eq!(lab.count("remark").await, 0);
            }
            Err(other) => panic!("{}: {other:?}", level.name),
        }
        pool.close().await;
    }
    hasty_pool.close().await;
}
