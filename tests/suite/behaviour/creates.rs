//! A first save adds the aggregate, once.

use aggregate_core::{ConstraintKind, Error, Tracked, Version};
use aggregate_tests::model::bare::{self, Customer};
use aggregate_tests::model::board::{self, Board, Card};
use aggregate_tests::model::invoice::{self, Invoice, InvoiceId};
use aggregate_tests::model::ticket::{self, Ticket};
use aggregate_tests::{Engine, assert_refused};

use super::{Db, Lab};

pub(crate) async fn a_new_aggregate_is_stored_whole(lab: &Lab) {
    let boards = lab.with::<Board>(&board::TABLES).await;
    let mut board = Tracked::new(Board::sample(1));
    let report = lab.save(&boards, &mut board).await.unwrap();
    assert_eq!(report.rows_written(), 1 + 1 + 1 + 2 + 2 + 4 + 4 + 8);
    assert_eq!(report.table("step").inserted, 8);
    let written = lab.written().await;
    assert_eq!(written.len() as u64, report.rows_written());
    assert!(written.iter().all(|row| row.contains(" I ")), "{written:?}");
    assert_eq!(*boards.get(&1).await.unwrap(), *board);
}

pub(crate) async fn the_second_creator_of_an_id_is_told(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    lab.saved(&invoices, Invoice::sample(1)).await;
    let mut second = Tracked::new(Invoice { total: 77, ..Invoice::empty(1) });
    let before = (*second).clone();
    for _ in 0..2 {
        assert_refused!(
            lab.save(&invoices, &mut second).await,
            Error::AlreadyExists { aggregate: "invoices", id, .. } if id == "InvoiceId(1)"
        );
        assert_eq!((second.version(), (*second).clone()), (Version::UNSAVED, before.clone()));
        assert!(second.is_dirty());
    }
    assert_eq!(lab.written().await, [""; 0]);
    assert_eq!(lab.rows("SELECT version, total FROM invoices").await, ["0|30"]);
}

pub(crate) async fn of_many_creators_at_once_one_succeeds(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    for id in 1..=10 {
        let mut creators = tokio::task::JoinSet::new();
        for writer in 0..8 {
            let invoices = invoices.clone();
            creators.spawn(async move {
                let mut new = Tracked::new(Invoice { customer: writer, ..Invoice::sample(id) });
                invoices.save(&mut new).await.map(|_| writer)
            });
        }
        let mut winners = vec![];
        for result in creators.join_all().await {
            match result {
                Ok(writer) => winners.push(writer),
                Err(error) => assert!(matches!(error, Error::AlreadyExists { .. }), "{error:?}"),
            }
        }
        assert_eq!(winners.len(), 1);
        assert_eq!(invoices.get(&InvoiceId(id)).await.unwrap().customer, winners[0]);
    }
}

pub(crate) async fn another_unique_column_is_not_the_id(lab: &Lab) {
    let customers = lab.with::<Customer>(&bare::TABLES).await;
    lab.saved(&customers, Customer::new(1, "taken")).await;
    let mut second = Tracked::new(Customer::new(2, "taken"));
    let error = lab.save(&customers, &mut second).await.unwrap_err();
    assert!(!error.to_string().contains("taken"), "no values in messages");
    assert!(std::error::Error::source(&error).is_some(), "what the engine said is kept");
    let Error::ConstraintViolated { table, constraint, kind: ConstraintKind::Unique, .. } = error else {
        panic!("{error:?}");
    };
    if Db::NAMES_CONSTRAINTS {
        assert_eq!(
            (table.as_deref(), constraint.as_deref()),
            (Some("customers"), Some("customers_name_key"))
        );
    }
    assert_eq!(second.version(), Version::UNSAVED);
    assert_eq!(lab.written().await, [""; 0]);
    second.name = "free".into();
    assert_eq!(lab.save(&customers, &mut second).await.unwrap().new_version, Version::INITIAL);
}

pub(crate) async fn a_refused_row_below_leaves_nothing_of_the_aggregate(lab: &Lab) {
    let boards = lab.with::<Board>(&board::TABLES).await;
    lab.saved(&boards, Board::sample(1)).await;
    let mut board = Board::sample(2);
    board.lists[1].cards[1] = Card::empty(111);
    let mut board = Tracked::new(board);
    assert_refused!(
        lab.save(&boards, &mut board).await,
        Error::ConstraintViolated { kind: ConstraintKind::Unique, .. }
    );
    assert_eq!(lab.written().await, [""; 0]);
    assert_eq!(board.version(), Version::UNSAVED);
}

pub(crate) async fn a_refused_row_leaves_nothing_of_a_later_save(lab: &Lab) {
    let tickets = lab.with::<Ticket>(&ticket::TABLES).await;
    let mut ticket = lab.saved(&tickets, Ticket::sample(1)).await;
    ticket.title = "forbidden".into();
    ticket.replies[0].text = "edited".into();
    ticket.replies.remove(1);
    let edited = (*ticket).clone();
    let error = lab.save(&tickets, &mut ticket).await.unwrap_err();
    assert!(matches!(error, Error::ConstraintViolated { kind: ConstraintKind::Check, .. }), "{error:?}");
    assert_eq!(lab.written().await, [""; 0]);
    assert_eq!((ticket.version(), ticket.is_dirty(), (*ticket).clone()), (Version::INITIAL, true, edited));
    ticket.title = "allowed".into();
    assert_eq!(lab.save(&tickets, &mut ticket).await.unwrap().new_version.get(), 1);
    assert_eq!(
        *tickets.get(&1).await.unwrap(),
        Ticket { serial: Some("T-1".to_owned()), ..(*ticket).clone() }
    );
}

pub(crate) async fn what_is_not_there_is_not_found(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    assert!(invoices.find(&InvoiceId(5)).await.unwrap().is_none());
    let error = invoices.get(&InvoiceId(5)).await.unwrap_err();
    assert_eq!(error.to_string(), "not found: there is no `invoices` InvoiceId(5)");
    assert!(matches!(error, Error::NotFound { aggregate: "invoices", .. }));
}
