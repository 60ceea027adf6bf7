//! For each of several aggregates two states of one id that differ in every column and in every collection, as the conformance
//! suite asks for them.

use super::basket::{Basket, Item};
use super::board::{Board, Card, Cover, List, Quota, Settings, Step};
use super::comment::{Comment, Mood, Post};
use super::document::{Answer, Document, Mark, Remark, Section, Thanks};
use super::invoice::{Allocation, Batch, Invoice, Line};
use super::ticket::{Reaction, Reply, Ticket};

#[must_use]
pub fn invoices() -> [Invoice; 2] {
    let one = Invoice::sample(1);
    let mut other = one.clone();
    (other.customer, other.total) = (8, 40);
    let line = &mut other.lines[0];
    (line.track, line.quantity) = ("another".to_owned(), 9);
    line.allocations[0].amount = 6;
    line.allocations[0].batches[0].pieces = 2;
    line.allocations[0].batches[1] = Batch::new("c");
    line.allocations[1] = Allocation::sample(3);
    other.lines[1] = Line::sample(3);
    [one, other]
}

/// Every child field has something in both, and rows have other values.
#[must_use]
pub fn boards() -> [Board; 2] {
    let one = Board::sample(1);
    let mut other = one.clone();
    other.title = "another".into();
    other.settings.theme = "light".into();
    other.cover = Some(Cover { id: 1, url: "b".to_owned() });
    let list = &mut other.lists[0];
    list.name = "another".into();
    list.quota = Some(Box::new(Quota { id: 11, most: None }));
    let card = &mut list.cards[0];
    (card.text, card.points) = ("another".to_owned(), 5);
    card.badge.as_mut().expect("the sample has one").label = "old".into();
    card.steps[0].done = true;
    card.steps[1] = Step::new(1119);
    list.cards[1] = Card::sample(119);
    other.lists[1] = List::sample(19);
    [one, other]
}

/// Fields that hold one row hold another one or none, and rows stand under other parents.
#[must_use]
pub fn rearranged_boards() -> [Board; 2] {
    let one = Board::sample(1);
    let mut other = one.clone();
    other.title = "another".into();
    other.settings = Box::new(Settings { id: 9, theme: "light".to_owned() });
    other.cover = None;
    other.lists[0].quota = None;
    other.lists[1].quota = Some(Box::new(Quota { id: 19, most: Some(1) }));
    other.lists[0].cards[0].badge = None;
    let moved = other.lists[0].cards[0].steps.pop().expect("the sample has two");
    other.lists[0].cards[1].steps.push(moved);
    other.lists[0].cards[1].steps.remove(0);
    let moved = other.lists[1].cards.pop().expect("the sample has two");
    other.lists[0].cards.push(moved);
    other.lists[0].cards.push(Card::empty(119));
    other.lists.push(List::empty(13));
    [one, other]
}

#[must_use]
pub fn posts() -> [Post; 2] {
    let one = Post::sample(1);
    let mut other = one.clone();
    other.title = "another".into();
    other.comments[0].text = "another".into();
    other.comments[1] = Comment { id: 19, text: "new".to_owned() };
    other.mood = Some(Mood { id: 1, text: "bad".to_owned() });
    [one, other]
}

/// What is written once differs too, in rows that both have and in others.
#[must_use]
pub fn tickets() -> [Ticket; 2] {
    let one = Ticket::sample(1);
    let mut other =
        Ticket { opened_by: "nobody".to_owned(), title: "another".to_owned(), seen: 3, ..one.clone() };
    let reply = &mut other.replies[0];
    (reply.author, reply.text) = ("nobody".to_owned(), "another".to_owned());
    reply.reactions[0].number = 2;
    reply.reactions.push(Reaction { ticket: 1, reply: 1, sign: "-".to_owned(), number: 1 });
    other.replies[1] = Reply { author: "nobody".to_owned(), ..Reply::sample(1, 3) };
    [one, other]
}

/// What is `unversioned` differs too, and so does what stands below it.
#[must_use]
pub fn documents() -> [Document; 2] {
    let one = Document::sample(1);
    let mut other = one.clone();
    (other.title, other.views) = ("another".to_owned(), 7);
    let section = &mut other.sections[0];
    (section.text, section.likes) = ("another".to_owned(), 2);
    (section.note, section.tags) = (Some("note".to_owned()), vec!["a".to_owned()]);
    section.marks[0].color = "blue".into();
    section.marks.push(Mark { who: "bob".to_owned(), color: "red".to_owned() });
    other.sections[1] = Section::sample(3);
    let remark = &mut other.remarks[0];
    (remark.text, remark.stars) = ("another".to_owned(), 5);
    remark.answers[0].text = "another".into();
    remark.answers[0].thanks.push(Thanks { id: 1, who: "ann".to_owned() });
    remark.answers.push(Answer::plain(1019));
    other.remarks[1] = Remark::sample(109);
    [one, other]
}

/// No column and no item can change by itself: the pieces are those of the items.
#[must_use]
pub fn baskets() -> [Basket; 2] {
    let one = Basket::sample(1);
    let items = vec![Item { no: 1, pieces: 4 }, Item { no: 3, pieces: 9 }];
    let other = Basket { pieces: 13, items, ..one.clone() };
    [one, other]
}
