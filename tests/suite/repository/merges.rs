//! Aggregates that were edited elsewhere, without a connection.

use aggregate_core::{ConflictReason, ConstraintKind, Error, IfMatch, RepositoryExt, Version};
use aggregate_tests::assert_refused;
use aggregate_tests::model::order::{Line, Order, Remark};
use aggregate_tests::model::ticket::{self, Ticket};

use super::{FIRST, Source, conflict, id, one_order, somebody_saves};

/// What a page that shows an order sends back, after this was done to it.
fn edited(order: &Order, edit: impl FnOnce(&mut serde_json::Value)) -> Order {
    let mut json: serde_json::Value = serde_json::to_value(order).unwrap();
    edit(&mut json);
    serde_json::from_value(json).unwrap()
}

pub(crate) async fn a_copy_that_went_through_json_is_merged(source: &Source<'_>) {
    let (orders, order) = one_order(source).await;
    let json = serde_json::to_value(&*order).unwrap();
    assert_eq!(json["version"], 0, "the version goes out with it");
    let copy = edited(&order, |json| json["lines"][0]["quantity"] = 4.into());
    let mut merged = orders.merge(&copy).await.unwrap();
    assert_eq!((merged.is_dirty(), merged.version()), (true, Version::INITIAL));
    assert_eq!(orders.get(&FIRST).await.unwrap().lines[0].quantity, 1, "nothing is written yet");
    orders.save(&mut merged).await.unwrap();
    assert_eq!(orders.get(&FIRST).await.unwrap().lines[0].quantity, 4);
}

pub(crate) async fn only_what_differs_is_written_and_bumped_once(source: &Source<'_>) {
    let (orders, order) = one_order(source).await;
    let copy = edited(&order, |json| {
        json["lines"][0]["picks"][1]["bin"] = "other".into();
        json["lines"].as_array_mut().unwrap().remove(1);
        json["lines"].as_array_mut().unwrap().push(serde_json::to_value(Line::sample(15)).unwrap());
    });
    let mut merged = orders.merge(&copy).await.unwrap();
    let report = orders.save(&mut merged).await.unwrap();
    let (lines, picks) = (report.table("order_lines"), report.table("picks"));
    assert_eq!((lines.inserted, lines.updated, lines.deleted), (1, 0, 1));
    assert_eq!((picks.inserted, picks.updated, picks.deleted), (2, 1, 2));
    assert_eq!((report.old_version, report.new_version), (Version::INITIAL, Version::new(1)));
    assert_eq!(*orders.get(&FIRST).await.unwrap(), *merged);
}

pub(crate) async fn an_unchanged_copy_writes_nothing(source: &Source<'_>) {
    let (orders, order) = one_order(source).await;
    let mut merged = orders.merge(&edited(&order, |_| ())).await.unwrap();
    assert!(!merged.is_dirty());
    let mut reordered = (*order).clone();
    reordered.lines.reverse();
    source.statements();
    assert!(orders.save(&mut merged).await.unwrap().is_noop());
    assert_eq!(source.statements(), 0);
    let mut merged = orders.merge(&reordered).await.unwrap();
    assert!(orders.save(&mut merged).await.unwrap().is_noop());
    assert_eq!(orders.get(&FIRST).await.unwrap().version(), Version::INITIAL);
}

pub(crate) async fn a_stale_copy_is_a_conflict(source: &Source<'_>) {
    let (orders, order) = one_order(source).await;
    somebody_saves(&orders, 1).await;
    somebody_saves(&orders, 1).await;
    let refused = conflict(orders.merge(&edited(&order, |json| json["status"] = "mine".into())).await);
    assert_eq!((refused.aggregate, refused.id.as_str()), ("orders", "(1, 1)"));
    assert_eq!((refused.expected, refused.actual), (Version::INITIAL, Some(Version::new(2))));
    assert_eq!(refused.reason, ConflictReason::Changed);
    assert_eq!(orders.get(&FIRST).await.unwrap().status, "open!!");
}

pub(crate) async fn who_saves_between_merge_and_save_is_met(source: &Source<'_>) {
    let (orders, order) = one_order(source).await;
    let mut merged = orders.merge(&edited(&order, |json| json["status"] = "mine".into())).await.unwrap();
    somebody_saves(&orders, 1).await;
    let refused = conflict(orders.save(&mut merged).await);
    assert_eq!((refused.expected, refused.actual), (Version::INITIAL, Some(Version::new(1))));
    assert_eq!(orders.get(&FIRST).await.unwrap().status, "open!");
}

