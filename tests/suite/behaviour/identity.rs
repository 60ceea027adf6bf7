//! Who an aggregate is, is what was loaded: a value put in its place is refused; a new id below the root is another row.

use aggregate_core::{Error, Tracked, Version};
use aggregate_tests::assert_refused;
use aggregate_tests::model::board::{self, Board, Card};
use aggregate_tests::model::invoice::{self, Invoice, InvoiceId};
use aggregate_tests::model::shipment::{self, Shipment};

use super::Lab;

pub(crate) async fn another_value_assigned_is_refused(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    let other = lab.saved(&invoices, Invoice::sample(2)).await;
    let mut invoice = lab.saved(&invoices, Invoice::sample(1)).await;
    *invoice = (*other).clone();
    assert_refused!(
        lab.save(&invoices, &mut invoice).await,
        Error::IdentityChanged { aggregate: "invoices", loaded, found }
            if loaded == "InvoiceId(1)" && found == "InvoiceId(2)"
    );
    assert_eq!(lab.sent(), [], "nothing is sent");
    assert_eq!(lab.written().await, [""; 0]);
}

pub(crate) async fn swapped_values_are_refused_on_both_sides(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    let mut one = lab.saved(&invoices, Invoice::sample(1)).await;
    let mut two = lab.saved(&invoices, Invoice::sample(2)).await;
    std::mem::swap(&mut *one, &mut *two);
    for tracked in [&mut one, &mut two] {
        assert_refused!(
            lab.save(&invoices, tracked).await,
            Error::IdentityChanged { aggregate: "invoices", .. }
        );
        assert_eq!(lab.sent(), []);
    }
    std::mem::swap(&mut *one, &mut *two);
    one.total = 31;
    assert_eq!(lab.save(&invoices, &mut one).await.unwrap().new_version.get(), 1);
}

pub(crate) async fn swapped_tracked_copies_keep_what_they_are(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    let mut one = lab.saved(&invoices, Invoice::sample(1)).await;
    let mut two = lab.saved(&invoices, Invoice::sample(2)).await;
    std::mem::swap(&mut one, &mut two);
    one.total = 31;
    lab.save(&invoices, &mut one).await.unwrap();
    assert_eq!(lab.written().await, ["invoices U 2"]);
}

pub(crate) async fn an_edited_id_is_refused(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    let mut invoice = lab.saved(&invoices, Invoice::sample(1)).await;
    invoice.id = InvoiceId(9);
    assert_refused!(
        lab.save(&invoices, &mut invoice).await,
        Error::IdentityChanged { loaded, found, .. } if loaded == "InvoiceId(1)" && found == "InvoiceId(9)"
    );
    assert_refused!(invoices.touch(&mut invoice).await, Error::IdentityChanged { .. });
    assert_eq!(lab.sent(), []);
    invoice.id = InvoiceId(1);
    assert!(lab.save(&invoices, &mut invoice).await.unwrap().is_noop());
}

pub(crate) async fn an_edited_part_of_a_composite_id_is_refused(lab: &Lab) {
    let shipments = lab.with::<Shipment>(&shipment::TABLES).await;
    let mut shipment = lab.saved(&shipments, Shipment::sample("north", 1)).await;
    shipment.region = "south".into();
    assert_refused!(
        lab.save(&shipments, &mut shipment).await,
        Error::IdentityChanged { aggregate: "shipment", .. }
    );
    assert_eq!(lab.sent(), []);
}

pub(crate) async fn the_id_of_a_new_aggregate_may_change_until_it_is_saved(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    let mut invoice = Tracked::new(Invoice::sample(1));
    invoice.id = InvoiceId(2);
    assert_eq!(lab.save(&invoices, &mut invoice).await.unwrap().new_version, Version::INITIAL);
    assert_eq!(lab.rows("SELECT id FROM invoices").await, ["2"]);
}

/// The row under the old id goes, one under the new id comes, and what stands below moves, as its ids are its own.
pub(crate) async fn a_new_id_below_the_root_is_another_row(lab: &Lab) {
    let boards = lab.with::<Board>(&board::TABLES).await;
    let mut board = lab.saved(&boards, Board::sample(1)).await;
    board.lists[0].cards[0].id = 115;
    let report = lab.save(&boards, &mut board).await.unwrap();
    assert_eq!(report.new_version.get(), 1);
    let rows = ["badge U 111", "board U 1", "card D 111", "card I 115", "step U 1111", "step U 1112"];
    assert_eq!(lab.written().await, rows);
    board.lists[0].cards.sort_by_key(|card| card.id);
    assert_eq!(*boards.get(&1).await.unwrap(), *board);
}

/// Values may pass between rows: each row keeps its id.
pub(crate) async fn swapped_ids_below_the_root_are_swapped_values(lab: &Lab) {
    let boards = lab.with::<Board>(&board::TABLES).await;
    let mut start = Board::sample(1);
    for list in &mut start.lists {
        list.cards.iter_mut().for_each(|card| *card = Card::empty(card.id));
    }
    let mut board = lab.saved(&boards, start).await;
    board.lists[0].cards[0].id = 112;
    board.lists[0].cards[1].id = 111;
    lab.save(&boards, &mut board).await.unwrap();
    assert_eq!(lab.written().await, ["board U 1", "card U 111", "card U 112"]);
    assert_eq!(
        lab.rows("SELECT text FROM card WHERE list_id = 11 ORDER BY id").await,
        ["card 112", "card 111"]
    );
}
