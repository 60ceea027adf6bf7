//! Three states of the order of [`samples`](crate::samples).

use super::{Lost, RowChange, ThreeWayDiff, blend};
use crate::error::Error;
use crate::samples::{Allocation, Line, Order, order};
use crate::version::Version;

/// An order, and two copies of it that may be changed.
fn states() -> (Order, Order, Order) {
    (order(), order(), order())
}

fn line(id: i64) -> Line {
    Line { id, quantity: 9, allocations: vec![] }
}

fn explained(base: &Order, mine: &Order, theirs: &Order) -> String {
    ThreeWayDiff::between(Some(base), mine, Some(theirs)).unwrap().to_string()
}

#[test]
fn what_nobody_changed_is_not_listed() {
    let (base, mine, theirs) = states();
    let diff = ThreeWayDiff::between(Some(&base), &mine, Some(&theirs)).unwrap();
    assert!(diff.rows.is_empty() && !diff.has_overlap());
    assert_eq!(diff.to_string(), "`orders` 1: yours began at version 0, version 0 is stored");
}

#[test]
fn every_change_is_said_with_who_made_it() {
    let (base, mut mine, mut theirs) = states();
    theirs.version = Version::new(4);
    mine.status = "closed".to_owned();
    theirs.status = "shipped".to_owned();
    mine.lines[0].quantity = 2;
    mine.lines.push(line(7));
    theirs.lines[1].allocations.remove(0);
    mine.lines[1].allocations[0].quantity = 5;
    // The first stamp moves to another parcel as far as its parcel's number tells: it is removed there and added here.
    theirs.parcels[1].stamps.clear();
    mine.parcels[0].weight = 2.0;
    theirs.parcels[0].weight = 2.0;
    assert_eq!(
        explained(&base, &mine, &theirs),
        "`orders` 1: yours began at version 0, version 4 is stored\n\
         - `orders` 1: both changed `status`\n\
         - `lines` 1: you changed `quantity`\n\
         - `lines` 7: you added it\n\
         - `allocations` 21: you changed `quantity`; they removed it\n\
         - `parcels` 1: both changed `weight`, in the same way\n\
         - `stamps` 2/1: they removed it",
    );
    let diff = ThreeWayDiff::between(Some(&base), &mine, Some(&theirs)).unwrap();
    let overlapping: Vec<&str> = diff.rows.iter().filter(|row| row.overlaps).map(|row| row.table).collect();
    assert_eq!(overlapping, ["orders", "allocations"]);
    assert_eq!(diff.rows[0].both, ["status"]);
    assert_eq!(diff.rows[2].mine, Some(RowChange::Added));
}

#[test]
fn what_both_did_is_said_once() {
    let (base, mut mine, mut theirs) = states();
    for side in [&mut mine, &mut theirs] {
        side.status = "closed".to_owned();
        side.lines.remove(1);
        side.lines.push(line(7));
        side.lines.push(line(8));
        side.parcels[0].weight = 2.0;
        side.parcels[0].stamps[0].text = "second class".to_owned();
    }
    mine.lines[2].quantity = 3;
    theirs.parcels[0].stamps[0].text = "third class".to_owned();
    assert_eq!(
        explained(&base, &mine, &theirs),
        "`orders` 1: yours began at version 0, version 0 is stored\n\
         - `orders` 1: both changed `status`, in the same way\n\
         - `lines` 2: both removed it\n\
         - `lines` 7: both added it, in the same way\n\
         - `lines` 8: both added it, with different `quantity`\n\
         - `allocations` 21: both removed it\n\
         - `allocations` 22: both removed it\n\
         - `parcels` 1: both changed `weight`, in the same way\n\
         - `stamps` 1/1: both changed `text`",
    );
}

#[test]
fn what_stands_where_the_other_side_left_no_place_overlaps() {
    let overlapping = |mine: &Order, theirs: &Order| -> Vec<String> {
        let diff = ThreeWayDiff::between(Some(&order()), mine, Some(theirs)).unwrap();
        let overlapping = diff.rows.iter().filter(|row| row.overlaps);
        overlapping.map(|row| format!("{} {}", row.table, row.id)).collect()
    };
    // Below a row that was removed on the other side.
    let (_, mut adds, mut removes) = states();
    adds.lines[0].allocations.push(Allocation { id: 99, quantity: 1 });
    removes.lines.remove(0);
    assert_eq!(overlapping(&adds, &removes), ["allocations 99"]);
    assert_eq!(overlapping(&removes, &adds), ["allocations 99"]);
    let (_, mut shifts, _) = states();
    let moved = shifts.lines[1].allocations.remove(0);
    shifts.lines[0].allocations.push(moved);
    assert_eq!(overlapping(&shifts, &removes), ["allocations 21"]);
    // One row added below different parents.
    let (_, mut here, mut there) = states();
    here.lines[0].allocations.push(Allocation { id: 99, quantity: 1 });
    there.lines[1].allocations.push(Allocation { id: 99, quantity: 1 });
    assert_eq!(overlapping(&here, &there), ["allocations 99"]);
    let (_, mut both, mut more) = states();
    both.lines.push(line(7));
    more.lines.push(line(8));
    assert_eq!(overlapping(&both, &more), [""; 0], "a collection holds both");
}