pub(crate) async fn a_vanished_aggregate_is_not_added_again(source: &Source<'_>) {
    let (orders, mut order) = one_order(source).await;
    let copy = edited(&order, |json| json["status"] = "mine".into());
    let mut merged = orders.merge(&copy).await.unwrap();
    orders.delete(&mut order).await.unwrap();
    for refused in [conflict(orders.merge(&copy).await), conflict(orders.save(&mut merged).await)] {
        assert_eq!((refused.expected, refused.actual), (Version::INITIAL, None));
        assert_eq!(refused.reason, ConflictReason::Deleted);
    }
    assert_refused!(orders.merge_any(&copy).await, Error::NotFound { aggregate: "orders", .. });
    let refused = conflict(orders.merge_if(&copy, &"\"0\"".parse().unwrap()).await);
    assert_eq!(refused.reason, ConflictReason::Deleted);
    assert!(orders.find(&FIRST).await.unwrap().is_none());
}

pub(crate) async fn a_version_that_was_never_issued_is_refused(source: &Source<'_>) {
    let (orders, order) = one_order(source).await;
    for version in [1, 7, i64::MAX, -2, i64::MIN] {
        let copy = edited(&order, |json| json["version"] = version.into());
        let refused = conflict(orders.merge(&copy).await);
        assert_eq!((refused.expected, refused.actual), (Version::new(version), Some(Version::INITIAL)));
    }
}

pub(crate) async fn a_copy_without_a_version_is_refused(source: &Source<'_>) {
    let (orders, order) = one_order(source).await;
    let copy = edited(&order, |json| {
        json["status"] = "mine".into();
        json.as_object_mut().unwrap().remove("version");
    });
    let refused = orders.merge(&copy).await;
    assert_refused!(refused, Error::VersionMissing { aggregate: "orders", id } if id == "(1, 1)");
    assert_eq!(orders.get(&FIRST).await.unwrap().status, "open");
    let mut merged = orders.merge_any(&copy).await.unwrap();
    assert_eq!(orders.save(&mut merged).await.unwrap().new_version, Version::new(1));
}

pub(crate) async fn any_version_is_overwritten_if_one_says_so(source: &Source<'_>) {
    let (orders, order) = one_order(source).await;
    somebody_saves(&orders, 1).await;
    let copy = edited(&order, |json| json["lines"] = serde_json::json!([]));
    let mut merged = orders.merge_any(&copy).await.unwrap();
    assert_eq!(orders.save(&mut merged).await.unwrap().new_version, Version::new(2));
    let stored = orders.get(&FIRST).await.unwrap();
    assert_eq!((stored.status.as_str(), stored.lines.len()), ("open", 0));
    // Who saves in between is met all the same.
    let mut merged = orders.merge_any(&Order::sample(1)).await.unwrap();
    somebody_saves(&orders, 1).await;
    conflict(orders.save(&mut merged).await);
}

pub(crate) async fn the_header_says_which_versions(source: &Source<'_>) {
    let (orders, order) = one_order(source).await;
    let stored = somebody_saves(&orders, 1).await;
    let header = |text: &str| text.parse::<IfMatch>().unwrap();
    let copy = edited(&order, |json| json["status"] = "mine".into());
    for text in [stored.etag(), format!("\"0\", {}", stored.etag()), "*".to_owned()] {
        assert!(orders.merge_if(&copy, &header(&text)).await.unwrap().is_dirty(), "{text}");
    }
    for (text, expected) in [("\"0\"", 0), ("W/\"1\"", -1), ("\"other\"", -1), ("\"0\", \"7\", W/\"1\"", 7)] {
        let refused = conflict(orders.merge_if(&copy, &header(text)).await);
        assert_eq!((refused.expected.get(), refused.actual), (expected, Some(stored)), "{text}");
    }
    let none = conflict(orders.merge_if(&copy, &header("\"other\"")).await).to_string();
    assert_eq!(none, "conflict: `orders` (1, 1) is at version 1, which is none of those that were asked for");
    let mut merged = orders.merge_if(&copy, &header(&stored.etag())).await.unwrap();
    assert_eq!(orders.save(&mut merged).await.unwrap().new_version.etag(), "\"2\"");
}

