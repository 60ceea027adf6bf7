//! Two rows with one key in memory: nothing is sent.

use aggregate_core::{Error, Tracked};
use aggregate_tests::assert_refused;
use aggregate_tests::model::board::{self, Board, Card, Step};
use aggregate_tests::model::invoice::{self, Batch, Invoice, Line};

use super::Lab;

async fn is_refused(lab: &Lab, table: &str, id: &str, edit: impl FnOnce(&mut Board)) {
    let boards = lab.with::<Board>(&board::TABLES).await;
    let mut board = lab.saved(&boards, Board::sample(1)).await;
    edit(&mut board);
    assert!(board.is_dirty());
    assert_refused!(board.changes(), Error::DuplicateKey { .. });
    assert_refused!(
        lab.save(&boards, &mut board).await,
        Error::DuplicateKey { table: t, id: i } if t == table && i == id
    );
    assert_eq!(lab.sent(), []);
    assert_eq!(lab.written().await, [""; 0]);
}

pub(crate) async fn beside_a_row_that_did_not_change(lab: &Lab) {
    is_refused(lab, "card", "112", |board| board.lists[0].cards.push(Card::empty(112))).await;
}

pub(crate) async fn before_all_rows(lab: &Lab) {
    is_refused(lab, "card", "122", |board| board.lists[0].cards.insert(0, Card::empty(122))).await;
}

pub(crate) async fn in_the_aligned_prefix(lab: &Lab) {
    is_refused(lab, "step", "1111", |board| {
        board.lists[0].cards[0].steps.push(Step::new(1111));
        board.lists[1].cards[1].steps.clear();
    })
    .await;
}

pub(crate) async fn in_the_middle(lab: &Lab) {
    is_refused(lab, "card", "5", |board| {
        let cards = &mut board.lists[0].cards;
        cards.splice(1..1, [Card::empty(4), Card::empty(5), Card::empty(6), Card::empty(5)]);
    })
    .await;
}

pub(crate) async fn in_the_aligned_suffix(lab: &Lab) {
    is_refused(lab, "lists", "12", |board| {
        let mut list = board.lists[1].clone();
        list.cards.clear();
        list.quota = None;
        board.lists.insert(0, list);
    })
    .await;
}

pub(crate) async fn under_two_parents(lab: &Lab) {
    is_refused(lab, "step", "1111", |board| board.lists[1].cards[0].steps.push(Step::new(1111))).await;
}

pub(crate) async fn under_two_parents_both_new(lab: &Lab) {
    is_refused(lab, "badge", "9", |board| {
        for (id, list) in [(901, 0), (902, 1)] {
            let badge = Some(board::Badge { id: 9, label: String::new() });
            board.lists[list].cards.push(Card { badge, ..Card::empty(id) });
        }
    })
    .await;
}

pub(crate) async fn under_one_parent_with_local_ids(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    let mut invoice = lab.saved(&invoices, Invoice::sample(1)).await;
    invoice.lines[1].allocations[0].batches.push(Batch::new("a"));
    assert_refused!(
        lab.save(&invoices, &mut invoice).await,
        Error::DuplicateKey { table: "batches", id } if id.contains("\"a\"")
    );
    assert_eq!(lab.sent(), []);
}

pub(crate) async fn in_a_new_aggregate(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    let lines = vec![Line::plain(1), Line::plain(2), Line::plain(1)];
    let mut invoice = Tracked::new(Invoice { lines, ..Invoice::empty(1) });
    assert_refused!(
        lab.save(&invoices, &mut invoice).await,
        Error::DuplicateKey { table: "lines", id } if id == "1"
    );
    assert_eq!(lab.sent(), []);
}

pub(crate) async fn local_ids_may_repeat_under_other_parents(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    let mut invoice = lab.saved(&invoices, Invoice::sample(1)).await;
    for line in &mut invoice.lines {
        line.allocations.push(invoice::Allocation::sample(7));
    }
    assert_eq!(lab.save(&invoices, &mut invoice).await.unwrap().table("batches").inserted, 4);
}
