//! Tables whose foreign keys delete by themselves make no difference.

use aggregate_core::Tracked;
use aggregate_tests::model::board::{self, Board, Card, List};

use super::{Lab, Repo};

async fn boards(lab: &Lab) -> (Repo<Board>, Tracked<Board>) {
    let boards = lab.with::<Board>(&board::CASCADING_TABLES).await;
    lab.saved(&boards, Board::sample(2)).await;
    let board = lab.saved(&boards, Board::sample(1)).await;
    (boards, board)
}

pub(crate) async fn a_removed_row_takes_what_stands_below_it(lab: &Lab) {
    let (boards, mut board) = boards(lab).await;
    board.lists.remove(0);
    let report = lab.save(&boards, &mut board).await.unwrap();
    assert_eq!((report.table("step").deleted, report.rows_written()), (4, 1 + 1 + 1 + 2 + 2 + 4));
    assert_eq!(lab.written().await.len() as u64, report.rows_written());
    assert_eq!(*boards.get(&1).await.unwrap(), *board);
}

pub(crate) async fn rows_leave_a_parent_before_it_is_removed(lab: &Lab) {
    let (boards, mut board) = boards(lab).await;
    let removed = board.lists.remove(0);
    board.lists.push(List { cards: removed.cards, ..List::empty(13) });
    let card = board.lists[0].cards.remove(0);
    board.lists[1].cards.push(Card { steps: card.steps, ..Card::empty(900) });
    lab.save(&boards, &mut board).await.unwrap();
    let rows = [
        "badge D 121",
        "board U 1",
        "card D 121",
        "card I 900",
        "card U 111",
        "card U 112",
        "lists D 11",
        "lists I 13",
        "quota D 11",
        "step U 1211",
        "step U 1212",
    ];
    assert_eq!(lab.written().await, rows);
    assert_eq!(*boards.get(&1).await.unwrap(), *board);
}

pub(crate) async fn a_delete_takes_every_row(lab: &Lab) {
    let (boards, mut board) = boards(lab).await;
    let report = boards.delete(&mut board).await.unwrap();
    assert_eq!(report.table("board").deleted, 1);
    assert_eq!(super::deletes::deleted(lab).await.len(), 1 + 1 + 1 + 2 + 2 + 4 + 4 + 8);
    assert_eq!(lab.rows("SELECT id FROM lists ORDER BY id").await, ["21", "22"]);
}
