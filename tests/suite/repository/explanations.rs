//! Who changed what.

use aggregate_core::{RepositoryExt, Tracked, Version};
use aggregate_tests::model::board::{self, Board, Cover, List};
use aggregate_tests::model::order::{Line, Order};

use super::{FIRST, Source, conflict, one_order};

pub(crate) async fn changes_of_both_sides_are_told_apart(source: &Source<'_>) {
    let (orders, mut mine) = one_order(source).await;
    let mut theirs = orders.get(&FIRST).await.unwrap();
    theirs.status = "theirs".into();
    theirs.lines[0].quantity = 5;
    theirs.lines[0].picks.remove(0);
    theirs.lines.push(Line::plain(18));
    orders.save(&mut theirs).await.unwrap();
    mine.status = "mine".into();
    mine.lines[0].sku = "mine".into();
    mine.lines[0].picks[0].bin = "mine".into();
    mine.lines.remove(1);
    conflict(orders.save(&mut mine).await);
    let before = (*mine).clone();

    let explanation = orders.explain(&mine).await.unwrap();
    assert_eq!(
        explanation.diff.to_string(),
        "`orders` (1, 1): yours began at version 0, version 1 is stored\n\
         - `orders` (1, 1): both changed `status`\n\
         - `order_lines` 11: you changed `sku`; they changed `quantity`\n\
         - `order_lines` 12: you removed it\n\
         - `order_lines` 18: they added it\n\
         - `picks` 11/1: you changed `bin`; they removed it\n\
         - `picks` 12/1: you removed it\n\
         - `picks` 12/2: you removed it",
    );
    let sorted = |mut rows: Vec<(&'static str, String)>| {
        rows.sort();
        rows
    };
    let overlapping = explanation.diff.rows.iter().filter(|row| row.overlaps);
    let overlapping = sorted(overlapping.map(|row| (row.table, row.id.clone())).collect());
    assert_eq!(overlapping, [("orders", "(1, 1)".to_owned()), ("picks", "11/1".to_owned())]);
    assert_eq!(*explanation.theirs.unwrap(), *theirs);
    assert_eq!(((*mine).clone(), mine.version()), (before, Version::INITIAL), "nothing is changed");
}

pub(crate) async fn an_aggregate_that_is_gone_is_explained(source: &Source<'_>) {
    let (orders, mut mine) = one_order(source).await;
    orders.delete(&mut mine.clone()).await.unwrap();
    mine.status = "mine".into();
    conflict(orders.save(&mut mine).await);
    let explanation = orders.explain(&mine).await.unwrap();
    assert_eq!((explanation.diff.actual, explanation.theirs.is_none()), (None, true));
    let first = explanation.diff.to_string().lines().take(2).collect::<Vec<_>>().join("\n");
    assert_eq!(
        first,
        "`orders` (1, 1): yours began at version 0, the stored one is gone\n\
         - `orders` (1, 1): you changed `status`; they removed it",
    );
    assert!(explanation.diff.has_overlap());
}

pub(crate) async fn two_creators_of_one_id_are_explained(source: &Source<'_>) {
    let (orders, _) = one_order(source).await;
    let mine = Tracked::new(Order { status: "mine".to_owned(), ..Order::sample(1) });
    let explanation = orders.explain(&mine).await.unwrap();
    assert_eq!(
        (explanation.diff.expected, explanation.diff.actual),
        (Version::UNSAVED, Some(Version::INITIAL))
    );
    assert_eq!(explanation.diff.rows[0].both, ["status"]);
    assert_eq!(explanation.diff.rows.iter().filter(|row| row.overlaps).count(), 1);
}

pub(crate) async fn a_page_can_show_it(source: &Source<'_>) {
    let (orders, mut mine) = one_order(source).await;
    orders
        .update(&FIRST, |order| {
            let _: () = order.lines[0].quantity = 5;
            Ok::<_, ()>(())
        })
        .await
        .unwrap();
    mine.lines[0].quantity = 6;
    mine.lines.push(Line::plain(19));
    let diff = orders.explain(&mine).await.unwrap().diff;
    assert_eq!(
        serde_json::to_value(&diff).unwrap(),
        serde_json::json!({
            "aggregate": "orders", "id": "(1, 1)", "expected": 0, "actual": 1,
            "rows": [
                {
                    "table": "order_lines", "id": "11", "overlaps": true, "both": ["quantity"],
                    "mine": { "kind": "changed", "columns": ["quantity"], "moved": false },
                    "theirs": { "kind": "changed", "columns": ["quantity"], "moved": false },
                },
                {
                    "table": "order_lines", "id": "19", "overlaps": false, "both": [],
                    "mine": { "kind": "added" }, "theirs": null,
                },
            ],
        })
    );
}

pub(crate) async fn two_rows_for_one_place_overlap(source: &Source<'_>) {
    let boards = source.of::<Board>(&board::TABLES).await;
    let mut mine = boards.add(Board::empty(1)).await.unwrap();
    let mut theirs = boards.get(&1).await.unwrap();
    theirs.cover = Some(Cover { id: 5, url: "theirs".to_owned() });
    theirs.lists.push(List::empty(15));
    boards.save(&mut theirs).await.unwrap();
    mine.cover = Some(Cover { id: 6, url: "mine".to_owned() });
    mine.lists.push(List::empty(16));
    let diff = boards.explain(&mine).await.unwrap().diff;
    let rows: Vec<_> = diff.rows.iter().map(|row| (row.table, row.id.as_str(), row.overlaps)).collect();
    let expected =
        [("cover", "5", true), ("cover", "6", true), ("lists", "15", false), ("lists", "16", false)];
    assert_eq!(rows, expected);
}
