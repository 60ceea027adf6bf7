//! What the version does not guard.

use super::super::diff;
use crate::{Aggregate, Entity, Tracked, Version};

#[derive(Aggregate, Clone, Debug)]
struct Page {
    #[id]
    id: i64,
    #[version]
    version: Version,
    title: String,
    #[column(unversioned)]
    views: i64,
    #[child]
    sections: Vec<Section>,
    #[child(unversioned)]
    remarks: Vec<Remark>,
}

#[derive(Entity, Clone, Debug)]
struct Section {
    #[id]
    id: i64,
    text: String,
    #[column(unversioned)]
    likes: i64,
    #[child]
    links: Vec<Link>,
}

#[derive(Entity, Clone, Debug)]
struct Link {
    #[id]
    id: i64,
    #[column(unversioned)]
    clicks: i64,
}

#[derive(Entity, Clone, Debug)]
struct Remark {
    #[id]
    id: i64,
    text: String,
    #[child]
    answers: Vec<Answer>,
}

#[derive(Entity, Clone, Debug)]
struct Answer {
    #[id]
    id: i64,
    text: String,
}

fn page() -> Page {
    let section = |id| Section {
        id,
        text: String::from("text"),
        likes: 0,
        links: vec![Link { id: id * 10, clicks: 0 }],
    };
    let answer = |id| Answer { id, text: String::from("text") };
    let remark = |id| Remark { id, text: String::from("text"), answers: vec![answer(id * 10)] };
    Page {
        id: 1,
        version: Version::INITIAL,
        title: String::from("title"),
        views: 0,
        sections: vec![section(1), section(2)],
        remarks: vec![remark(1), remark(2)],
    }
}

type Change = fn(&mut Page);

/// Whether the change is seen, and whether it bumps.
fn judged(change: impl Fn(&mut Page)) -> (bool, bool) {
    let mut new = page();
    change(&mut new);
    let diff = diff(Some(&page()), &new).unwrap();
    let mut tracked = Tracked::loaded(page());
    change(&mut tracked);
    assert_eq!(tracked.is_dirty(), !diff.is_empty());
    assert_eq!(tracked.changes().unwrap().is_empty(), diff.is_empty());
    (!diff.is_empty(), diff.bumps)
}

#[test]
fn unversioned_changes_are_seen_and_bump_nothing() {
    let changes: [(&str, Change); 9] = [
        ("the root's column", |page| page.views += 1),
        ("a column below", |page| page.sections[1].likes += 1),
        ("a column two below", |page| page.sections[1].links[0].clicks += 1),
        ("an edited row", |page| page.remarks[0].text.clear()),
        ("an added row", |page| page.remarks[0].answers.push(Answer { id: 9, text: String::new() })),
        ("a removed row", |page| drop(page.remarks.remove(0))),
        ("an edited row below", |page| page.remarks[1].answers[0].text.clear()),
        ("a moved row below", |page| {
            let answer = page.remarks[0].answers.remove(0);
            page.remarks[1].answers.push(answer);
        }),
        ("a new id", |page| page.remarks[0].id = 7),
    ];
    for (what, change) in changes {
        assert_eq!(judged(change), (true, false), "{what}");
    }
    assert_eq!(judged(|_| ()), (false, false));
}

#[test]
fn versioned_changes_bump_whatever_else_changed() {
    let changes: [(&str, Change); 7] = [
        ("the root's column", |page| page.title.clear()),
        ("a column", |page| page.sections[0].text.clear()),
        ("an added row", |page| {
            page.sections[0].links.push(Link { id: 9, clicks: 0 });
        }),
        ("a removed row", |page| page.sections[0].links.clear()),
        ("a moved row", |page| {
            let link = page.sections[0].links.remove(0);
            page.sections[1].links.push(link);
        }),
        ("a new id", |page| page.sections[0].links[0].id = 9),
        ("one among many", |page| {
            page.sections[0].likes += 1;
            page.sections[1].text.clear();
        }),
    ];
    for (what, change) in changes {
        assert_eq!(judged(change), (true, true), "{what}");
        let with_more = |page: &mut Page| {
            page.views += 1;
            page.remarks.clear();
            change(page);
        };
        assert_eq!(judged(with_more), (true, true), "{what}, and unversioned ones");
    }
    assert!(diff(None, &page()).unwrap().bumps, "a new aggregate");
}
