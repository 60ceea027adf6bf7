//! How many statements each operation sends, by the report and by the events.

use aggregate_core::Tracked;
use aggregate_tests::Engine;
use aggregate_tests::model::board::{self, Board, Card, List, Step};
use aggregate_tests::model::invoice::{self, Invoice, InvoiceId, Line};

use super::{Db, Lab};

pub(crate) async fn a_load_of_any_depth(lab: &Lab) {
    let boards = lab.with::<Board>(&board::TABLES).await;
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    lab.saved(&boards, Board::sample(1)).await;
    lab.saved(&invoices, Invoice::sample(1)).await;
    boards.get(&1).await.unwrap();
    assert_eq!(lab.sent().len() as u64, Db::load_budget(8));
    invoices.get(&InvoiceId(1)).await.unwrap();
    assert_eq!(lab.sent().len() as u64, Db::load_budget(4));
}

pub(crate) async fn a_load_of_any_number_of_ids(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    for id in 1..=20 {
        lab.saved(&invoices, Invoice::sample(id)).await;
    }
    let ids: Vec<_> = (1..=40).map(InvoiceId).collect();
    for many in [1, 2, 7, 40] {
        invoices.find_many(&ids[..many]).await.unwrap();
        let sent = lab.sent();
        assert_eq!(sent.len() as u64, Db::load_budget(4), "{many} ids: {sent:#?}");
    }
    assert!(invoices.find_many(&[]).await.unwrap().is_empty());
    assert_eq!(lab.sent(), [], "nothing is asked for nothing");
}

pub(crate) async fn a_first_save(lab: &Lab) {
    let boards = lab.with::<Board>(&board::TABLES).await;
    let report = lab.save(&boards, &mut Tracked::new(Board::sample(1))).await.unwrap();
    assert_eq!(report.statements, Db::create_budget(7));
    let report = lab.save(&boards, &mut Tracked::new(Board::empty(2))).await.unwrap();
    assert_eq!(report.statements, Db::create_budget(1), "only the settings stand below it");
}

pub(crate) async fn a_save_of_one_row_at_each_depth(lab: &Lab) {
    let boards = lab.with::<Board>(&board::TABLES).await;
    let mut board = lab.saved(&boards, Board::sample(1)).await;
    board.title = "edited".into();
    let report = lab.save(&boards, &mut board).await.unwrap();
    assert_eq!((report.statements, report.rows_written()), (Db::save_budget(0), 1));
    board.lists[0].name = "edited".into();
    let report = lab.save(&boards, &mut board).await.unwrap();
    assert_eq!(report.rows_written(), 2);
    assert!(
        report.statements <= Db::save_budget(0) + 1,
        "one UPDATE more on an engine of several statements"
    );
    board.lists[1].cards[1].steps[1].done = true;
    let report = lab.save(&boards, &mut board).await.unwrap();
    assert_eq!(report.rows_written(), 2);
    assert!(report.statements <= Db::save_budget(0) + 1);
}

pub(crate) async fn a_save_of_many_rows_in_many_tables(lab: &Lab) {
    let boards = lab.with::<Board>(&board::TABLES).await;
    let mut board = lab.saved(&boards, Board::sample(1)).await;
    for list in &mut board.lists {
        list.name.push('!');
        for card in &mut list.cards {
            card.points += 1;
            card.steps.iter_mut().for_each(|step| step.done = !step.done);
        }
    }
    board.cover = None;
    board.lists[0].cards.push(Card { steps: vec![Step::new(1), Step::new(2)], ..Card::empty(1) });
    board.lists[1].cards.remove(0);
    board.lists.push(List::empty(3));
    // 1 root, 3 lists, 5 cards, 1 + 1 badge and cover, 10 steps; `save` holds the budget of the 5 tables below the root.
    let report = lab.save(&boards, &mut board).await.unwrap();
    assert_eq!(report.rows_written(), 1 + 3 + 5 + 1 + 1 + 10);
    assert_eq!(lab.written().await.len() as u64, report.rows_written());
}

/// A table that loses, keeps and gains rows, of which one receives rows that move, takes four statements.
pub(crate) async fn a_new_parent_that_receives_moved_rows(lab: &Lab) {
    let boards = lab.with::<Board>(&board::TABLES).await;
    let mut board = lab.saved(&boards, Board::sample(1)).await;
    let card = board.lists[0].cards.remove(0);
    board.lists[0].name.push('!');
    board.lists.remove(1);
    board.lists.push(List { cards: vec![card], ..List::empty(3) });
    board.lists.push(List::empty(4));
    drop(lab.sent());
    let report = boards.save(&mut board).await.unwrap();
    let lists = report.table("lists");
    assert_eq!((lists.inserted, lists.updated, lists.deleted), (2, 1, 1));
    let several = lab.sent().iter().filter(|sent| sent.sql.contains("lists")).count();
    assert!(several == 4 || report.statements == 1, "{several} statements for the lists");
}

pub(crate) async fn a_delete(lab: &Lab) {
    let boards = lab.with::<Board>(&board::TABLES).await;
    let mut board = lab.saved(&boards, Board::sample(1)).await;
    let report = boards.delete(&mut board).await.unwrap();
    let sent = lab.sent();
    assert_eq!(report.statements, sent.len() as u64);
    assert!(report.statements <= Db::delete_budget(8), "{sent:#?}");
}

pub(crate) async fn a_touch(lab: &Lab) {
    let boards = lab.with::<Board>(&board::TABLES).await;
    let mut board = lab.saved(&boards, Board::sample(1)).await;
    let report = boards.touch(&mut board).await.unwrap();
    assert_eq!(report.statements, lab.sent().len() as u64);
    assert_eq!((report.statements, report.rows_written()), (Db::save_budget(0), 1));
}

/// More rows than one statement can bind: chunks inside one transaction, one bump.
pub(crate) async fn a_save_beyond_the_bind_limit(lab: &Lab) {
    const MANY: i32 = 18_000;
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    let mut invoice =
        Tracked::new(Invoice { lines: (0..MANY).map(Line::plain).collect(), ..Invoice::empty(1) });
    let report = invoices.save(&mut invoice).await.unwrap();
    assert_eq!(report.rows_written(), 1 + u64::try_from(MANY).unwrap());
    assert_eq!(invoices.get(&InvoiceId(1)).await.unwrap().lines.len(), invoice.lines.len());
    invoice.lines.iter_mut().for_each(|line| line.quantity += 1);
    let report = invoices.save(&mut invoice).await.unwrap();
    assert_eq!((report.new_version.get(), report.table("lines").updated), (1, u64::try_from(MANY).unwrap()));
    invoice.lines.clear();
    let report = invoices.save(&mut invoice).await.unwrap();
    assert_eq!((report.new_version.get(), report.table("lines").deleted), (2, u64::try_from(MANY).unwrap()));
    assert_eq!(
        (lab.cell("SELECT version FROM invoices").await.as_str(), lab.count("\"lines\"").await),
        ("2", 0)
    );
}

/// The version is checked in chunks too: nothing of a stale save of many rows is stored.
pub(crate) async fn a_stale_save_beyond_the_bind_limit(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    let mut winner = lab.saved(&invoices, Invoice::empty(1)).await;
    let mut loser = winner.clone();
    winner.total = 1;
    lab.save(&invoices, &mut winner).await.unwrap();
    lab.forget().await;
    loser.lines = (0..18_000).map(Line::plain).collect();
    super::conflict(invoices.save(&mut loser).await);
    assert_eq!(lab.written().await, [""; 0]);
}
