//! Columns and collections that the version does not guard.

use aggregate_core::{ConflictReason, Error, Tracked, Version};
use aggregate_tests::model::document::{self, Document, Remark, Section};
use aggregate_tests::{Engine, assert_refused};

use super::{Db, Lab, Repo, conflict};

pub(super) type Change = fn(&mut Document);

/// Two copies of one stored document.
pub(super) async fn two_copies(lab: &Lab) -> (Repo<Document>, Tracked<Document>, Tracked<Document>) {
    let documents = lab.with::<Document>(&document::TABLES).await;
    lab.saved(&documents, Document::sample(1)).await;
    let first = documents.get(&1).await.unwrap();
    let second = documents.get(&1).await.unwrap();
    lab.forget().await;
    (documents, first, second)
}

/// Changes of everything that is unversioned, one after the other, with the rows that a save of each writes.
pub(super) const UNVERSIONED: [(Change, &[&str]); 8] = [
    (|document| document.views += 1, &["document U 1"]),
    (|document| document.sections[1].likes += 1, &["section U 1/2"]),
    (|document| document.sections[0].marks.clear(), &["mark D 1/1/ann"]),
    (|document| "blue".clone_into(&mut document.sections[1].marks[0].color), &["mark U 1/2/ann"]),
    (|document| document.remarks.push(Remark::sample(103)), &["answer I 1030", "remark I 103"]),
    (
        |document| {
            let answer = document.remarks[0].answers.remove(0);
            document.remarks[1].answers.insert(0, answer);
        },
        &["answer U 1010"],
    ),
    (|document| drop(document.remarks.remove(0)), &["remark D 101"]),
    (
        |document| {
            document.views += 1;
            document.sections[0].likes += 1;
            document.remarks[0].stars += 1;
            document.remarks[0].answers[0].text.clear();
        },
        &["answer U 1010", "document U 1", "remark U 102", "section U 1/1"],
    ),
];

pub(crate) async fn changes_there_alone_neither_bump_nor_check(lab: &Lab) {
    let (documents, mut document, _) = two_copies(lab).await;
    for (change, rows) in UNVERSIONED {
        change(&mut document);
        assert!(document.is_dirty());
        let changes = document.changes().unwrap();
        let report = documents.save(&mut document).await.unwrap();
        assert_eq!(lab.written().await, *rows, "the root only for a column of its own");
        assert_eq!((report.old_version, report.new_version), (Version::INITIAL, Version::INITIAL));
        assert_eq!(report.tables, changes.tables);
        assert!(!report.is_noop() && !document.is_dirty());
        assert_eq!((document.version(), document.version), (Version::INITIAL, Version::INITIAL));
        assert!(lab.save(&documents, &mut document).await.unwrap().is_noop());
        assert_eq!(*documents.get(&1).await.unwrap(), *document);
        // Another version in the database is nothing to such a save.
        lab.sql("UPDATE document SET version = 7").await;
        document.views += 1;
        lab.save(&documents, &mut document).await.unwrap();
        assert_eq!(lab.rows("SELECT version, views FROM document").await, [format!("7|{}", document.views)]);
        lab.sql("UPDATE document SET version = 0").await;
        lab.forget().await;
    }
}

pub(crate) async fn a_versioned_change_takes_unversioned_ones_along(lab: &Lab) {
    let (documents, mut document, mut stale) = two_copies(lab).await;
    for edited in [&mut document, &mut stale] {
        edited.views += 1;
        edited.sections[0].likes += 1;
        "edited".clone_into(&mut edited.sections[1].text);
        edited.remarks.push(Remark::plain(103));
    }
    let report = lab.save(&documents, &mut document).await.unwrap();
    assert_eq!((report.old_version.get(), report.new_version.get()), (0, 1));
    assert_eq!(lab.written().await, ["document U 1", "remark I 103", "section U 1/1", "section U 1/2"]);
    assert_eq!(*documents.get(&1).await.unwrap(), *document);

    let refused = conflict(lab.save(&documents, &mut stale).await);
    assert_eq!((refused.expected, refused.actual), (Version::INITIAL, Some(Version::new(1))));
    assert_eq!(lab.written().await, [""; 0], "nor is anything unversioned written");
}

