//! Rows that go from one parent to another.

use std::sync::Arc;

use aggregate_core::{ConstraintKind, Error, RepositoryExt, RowRepository, Tracked, Version};
use aggregate_tests::assert_refused;
use aggregate_tests::model::shelf::{self, Empty, Shelf};

use super::{Source, conflict};

/// A repository with a shelf, and a copy of it.
async fn one_shelf(source: &Source<'_>) -> (Arc<dyn RowRepository<Shelf>>, Tracked<Shelf>) {
    let shelves = source.of::<Shelf>(&shelf::TABLES).await;
    let shelf = shelves.add(Shelf::sample(1)).await.unwrap();
    (shelves, shelf)
}

/// The items of each box.
fn items(shelf: &Shelf) -> Vec<Vec<i64>> {
    shelf.boxes.iter().map(|boxed| boxed.items.iter().map(|item| item.id).collect()).collect()
}

pub(crate) async fn a_moved_row_says_whom_it_stands_under_and_is_saved_again(source: &Source<'_>) {
    let (shelves, mut mine) = one_shelf(source).await;
    let mut theirs = shelves.get(&1).await.unwrap();
    theirs.boxes[0].items[0].touches = 5;
    shelves.save(&mut theirs).await.unwrap();
    mine.shift(0);
    mine.boxes[1].items[2].weight = 9;
    let report = shelves.save(&mut mine).await.unwrap();
    assert_eq!((report.table("item").updated, report.rows_written()), (1, 2));
    let mut stored = shelves.get(&1).await.unwrap();
    assert_eq!(items(&stored), [vec![112], vec![111, 121, 122]]);
    let moved = &stored.boxes[1].items[0];
    assert_eq!((moved.within, moved.weight, moved.touches), (12, 9, 5));
    stored.name.push('!');
    assert_eq!(shelves.save(&mut stored).await.unwrap().new_version, Version::new(2));
}

pub(crate) async fn what_others_moved_is_not_written_where_it_stood(source: &Source<'_>) {
    let (shelves, mut mine) = one_shelf(source).await;
    shelves
        .update(&1, |shelf| {
            let _: () = shelf.shift(0);
            Ok::<_, ()>(())
        })
        .await
        .unwrap();
    mine.boxes[0].items[0].touches = 3;
    let refused = conflict(shelves.save(&mut mine).await);
    assert_eq!((refused.expected, refused.actual), (Version::INITIAL, Some(Version::new(1))));
    // What they left where it was is written at any version.
    shelves.reload(&mut mine).await.unwrap();
    shelves
        .update(&1, |shelf| {
            let _: () = shelf.shift(0);
            Ok::<_, ()>(())
        })
        .await
        .unwrap();
    mine.boxes[1].items[1].touches = 3;
    assert_eq!(shelves.save(&mut mine).await.unwrap().table("item").updated, 1);
    let stored = shelves.get(&1).await.unwrap();
    assert_eq!(items(&stored), [vec![], vec![111, 112, 121, 122]]);
    assert_eq!(stored.boxes[1].items[2].touches, 3);
}

pub(crate) async fn a_table_of_the_fields_own_is_named(source: &Source<'_>) {
    let (shelves, mut mine) = one_shelf(source).await;
    let mut theirs = shelves.get(&1).await.unwrap();
    for shelf in [&mut mine, &mut theirs] {
        shelf.spare.push(Empty { id: 19, label: "spare".to_owned() });
    }
    let report = shelves.save(&mut theirs).await.unwrap();
    assert_eq!((report.table("spare_boxes").inserted, report.table("boxes").inserted), (1, 0));
    match shelves.save(&mut mine).await {
        Err(Error::ConstraintViolated { table, kind: ConstraintKind::Unique, .. }) => {
            assert!(table.is_none_or(|table| table == "spare_boxes"));
        }
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn of_two_that_exchange_a_row_the_first_root_is_written_first(source: &Source<'_>) {
    let (shelves, first) = one_shelf(source).await;
    let second = shelves.add(Shelf::sample(2)).await.unwrap();
    let hand_over = |from: &mut Shelf, to: &mut Shelf| {
        let mut item = from.boxes[0].items.remove(0);
        item.within = to.boxes[0].id;
        to.boxes[0].items.push(item);
    };
    // From the first to the second it is free when it is needed, in whatever order they are given.
    let mut both = [second, first];
    let (to, from) = both.split_at_mut(1);
    hand_over(&mut from[0], &mut to[0]);
    shelves.save_all(&mut both).await.unwrap();
    // And back it is not.
    let (from, to) = both.split_at_mut(1);
    hand_over(&mut from[0], &mut to[0]);
    both.reverse();
    let refused = shelves.save_all(&mut both).await;
    assert_refused!(refused, Error::ConstraintViolated { kind: ConstraintKind::Unique, .. });
    assert_eq!(items(&shelves.get(&1).await.unwrap())[0].len(), 1);
}
