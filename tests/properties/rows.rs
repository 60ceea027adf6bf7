//! What a board is as rows: the model that the library is compared with.

use std::collections::BTreeMap;
use std::fmt::Debug;

use aggregate_tests::model::board::Board;

/// Every row below the root by table and id: its parent and its columns.
pub(crate) type Rows = BTreeMap<(&'static str, i64), String>;

/// The rows of a board. The root's is `board`, without its version.
pub(crate) fn rows(board: &Board) -> Rows {
    let mut rows = Rows::new();
    let mut row = |table, id, parent: i64, columns: &dyn Debug| {
        let other = rows.insert((table, id), format!("{parent} {columns:?}"));
        assert_eq!(other, None, "an edit made two rows of `{table}` with the id {id}");
    };
    row("board", board.id, 0, &board.title);
    row("settings", board.settings.id, board.id, &board.settings.theme);
    if let Some(cover) = &board.cover {
        row("cover", cover.id, board.id, &cover.url);
    }
    for list in &board.lists {
        row("lists", list.id, board.id, &list.name);
        if let Some(quota) = &list.quota {
            row("quota", quota.id, list.id, &quota.most);
        }
        for card in &list.cards {
            row("card", card.id, list.id, &(&card.text, card.points));
            if let Some(badge) = &card.badge {
                row("badge", badge.id, card.id, &badge.label);
            }
            for step in &card.steps {
                row("step", step.id, card.id, &step.done);
            }
        }
    }
    rows
}

/// The rows that differ, as the markers of written rows name them, sorted. The root's is among them if any is
/// that the version guards: a quota's number is not, its place is.
pub(crate) fn differing(before: &Rows, after: &Rows, root: i64) -> Vec<String> {
    let mut written = Vec::new();
    let mut bumps = false;
    for ((table, id), row) in after {
        match before.get(&(table, *id)) {
            Some(old) if old == row => {}
            None => {
                bumps = true;
                written.push(format!("{table} I {id}"));
            }
            Some(old) => {
                bumps |= *table != "quota" || parent(old) != parent(row);
                written.push(format!("{table} U {id}"));
            }
        }
    }
    let gone = before.keys().filter(|key| !after.contains_key(key));
    let gone: Vec<_> = gone.map(|(table, id)| format!("{table} D {id}")).collect();
    bumps |= !gone.is_empty();
    written.extend(gone);
    let of_root = format!("board U {root}");
    if bumps && before.contains_key(&("board", root)) && !written.contains(&of_root) {
        written.push(of_root);
    }
    written.sort();
    written
}

/// The parent's id, which a row begins with.
fn parent(row: &str) -> Option<&str> {
    row.split(' ').next()
}

/// The board as a load returns it: rows ordered by id, at this version.
pub(crate) fn as_loaded(board: &Board, version: i64) -> Board {
    let mut board = board.clone();
    board.version = version;
    board.lists.sort_by_key(|list| list.id);
    for list in &mut board.lists {
        list.cards.sort_by_key(|card| card.id);
        list.cards.iter_mut().for_each(|card| card.steps.sort_by_key(|step| step.id));
    }
    board
}