pub(crate) async fn what_no_version_guards_is_left_as_it_is(source: &Source<'_>) {
    let (orders, order) = one_order(source).await;
    let copy = edited(&order, |json| {
        json["status"] = "mine".into();
        json["serial"] = "forged".into();
        json["views"] = 77.into();
        json["lines"].as_array_mut().unwrap().push(serde_json::json!(
            { "id": 15, "sku": "new", "quantity": 1, "looks": 9, "picks": [] }
        ));
        json["lines"].as_array_mut().unwrap().reverse();
    });
    let mut theirs = orders.get(&FIRST).await.unwrap();
    theirs.views = 5;
    theirs.lines[0].looks = 3;
    theirs.remarks.push(Remark::new(2));
    orders.save(&mut theirs).await.unwrap();
    let mut merged = orders.merge(&copy).await.unwrap();
    assert_eq!((merged.serial.as_deref(), merged.views, merged.remarks.len()), (None, 5, 2));
    let scratched = Order { scratch: 7, ..(*order).clone() };
    assert_eq!(orders.merge(&scratched).await.unwrap().scratch, 7, "what is not stored is the copy's");
    let lines: Vec<_> = merged.lines.iter().map(|line| (line.id, line.looks)).collect();
    assert_eq!(lines, [(15, 9), (12, 0), (11, 3)], "in the copy's order, new rows as they are");
    let report = orders.save(&mut merged).await.unwrap();
    assert_eq!((report.rows_written(), report.table("order_lines").inserted), (2, 1));
    let stored = orders.get(&FIRST).await.unwrap();
    assert_eq!((stored.status.as_str(), stored.views, stored.lines[0].looks), ("mine", 5, 3));
    assert_eq!(stored.remarks.len(), 2);
}

pub(crate) async fn a_foreign_childs_id_is_refused(source: &Source<'_>) {
    let (orders, order) = one_order(source).await;
    let other = orders.add(Order::sample(2)).await.unwrap();
    let stolen = serde_json::to_value(&other.lines[0]).unwrap();
    let copy = edited(&order, |json| {
        json["status"] = "thief".into();
        json["lines"].as_array_mut().unwrap().push(stolen);
    });
    let mut merged = orders.merge(&copy).await.unwrap();
    let refused = orders.save(&mut merged).await;
    assert_refused!(refused, Error::ConstraintViolated { kind: ConstraintKind::Unique, .. });
    assert_eq!(*orders.get(&FIRST).await.unwrap(), *order, "nothing half-done");
    assert_eq!(*orders.get(&id(2)).await.unwrap(), *other);
}

pub(crate) async fn another_tenants_id_is_not_found(source: &Source<'_>) {
    let (orders, order) = one_order(source).await;
    let copy = edited(&order, |json| json["tenant"] = 2.into());
    let refused = conflict(orders.merge(&copy).await);
    assert_eq!((refused.id.as_str(), refused.reason), ("(2, 1)", ConflictReason::Deleted));
    assert_refused!(orders.merge_any(&copy).await, Error::NotFound { id, .. } if id == "(2, 1)");
    assert_eq!(*orders.get(&FIRST).await.unwrap(), *order);
    assert!(orders.find(&(2, 1)).await.unwrap().is_none());
}

pub(crate) async fn two_rows_with_one_key_are_refused(source: &Source<'_>) {
    let (orders, order) = one_order(source).await;
    let copy = edited(&order, |json| {
        let line = json["lines"][0].clone();
        json["lines"].as_array_mut().unwrap().push(line);
    });
    assert_refused!(orders.merge(&copy).await, Error::DuplicateKey { table: "order_lines", id } if id == "11");
}

pub(crate) async fn a_broken_rule_is_refused_by_the_save(source: &Source<'_>) {
    let (orders, order) = one_order(source).await;
    let copy = edited(&order, |json| json["lines"][0]["quantity"] = 0.into());
    let mut merged = orders.merge(&copy).await.unwrap();
    assert_refused!(orders.save(&mut merged).await, Error::Invariant { entity: "orders", .. });
    assert_eq!(orders.get(&FIRST).await.unwrap().version(), Version::INITIAL);
}

pub(crate) async fn an_insert_only_column_is_refused_by_the_save(source: &Source<'_>) {
    let tickets = source.of::<Ticket>(&ticket::TABLES).await;
    let stored = tickets.add(Ticket::sample(1)).await.unwrap();
    let mut copy = (*stored).clone();
    copy.replies[0].author = "somebody else".into();
    copy.title = "changed".into();
    let mut merged = tickets.merge(&copy).await.unwrap();
    let refused = tickets.save(&mut merged).await;
    assert_refused!(refused, Error::InsertOnly { table: "reply", column: "author", id } if id == "1");
    assert_eq!(tickets.get(&1).await.unwrap().title, "title");
}
