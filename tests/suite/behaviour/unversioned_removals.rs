//! Unversioned changes of what somebody else removed, and rows that go with what stood above them.

use aggregate_core::{ConflictReason, ConstraintKind, Error, Version};
use aggregate_tests::assert_refused;
use aggregate_tests::model::document::{self, Answer, Document, Mark, Thanks};

use super::unversioned::{Change, UNVERSIONED, two_copies};
use super::{Lab, conflict};

pub(crate) async fn a_save_after_a_delete_is_a_conflict(lab: &Lab) {
    let documents = lab.with::<Document>(&document::LOOSE_TABLES).await;
    for (change, _) in UNVERSIONED {
        let mut document = lab.saved(&documents, Document::sample(1)).await;
        documents.delete(&mut documents.get(&1).await.unwrap()).await.unwrap();
        change(&mut document);
        let edited = (*document).clone();
        lab.forget().await;
        let refused = conflict(lab.save(&documents, &mut document).await);
        assert_eq!((refused.expected, refused.actual), (Version::INITIAL, None));
        assert_eq!(refused.reason, ConflictReason::Deleted);
        assert_eq!(lab.written().await, [""; 0]);
        assert_eq!((edited, true), ((*document).clone(), document.is_dirty()), "memory is as it was");
    }
}

pub(crate) async fn a_row_that_a_versioned_save_removed_is_a_conflict(lab: &Lab) {
    let (documents, mut author, reader) = two_copies(lab).await;
    author.sections.remove(1);
    documents.save(&mut author).await.unwrap();
    lab.forget().await;
    let changes: [Change; 3] = [
        |document| document.sections[1].likes = 1,
        |document| document.sections[1].marks.clear(),
        // Refused by the foreign key.
        |document| {
            document.sections[1].marks.push(Mark { who: "bob".to_owned(), color: "red".to_owned() });
        },
    ];
    for change in changes {
        let mut reader = reader.clone();
        change(&mut reader);
        reader.views += 1;
        let refused = conflict(lab.save(&documents, &mut reader).await);
        assert_eq!((refused.expected, refused.actual), (Version::INITIAL, Some(Version::new(1))));
        assert_eq!(refused.reason, ConflictReason::Changed);
        assert_eq!(lab.written().await, [""; 0], "views neither");
    }
}

pub(crate) async fn a_row_that_an_unversioned_save_removed_is_out_of_band(lab: &Lab) {
    let (documents, mut first, second) = two_copies(lab).await;
    first.remarks.remove(0);
    documents.save(&mut first).await.unwrap();
    lab.forget().await;
    let changes: [(Change, &str); 3] = [
        (|document| document.remarks[0].stars = 1, "remark"),
        (|document| drop(document.remarks[0].answers.remove(0)), "answer"),
        (
            |document| {
                document.title.clear();
                document.remarks[0].stars = 1;
            },
            "remark",
        ),
    ];
    for (change, table) in changes {
        let mut second = second.clone();
        change(&mut second);
        assert_refused!(lab.save(&documents, &mut second).await, Error::OutOfBand { table: t, .. } if t == table);
    }
    let mut second = second.clone();
    second.remarks[0].answers.push(Answer::plain(5));
    assert_refused!(
        lab.save(&documents, &mut second).await,
        Error::ConstraintViolated { kind: ConstraintKind::ForeignKey, .. }
    );
    assert_eq!(lab.written().await, [""; 0]);
}

/// Whoever removes a row may not know all that others added below it.
pub(crate) async fn a_removed_row_takes_what_others_added_below_it(lab: &Lab) {
    let documents = lab.with::<Document>(&document::TABLES).await;
    for (id, also_versioned) in [(1, true), (2, false)] {
        let mut author = lab.saved(&documents, Document::sample(id)).await;
        let mut reader = author.clone();
        reader.sections[1].marks.push(Mark { who: "bob".to_owned(), color: "red".to_owned() });
        let thanks = vec![Thanks { id, who: "bob".to_owned() }];
        reader.remarks[0].answers.push(Answer { thanks, ..Answer::plain(id + 5) });
        lab.save(&documents, &mut reader).await.unwrap();
        lab.forget().await;

        author.remarks.remove(0);
        let mut gone = vec![
            format!("answer D {}", id * 1_000 + 10),
            format!("answer D {}", id + 5),
            format!("remark D {}", id * 100 + 1),
            format!("thanks D {id}"),
        ];
        if also_versioned {
            author.sections.remove(1);
            gone.extend(
                ["document U 1", "mark D 1/2/ann", "mark D 1/2/bob", "section D 1/2"].map(String::from),
            );
        }
        let report = documents.save(&mut author).await.unwrap();
        assert_eq!(report.new_version.get(), i64::from(also_versioned));
        let sent = lab.sent();
        assert_eq!(report.statements, sent.len() as u64);
        assert_eq!(report.statements, if also_versioned { 11 } else { 8 }, "{sent:#?}");
        gone.sort();
        assert_eq!(lab.written().await, gone);
        let stored = documents.get(&id).await.unwrap();
        assert_eq!(stored.remarks, author.remarks);
        assert_eq!(stored.sections == author.sections, also_versioned, "nothing else is taken");
    }
}
