//! Columns that are written once or never, and fields that are no columns.

use aggregate_core::{Error, Tracked, Version};
use aggregate_tests::assert_refused;
use aggregate_tests::model::ticket::{self, Reaction, Reply, Ticket};

use super::{Lab, Repo};

async fn tickets(lab: &Lab) -> (Repo<Ticket>, Tracked<Ticket>) {
    let tickets = lab.with::<Ticket>(&ticket::TABLES).await;
    lab.saved(&tickets, Ticket::sample(1)).await;
    let ticket = tickets.get(&1).await.unwrap();
    lab.forget().await;
    (tickets, ticket)
}

pub(crate) async fn an_insert_only_column_cannot_change(lab: &Lab) {
    let (tickets, mut ticket) = tickets(lab).await;
    ticket.opened_by = "someone else".into();
    assert_refused!(
        lab.save(&tickets, &mut ticket).await,
        Error::InsertOnly { table: "ticket", column: "opened_by", id } if id == "1"
    );
    ticket.opened_by = "someone".into();
    ticket.replies[1].author = "someone else".into();
    assert_refused!(
        lab.save(&tickets, &mut ticket).await,
        Error::InsertOnly { table: "reply", column: "author", id } if id == "2"
    );
    assert_eq!(lab.sent(), [], "nothing is sent");
    assert_eq!(lab.cell("SELECT version FROM ticket").await, "0");
}

pub(crate) async fn an_insert_only_column_is_written_with_its_row(lab: &Lab) {
    let (tickets, mut ticket) = tickets(lab).await;
    ticket.replies.push(Reply { author: "third".to_owned(), ..Reply::sample(1, 3) });
    ticket.replies[0].text = "edited".into();
    lab.save(&tickets, &mut ticket).await.unwrap();
    assert_eq!(lab.rows("SELECT author FROM reply ORDER BY no").await, ["someone", "someone", "third"]);
    assert_eq!(*tickets.get(&1).await.unwrap(), *ticket);
}

pub(crate) async fn a_read_only_column_is_never_written(lab: &Lab) {
    let (tickets, mut ticket) = tickets(lab).await;
    assert_eq!(ticket.serial.as_deref(), Some("T-1"), "the database's own default");
    ticket.serial = Some("by hand".to_owned());
    assert!(!ticket.is_dirty());
    assert!(lab.save(&tickets, &mut ticket).await.unwrap().is_noop());
    ticket.title = "edited".into();
    lab.save(&tickets, &mut ticket).await.unwrap();
    assert_eq!(lab.rows("SELECT serial, title FROM ticket").await, ["T-1|edited"]);
}

pub(crate) async fn a_skipped_field_is_no_column(lab: &Lab) {
    let (tickets, mut ticket) = tickets(lab).await;
    ticket.seen = 5;
    assert!(!ticket.is_dirty());
    assert!(lab.save(&tickets, &mut ticket).await.unwrap().is_noop());
    ticket.title = "edited".into();
    lab.save(&tickets, &mut ticket).await.unwrap();
    assert_eq!((ticket.seen, tickets.get(&1).await.unwrap().seen), (5, 0));
}

pub(crate) async fn a_parent_field_is_filled_on_load(lab: &Lab) {
    let (_, ticket) = tickets(lab).await;
    assert_eq!(ticket.replies[1].ticket, 1);
    assert_eq!((ticket.replies[1].reactions[0].ticket, ticket.replies[1].reactions[0].reply), (1, 2));
}

pub(crate) async fn a_parent_field_must_name_the_parent(lab: &Lab) {
    let (tickets, mut ticket) = tickets(lab).await;
    ticket.replies.push(Reply { ticket: 2, ..Reply::sample(1, 3) });
    assert_refused!(
        lab.save(&tickets, &mut ticket).await,
        Error::ParentMismatch { table: "reply", field: "ticket", id } if id == "3"
    );
    ticket.replies.pop();
    let stray = Reaction { ticket: 1, reply: 1, sign: "-".to_owned(), number: 1 };
    ticket.replies[1].reactions.push(stray);
    assert_refused!(
        lab.save(&tickets, &mut ticket).await,
        Error::ParentMismatch { table: "reaction", field: "reply", .. }
    );
    assert_eq!(lab.sent(), []);
    ticket.replies[1].reactions[1].reply = 2;
    assert_eq!(lab.save(&tickets, &mut ticket).await.unwrap().new_version.get(), 1);
}

pub(crate) async fn a_parent_field_of_a_new_aggregate_must_agree_too(lab: &Lab) {
    let (tickets, _) = tickets(lab).await;
    let mut new = Tracked::new(Ticket { id: 2, ..Ticket::sample(1) });
    assert_refused!(
        lab.save(&tickets, &mut new).await,
        Error::ParentMismatch { table: "reply", field: "ticket", .. }
    );
    assert_eq!((lab.sent(), new.version()), (vec![], Version::UNSAVED));
}

pub(crate) async fn an_edited_parent_field_alone_is_refused(lab: &Lab) {
    let (tickets, mut ticket) = tickets(lab).await;
    ticket.replies[0].ticket = 9;
    assert_refused!(
        lab.save(&tickets, &mut ticket).await,
        Error::ParentMismatch { table: "reply", field: "ticket", .. }
    );
}
