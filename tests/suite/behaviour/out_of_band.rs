//! A row that a save writes was removed, re-parented or added by others, without the version: nothing is written.

use aggregate_core::{ConstraintKind, Error, Tracked, Version};
use aggregate_tests::assert_refused;
use aggregate_tests::model::board::{self, Board, Card, Step};
use aggregate_tests::model::invoice::{self, Invoice, InvoiceId, Line};

use super::{Lab, Repo};

async fn boards(lab: &Lab) -> (Repo<Board>, Tracked<Board>) {
    let boards = lab.with::<Board>(&board::TABLES).await;
    lab.saved(&boards, Board::sample(2)).await;
    let board = lab.saved(&boards, Board::sample(1)).await;
    (boards, board)
}

/// The save is refused for this table, and left no trace in the database or in memory.
async fn refused(lab: &Lab, boards: &Repo<Board>, board: &mut Tracked<Board>, expected: &str) {
    lab.forget().await;
    let edited = (**board).clone();
    assert_refused!(lab.save(boards, board).await, Error::OutOfBand { table, .. } if table == expected);
    assert_eq!(lab.written().await, [""; 0]);
    assert_eq!(lab.rows("SELECT id, version FROM board ORDER BY id").await, ["1|0", "2|0"]);
    assert_eq!((board.version(), board.is_dirty()), (Version::INITIAL, true));
    assert_eq!((**board).clone(), edited);
}

/// Changes to other rows, which must not be stored either.
fn edit_elsewhere(board: &mut Board) {
    board.title = "edited".into();
    board.settings.theme = "light".into();
    board.lists[1].cards[0].points = 99;
    board.lists[1].cards[1].steps.push(Step::new(5555));
}

pub(crate) async fn an_update_of_a_removed_row(lab: &Lab) {
    let (boards, mut board) = boards(lab).await;
    lab.sql("DELETE FROM step WHERE id = 1111").await;
    edit_elsewhere(&mut board);
    board.lists[0].cards[0].steps[0].done = true;
    refused(lab, &boards, &mut board, "step").await;
}

pub(crate) async fn one_of_many_updates_of_a_removed_row(lab: &Lab) {
    let (boards, mut board) = boards(lab).await;
    lab.sql("DELETE FROM step WHERE id = 1221").await;
    for card in board.lists.iter_mut().flat_map(|list| &mut list.cards) {
        card.steps.iter_mut().for_each(|step| step.done = true);
    }
    refused(lab, &boards, &mut board, "step").await;
}

pub(crate) async fn a_delete_of_a_removed_row(lab: &Lab) {
    let (boards, mut board) = boards(lab).await;
    lab.sql("DELETE FROM cover WHERE id = 1").await;
    edit_elsewhere(&mut board);
    board.cover = None;
    refused(lab, &boards, &mut board, "cover").await;
}

pub(crate) async fn a_move_of_a_removed_row(lab: &Lab) {
    let (boards, mut board) = boards(lab).await;
    lab.sql("DELETE FROM badge WHERE id = 111").await;
    edit_elsewhere(&mut board);
    let badge = board.lists[0].cards[0].badge.take();
    let mut card = Card::empty(888);
    card.badge = badge;
    board.lists[0].cards.push(card);
    refused(lab, &boards, &mut board, "badge").await;
}

pub(crate) async fn an_update_of_a_row_that_went_to_another_aggregate(lab: &Lab) {
    let (boards, mut board) = boards(lab).await;
    lab.sql("UPDATE card SET list_id = 21 WHERE id = 112").await;
    edit_elsewhere(&mut board);
    board.lists[0].cards[1].points = 5;
    refused(lab, &boards, &mut board, "card").await;
    assert_eq!(lab.cell("SELECT points FROM card WHERE id = 112").await, "1");
}

pub(crate) async fn an_update_of_a_row_that_went_to_another_parent_of_the_same_aggregate(lab: &Lab) {
    let (boards, mut board) = boards(lab).await;
    lab.sql("UPDATE card SET list_id = 12 WHERE id = 112").await;
    board.lists[0].cards[1].points = 5;
    refused(lab, &boards, &mut board, "card").await;
}

pub(crate) async fn a_delete_of_a_row_that_went_to_another_aggregate(lab: &Lab) {
    let (boards, mut board) = boards(lab).await;
    lab.sql("UPDATE step SET card_id = 211 WHERE id = 1112").await;
    board.lists[0].cards[0].steps.remove(1);
    refused(lab, &boards, &mut board, "step").await;
    assert_eq!(lab.cell("SELECT card_id FROM step WHERE id = 1112").await, "211");
}