pub(crate) async fn a_touch_bumps_with_unversioned_changes_too(lab: &Lab) {
    let (documents, mut document, _) = two_copies(lab).await;
    document.remarks[0].stars = 5;
    let report = documents.touch(&mut document).await.unwrap();
    assert_eq!((report.old_version.get(), report.new_version.get()), (0, 1));
    assert_eq!(lab.written().await, ["document U 1", "remark U 101"]);
    assert_eq!(*documents.get(&1).await.unwrap(), *document);
}

pub(crate) async fn a_stale_copy_saves_unversioned_changes_and_stays_stale(lab: &Lab) {
    let (documents, mut author, mut reader) = two_copies(lab).await;
    "edited".clone_into(&mut author.title);
    lab.save(&documents, &mut author).await.unwrap();
    lab.forget().await;
    reader.views += 1;
    reader.remarks.push(Remark::plain(103));
    let report = lab.save(&documents, &mut reader).await.unwrap();
    assert_eq!((report.old_version, report.new_version), (Version::INITIAL, Version::INITIAL));
    assert_eq!(lab.written().await, ["document U 1", "remark I 103"]);
    assert_eq!((reader.version(), reader.is_dirty()), (Version::INITIAL, false));
    assert_eq!(lab.rows("SELECT version, title, views FROM document").await, ["1|edited|1"]);

    "mine".clone_into(&mut reader.title);
    let refused = conflict(lab.save(&documents, &mut reader).await);
    assert_eq!((refused.expected, refused.actual), (Version::INITIAL, Some(Version::new(1))));
}

pub(crate) async fn writers_of_both_kinds_succeed_in_either_order(lab: &Lab) {
    let documents = lab.with::<Document>(&document::TABLES).await;
    for (id, author_first) in [(1, true), (2, false)] {
        lab.saved(&documents, Document::sample(id)).await;
        let mut author = documents.get(&id).await.unwrap();
        let mut reader = documents.get(&id).await.unwrap();
        "edited".clone_into(&mut author.title);
        "edited".clone_into(&mut author.sections[0].text);
        reader.views = 5;
        reader.sections[0].likes = 5;
        let writers = if author_first { [&mut author, &mut reader] } else { [&mut reader, &mut author] };
        for writer in writers {
            lab.save(&documents, writer).await.unwrap();
        }
        let stored = documents.get(&id).await.unwrap();
        assert_eq!((stored.version().get(), &*stored.title, stored.views), (1, "edited", 5));
        assert_eq!((&*stored.sections[0].text, stored.sections[0].likes), ("edited", 5));
    }
}

pub(crate) async fn rows_keep_what_they_did_not_change(lab: &Lab) {
    let (documents, mut mine, mut other) = two_copies(lab).await;
    for section in &mut other.sections {
        section.likes = 50;
        section.note = Some("other".to_owned());
        section.tags = vec!["other".to_owned()];
    }
    other.remarks[0].stars = 50;
    "other".clone_into(&mut other.remarks[1].text);
    lab.save(&documents, &mut other).await.unwrap();
    lab.forget().await;

    // Two rows of a table in one statement, each with other columns.
    mine.sections[0].likes = 1;
    mine.sections[0].tags = vec!["mine".to_owned()];
    mine.sections[1].note = Some("mine".to_owned());
    "mine".clone_into(&mut mine.remarks[0].text);
    mine.remarks[1].stars = 1;
    lab.save(&documents, &mut mine).await.unwrap();
    assert_eq!(lab.written().await, ["remark U 101", "remark U 102", "section U 1/1", "section U 1/2"]);
    assert_stored_of_both(lab).await;
}

