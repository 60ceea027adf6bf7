//! What no version guards: columns and collections that others may write at any time.

use aggregate_core::{ConstraintKind, Error, Version};
use aggregate_tests::assert_refused;
use aggregate_tests::model::order::Remark;

use super::{FIRST, Source, conflict, one_order, somebody_saves};

pub(crate) async fn what_no_version_guards_is_stored_at_any_version(source: &Source<'_>) {
    let (orders, mut stale) = one_order(source).await;
    somebody_saves(&orders, 1).await;
    stale.views = 5;
    stale.lines[0].looks = 3;
    stale.remarks.push(Remark::new(2));
    let report = orders.save(&mut stale).await.unwrap();
    assert_eq!((report.old_version, report.new_version), (Version::INITIAL, Version::INITIAL));
    let stored = orders.get(&FIRST).await.unwrap();
    assert_eq!((stored.views, stored.lines[0].looks, stored.remarks.len()), (5, 3, 2));
    assert_eq!((stored.status.as_str(), stored.version()), ("open!", Version::new(1)));
}

pub(crate) async fn what_others_wrote_there_meanwhile_stays(source: &Source<'_>) {
    let (orders, mut mine) = one_order(source).await;
    let mut theirs = orders.get(&FIRST).await.unwrap();
    theirs.views = 5;
    theirs.lines[0].looks = 3;
    theirs.remarks.push(Remark::new(2));
    orders.save(&mut theirs).await.unwrap();
    // The version is as it was, so this is no conflict.
    mine.status = "paid".into();
    mine.lines[0].quantity = 2;
    mine.remarks.push(Remark::new(3));
    mine.remarks[0].text = "edited".into();
    assert_eq!(orders.save(&mut mine).await.unwrap().new_version, Version::new(1));
    let stored = orders.get(&FIRST).await.unwrap();
    assert_eq!((stored.status.as_str(), stored.lines[0].quantity), ("paid", 2));
    assert_eq!((stored.views, stored.lines[0].looks), (5, 3));
    let remarks: Vec<_> = stored.remarks.iter().map(|remark| remark.text.as_str()).collect();
    assert_eq!(remarks, ["edited", "remark 2", "remark 3"]);
}

pub(crate) async fn what_others_removed_is_a_conflict(source: &Source<'_>) {
    let (orders, mut mine) = one_order(source).await;
    let mut theirs = orders.get(&FIRST).await.unwrap();
    theirs.lines.remove(0);
    orders.save(&mut theirs).await.unwrap();
    mine.lines[0].looks = 3;
    let refused = conflict(orders.save(&mut mine).await);
    assert_eq!((refused.expected, refused.actual), (Version::INITIAL, Some(Version::new(1))));
    assert_eq!(orders.get(&FIRST).await.unwrap().lines.len(), 1);
}

pub(crate) async fn a_remark_that_both_added_is_refused(source: &Source<'_>) {
    let (orders, mut mine) = one_order(source).await;
    let mut theirs = orders.get(&FIRST).await.unwrap();
    theirs.remarks.push(Remark::new(2));
    orders.save(&mut theirs).await.unwrap();
    mine.remarks.push(Remark { no: 2, text: "mine".to_owned() });
    let refused = orders.save(&mut mine).await;
    assert_refused!(refused, Error::ConstraintViolated { kind: ConstraintKind::Unique, .. });
    assert_eq!(orders.get(&FIRST).await.unwrap().remarks[1].text, "remark 2");
}