#[test]
fn other_aggregates_are_not_compared() {
    let (base, mut mine, theirs) = states();
    mine.id = 2;
    let refused = ThreeWayDiff::between(Some(&base), &mine, Some(&theirs));
    assert!(
        matches!(refused, Err(Error::IdentityChanged { loaded, found, .. }) if loaded == "1" && found == "2")
    );
}

#[test]
fn moves_are_told_from_removals_where_an_id_is_the_tables_own() {
    let (base, mut mine, mut theirs) = states();
    let moved = mine.lines[0].allocations.remove(0);
    mine.lines[1].allocations.push(moved);
    theirs.lines[0].allocations[0].quantity = 8;
    assert_eq!(
        explained(&base, &mine, &theirs),
        "`orders` 1: yours began at version 0, version 0 is stored\n\
         - `allocations` 11: you moved it; they changed `quantity`",
    );
}

#[test]
fn without_an_ancestor_or_a_stored_state_all_is_added_or_removed() {
    let (base, mine, mut theirs) = states();
    theirs.status = "shipped".to_owned();
    let both_new = ThreeWayDiff::between(None, &mine, Some(&theirs)).unwrap();
    assert_eq!((both_new.expected, both_new.actual), (Version::UNSAVED, Some(Version::INITIAL)));
    let overlapping: Vec<&str> =
        both_new.rows.iter().filter(|row| row.overlaps).map(|row| row.table).collect();
    assert_eq!((both_new.rows.len(), overlapping), (11, vec!["orders"]));
    let gone = ThreeWayDiff::between(Some(&base), &mine, None::<&Order>).unwrap();
    assert_eq!(gone.actual, None);
    assert!(gone.rows.iter().all(|row| row.theirs == Some(RowChange::Removed) && !row.overlaps));
    assert!(gone.to_string().starts_with("`orders` 1: yours began at version 0, the stored one is gone\n"));
}

#[test]
fn two_rows_with_one_key_are_refused() {
    let (base, mut mine, theirs) = states();
    mine.lines.push(line(2));
    let refused = ThreeWayDiff::between(Some(&base), &mine, Some(&theirs));
    assert!(matches!(refused, Err(Error::DuplicateKey { table: "lines", id }) if id == "2"));
    assert!(matches!(blend(&theirs, &base, &mine), Err(Lost::Refused(Error::DuplicateKey { .. }))));
}

#[test]
fn changes_on_both_sides_go_together() {
    let (base, mut mine, mut theirs) = states();
    mine.status = "closed".to_owned();
    mine.lines[0].quantity = 2;
    mine.lines.push(line(7));
    let moved = mine.lines[0].allocations.remove(0);
    mine.lines[1].allocations.push(moved);
    mine.parcels.remove(0);
    theirs.version = Version::new(4);
    theirs.lines[0].allocations[0].quantity = 8;
    theirs.lines.push(line(8));
    theirs.parcels[1].weight = 3.0;
    let blended = blend(&theirs, &base, &mine).unwrap();
    let mut expected = order();
    expected.version = Version::new(4);
    expected.status = "closed".to_owned();
    expected.lines[0].quantity = 2;
    let mut moved = expected.lines[0].allocations.remove(0);
    moved.quantity = 8;
    expected.lines[1].allocations.push(moved);
    expected.lines.extend([line(8), line(7)]);
    expected.parcels.remove(0);
    expected.parcels[0].weight = 3.0;
    let same = ThreeWayDiff::between(Some(&expected), &blended, Some(&expected)).unwrap();
    assert!(same.rows.is_empty(), "{same}");
    assert_eq!((blended.version, blended.lines[2].id, blended.lines.len()), (Version::new(4), 8, 4));
}

#[test]
fn what_was_changed_here_must_be_there() {
    let (base, mut mine, mut theirs) = states();
    theirs.lines.remove(0);
    assert!(blend(&theirs, &base, &mine).is_ok(), "nobody touched it");
    mine.lines[0].quantity = 2;
    assert!(matches!(blend(&theirs, &base, &mine), Err(Lost::Gone("lines"))));
    let (_, mut mine, _) = states();
    mine.lines[0].allocations[0].quantity = 2;
    assert!(matches!(blend(&theirs, &base, &mine), Err(Lost::Gone("allocations"))));
    let (_, mut mine, _) = states();
    mine.lines.remove(0);
    assert!(matches!(blend(&theirs, &base, &mine), Err(Lost::Gone("lines"))));
    let (_, mut mine, _) = states();
    mine.lines[0].allocations.push(Allocation { id: 99, quantity: 1 });
    assert!(matches!(blend(&theirs, &base, &mine), Err(Lost::Gone("allocations"))));
}

#[test]
fn a_row_that_both_added_is_one_too_many() {
    let (base, mut mine, mut theirs) = states();
    mine.lines.push(line(7));
    theirs.lines.push(line(7));
    assert!(matches!(blend(&theirs, &base, &mine), Err(Lost::Taken("lines"))));
}