async fn assert_stored_of_both(lab: &Lab) {
    let sections = "SELECT no, likes, note, concat('', tags) FROM section ORDER BY no";
    assert_eq!(lab.rows(sections).await, [r#"1|1|other|["mine"]"#, r#"2|50|mine|["other"]"#]);
    let remarks = "SELECT id, text, stars FROM remark ORDER BY id";
    assert_eq!(lab.rows(remarks).await, ["101|mine|50", "102|other|1"]);
}

/// PostgreSQL has two types for JSON, and finds no common type for them.
pub(crate) async fn rows_keep_json_of_either_type(lab: &Lab) {
    let documents = lab.with::<Document>(&document::TABLES).await;
    if <Db as sqlx::Database>::NAME == "PostgreSQL" {
        lab.sql("ALTER TABLE section ALTER COLUMN tags TYPE JSON").await;
    }
    let mut mine = lab.saved(&documents, Document::sample(1)).await;
    let mut other = mine.clone();
    mine.sections.push(Section::sample(3));
    lab.save(&documents, &mut mine).await.unwrap();
    other.sections[0].tags = vec!["other".to_owned()];
    lab.save(&documents, &mut other).await.unwrap();
    mine.sections[1].tags = vec!["mine".to_owned()];
    for section in &mut mine.sections {
        section.likes = 1;
    }
    lab.save(&documents, &mut mine).await.unwrap();
    let sections = "SELECT no, likes, concat('', tags) FROM section ORDER BY no";
    assert_eq!(lab.rows(sections).await, [r#"1|1|["other"]"#, r#"2|1|["mine"]"#, "3|1|[]"]);
}

pub(crate) async fn a_versioned_save_keeps_what_it_did_not_change(lab: &Lab) {
    let (documents, mut author, mut reader) = two_copies(lab).await;
    reader.views = 50;
    reader.sections.iter_mut().for_each(|section| section.likes = 50);
    lab.save(&documents, &mut reader).await.unwrap();
    "edited".clone_into(&mut author.title);
    "edited".clone_into(&mut author.sections[0].text);
    author.sections[1].likes = 1;
    lab.save(&documents, &mut author).await.unwrap();
    assert_eq!(lab.rows("SELECT version, title, views FROM document").await, ["1|edited|50"]);
    let sections = "SELECT no, text, likes FROM section ORDER BY no";
    assert_eq!(lab.rows(sections).await, ["1|edited|50", "2|section 2|1"]);
}

pub(crate) async fn of_one_column_the_last_writer_wins(lab: &Lab) {
    let (documents, mut first, mut second) = two_copies(lab).await;
    first.views = 10;
    second.views = 20;
    lab.save(&documents, &mut first).await.unwrap();
    lab.save(&documents, &mut second).await.unwrap();
    assert_eq!(lab.rows("SELECT version, views FROM document").await, ["0|20"]);
}

pub(crate) async fn the_last_version_takes_unversioned_changes(lab: &Lab) {
    let (documents, _, _) = two_copies(lab).await;
    lab.sql(&format!("UPDATE document SET version = {}", i64::MAX)).await;
    let mut document = documents.get(&1).await.unwrap();
    document.views = 1;
    assert_eq!(lab.save(&documents, &mut document).await.unwrap().new_version, Version::MAX);
    document.title.clear();
    assert_refused!(lab.save(&documents, &mut document).await, Error::VersionExhausted { .. });
}

pub(crate) async fn beyond_the_bind_limit_too(lab: &Lab) {
    let (documents, mut author, mut reader) = two_copies(lab).await;
    let many = Db::BEYOND_BINDS / 4 + 10;
    reader.remarks.extend((0..many).map(|n| Remark::plain(1_000 + n)));
    reader.views = 1;
    let report = documents.save(&mut reader).await.unwrap();
    assert_eq!(
        (report.new_version, report.table("remark").inserted),
        (Version::INITIAL, many.unsigned_abs())
    );

    reader.remarks.truncate(2);
    documents.save(&mut reader).await.unwrap();
    documents.delete(&mut author).await.unwrap();
    reader.remarks.extend((0..many).map(|n| Remark::plain(1_000 + n)));
    lab.forget().await;
    let refused = conflict(documents.save(&mut reader).await);
    assert_eq!((refused.actual, refused.reason), (None, ConflictReason::Deleted));
    assert_eq!(lab.written().await, [""; 0]);
}