pub(crate) async fn a_move_of_a_row_that_went_to_another_aggregate(lab: &Lab) {
    let (boards, mut board) = boards(lab).await;
    lab.sql("UPDATE card SET list_id = 21 WHERE id = 112").await;
    let card = board.lists[0].cards.remove(1);
    board.lists[1].cards.push(card);
    refused(lab, &boards, &mut board, "card").await;
}

/// An added row whose id another aggregate has is refused by the table's key.
pub(crate) async fn an_added_row_whose_id_is_taken(lab: &Lab) {
    let (boards, mut board) = boards(lab).await;
    edit_elsewhere(&mut board);
    board.lists[0].cards.push(Card::empty(211));
    lab.forget().await;
    assert_refused!(
        lab.save(&boards, &mut board).await,
        Error::ConstraintViolated { kind: ConstraintKind::Unique, .. }
    );
    assert_eq!(lab.written().await, [""; 0]);
    assert_eq!(board.version(), Version::INITIAL);
}

/// An added row whose place somebody filled without the version is refused by the table's key.
pub(crate) async fn an_added_row_whose_place_was_filled(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    let mut invoice = lab.saved(&invoices, Invoice::sample(1)).await;
    lab.sql("INSERT INTO \"lines\" VALUES (1, 3, 'by hand', 1)").await;
    lab.forget().await;
    invoice.lines[0].quantity = 9;
    invoice.lines.push(Line::plain(3));
    assert_refused!(
        lab.save(&invoices, &mut invoice).await,
        Error::ConstraintViolated { kind: ConstraintKind::Unique, .. }
    );
    assert_eq!(lab.written().await, [""; 0]);
    assert_eq!(invoice.version(), Version::INITIAL);
    invoices.reload(&mut invoice).await.unwrap();
    assert_eq!(invoice.lines[2].track, "by hand");
}

pub(crate) async fn a_local_row_of_another_aggregate_is_not_updated_instead(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    lab.saved(&invoices, Invoice::sample(2)).await;
    let mut invoice = lab.saved(&invoices, Invoice::sample(1)).await;
    lab.sql("DELETE FROM batches WHERE invoice_id = 1 AND line_no = 1 AND allocation_warehouse = 1 AND code = 'a'").await;
    lab.forget().await;
    invoice.lines[0].allocations[0].batches[0].pieces = 9;
    assert_refused!(lab.save(&invoices, &mut invoice).await, Error::OutOfBand { table: "batches", .. });
    assert_eq!(lab.written().await, [""; 0]);
}

/// The parent of an added row is gone: the version says that it is not, so this is out of band too, or refused by the foreign key.
pub(crate) async fn an_added_row_whose_parent_was_removed(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    let lines = vec![Line::plain(1), Line::plain(2)];
    let mut invoice = lab.saved(&invoices, Invoice { lines, ..Invoice::empty(1) }).await;
    lab.sql("DELETE FROM \"lines\" WHERE no = 2").await;
    lab.forget().await;
    invoice.lines[1].allocations.push(invoice::Allocation::sample(1));
    assert_refused!(
        lab.save(&invoices, &mut invoice).await,
        Error::ConstraintViolated { kind: ConstraintKind::ForeignKey, .. }
    );
    assert_eq!(lab.written().await, [""; 0]);
    assert_eq!(lab.cell("SELECT version FROM invoices").await, "0");
}

pub(crate) async fn after_a_reload_the_rows_that_are_there_can_be_saved(lab: &Lab) {
    let (boards, mut board) = boards(lab).await;
    lab.sql("DELETE FROM step WHERE id = 1111").await;
    board.lists[0].cards[0].steps[0].done = true;
    refused(lab, &boards, &mut board, "step").await;
    boards.reload(&mut board).await.unwrap();
    assert_eq!(board.lists[0].cards[0].steps.len(), 1);
    board.lists[0].cards[0].steps[0].done = true;
    assert_eq!(lab.save(&boards, &mut board).await.unwrap().new_version.get(), 1);
    assert_eq!(lab.written().await, ["board U 1", "step U 1112"]);
}

/// What nobody writes, nobody checks: a save is about its own rows.
pub(crate) async fn a_change_behind_the_back_of_rows_that_are_not_written(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    let mut invoice = lab.saved(&invoices, Invoice::sample(1)).await;
    lab.sql("DELETE FROM batches WHERE line_no = 2").await;
    lab.forget().await;
    invoice.lines[0].quantity = 9;
    lab.save(&invoices, &mut invoice).await.unwrap();
    assert_eq!(lab.written().await, ["invoices U 1", "lines U 1/1"]);
    assert_eq!(invoices.get(&InvoiceId(1)).await.unwrap().lines[1].allocations[0].batches, []);
}
