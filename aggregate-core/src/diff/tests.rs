mod unversioned;

use super::{Level, diff};
use crate::Error;
use crate::samples::{Allocation, Line, Order, Parcel, order};

/// The tables below the root, in the layout's order.
const LINES: usize = 0;
const ALLOCATIONS: usize = 1;
const PARCELS: usize = 2;
const STAMPS: usize = 3;

/// What changes if the sample is changed so.
fn changed(change: impl FnOnce(&mut Order)) -> Result<Vec<Level>, Error> {
    let old = order();
    let mut new = old.clone();
    change(&mut new);
    diff(Some(&old), &new).map(|diff| diff.levels)
}

fn counts(level: &Level) -> (usize, usize, usize) {
    (level.inserted.len(), level.updated.len(), level.removed.len())
}

#[test]
fn equal_states_do_not_differ() {
    let levels = changed(|order| order.lines = order.lines.clone()).unwrap();
    assert_eq!(levels.len(), 4);
    assert!(levels.iter().all(Level::is_empty));
}

#[test]
fn order_in_memory_is_no_change() {
    let levels = changed(|order| {
        order.lines.reverse();
        order.parcels.swap(0, 1);
    });
    assert!(levels.unwrap().iter().all(Level::is_empty));
}

#[test]
fn an_edit_names_its_columns() {
    let levels = changed(|order| order.lines[1].allocations[0].quantity = 9).unwrap();
    let [update] = &levels[ALLOCATIONS].updated[..] else { panic!("one update") };
    assert!(update.changed.contains(1) && !update.changed.contains(0) && !update.moved);
    assert_eq!((update.old, update.new), (2, 2));
    assert!(levels[LINES].is_empty());
}

#[test]
fn a_row_with_an_id_of_its_own_moves() {
    let levels = changed(|order| {
        let moved = order.lines[0].allocations.remove(0);
        order.lines[1].allocations.push(moved);
    });
    let levels = levels.unwrap();
    assert_eq!(counts(&levels[ALLOCATIONS]), (0, 1, 0));
    assert!(levels[ALLOCATIONS].updated[0].moved);
}

#[test]
fn a_row_with_a_local_id_is_removed_and_added() {
    let levels = changed(|order| {
        let mut moved = order.parcels[0].stamps.remove(0);
        moved.no = 7;
        order.parcels[1].stamps.push(moved);
    });
    assert_eq!(counts(&levels.unwrap()[STAMPS]), (1, 0, 1));
}

#[test]
fn a_changed_id_takes_descendants_along_by_move_or_by_copy() {
    let levels = changed(|order| {
        order.lines[0].id = 9;
        order.parcels[0].no = 9;
    });
    let levels = levels.unwrap();
    assert_eq!(counts(&levels[LINES]), (1, 0, 1));
    assert_eq!(counts(&levels[ALLOCATIONS]), (0, 2, 0));
    assert!(levels[ALLOCATIONS].updated.iter().all(|update| update.moved));
    assert_eq!(counts(&levels[PARCELS]), (1, 0, 1));
    assert_eq!(counts(&levels[STAMPS]), (1, 0, 1));
}

#[test]
fn a_removed_row_takes_its_descendants_along() {
    let levels = changed(|order| order.lines.clear()).unwrap();
    assert_eq!((counts(&levels[LINES]), counts(&levels[ALLOCATIONS])), ((0, 0, 2), (0, 0, 4)));
}

fn line(id: i64) -> Line {
    Line { id, quantity: 1, allocations: Vec::new() }
}

#[test]
fn a_key_twice_is_refused_wherever_it_stands() {
    type Change = fn(&mut Order);
    let twice: [(&str, Change); 5] = [
        ("both in the middle", |order| order.lines = vec![line(1), line(5), line(5), line(2)]),
        ("one in the prefix", |order| order.lines.push(line(1))),
        ("one in the suffix", |order| order.lines.insert(0, line(2))),
        ("under two parents", |order| {
            order.lines[1].allocations.push(Allocation { id: 11, quantity: 1 });
        }),
        ("local, under one parent", |order| {
            order.parcels.push(Parcel { no: 2, weight: 0.0, stamps: Vec::new() });
        }),
    ];
    for (place, change) in twice {
        let result = changed(change);
        assert!(matches!(result, Err(Error::DuplicateKey { .. })), "{place}: {result:?}");
    }
}

#[test]
fn a_local_key_may_stand_under_two_parents() {
    let levels = changed(|order| order.parcels[1].stamps[0].text = String::from("second class"));
    assert_eq!(counts(&levels.unwrap()[STAMPS]), (0, 1, 0));
}

#[test]
fn a_new_aggregate_is_all_added() {
    let diff = diff(None, &order()).unwrap();
    let added: Vec<_> = diff.levels.iter().map(counts).collect();
    assert_eq!(added, [(2, 0, 0), (4, 0, 0), (2, 0, 0), (2, 0, 0)]);
}
