//! Random edits of a board. Numbers are taken modulo what there is, so that any list of edits can be applied.

use aggregate_tests::model::board::{Badge, Board, Card, Cover, List, Quota, Settings, Step};
use proptest::prelude::*;

/// One edit. `at` and `to` choose a row among those that there are, `id` an id that may have been used before.
#[derive(Clone, Debug)]
pub(crate) enum Edit {
    Title { text: u8 },
    Theme { text: u8 },
    NewSettings { id: u8 },
    Cover { id: u8, text: u8 },
    NoCover,
    AddList { id: u8 },
    RemoveList { at: u8 },
    RenameList { at: u8, text: u8 },
    RenewList { at: u8, id: u8 },
    ReverseLists,
    Quota { at: u8, id: u8, most: Option<u8> },
    Most { at: u8, most: Option<u8> },
    MoveQuota { at: u8, to: u8 },
    NoQuota { at: u8 },
    AddCard { at: u8, id: u8 },
    RemoveCard { at: u8 },
    RewriteCard { at: u8, text: u8, points: u8 },
    MoveCard { at: u8, to: u8 },
    RenewCard { at: u8, id: u8 },
    ClearCards { at: u8 },
    SwapCards { at: u8, to: u8 },
    Badge { at: u8, id: u8, text: u8 },
    MoveBadge { at: u8, to: u8 },
    AddStep { at: u8, id: u8 },
    ToggleStep { at: u8 },
    MoveStep { at: u8, to: u8 },
    RemoveStep { at: u8 },
    EqualValue,
}

/// Edits between two saves.
pub(crate) fn edits() -> impl Strategy<Value = Vec<Edit>> {
    // A save of what the version does not guard, and of nothing else, is too rare to wait for.
    let unversioned =
        (0..12_u8, 0..3_u8).prop_map(|(at, text)| vec![Edit::Most { at, most: (text > 0).then_some(text) }]);
    prop_oneof![7 => prop::collection::vec(edit(), 0..8), 1 => unversioned]
}

fn edit() -> impl Strategy<Value = Edit> {
    // A small alphabet, so that equal values come back often.
    let (at, to, id, text) = (0..12_u8, 0..12_u8, 0..30_u8, 0..3_u8);
    let row = (at, to, id, text).prop_map(|(at, to, id, text)| (at, to, id, text));
    (0..34_u8, row).prop_map(|(kind, (at, to, id, text))| match kind {
        0 => Edit::Title { text },
        1 => Edit::Theme { text },
        2 => Edit::NewSettings { id },
        3 => Edit::Cover { id, text },
        4 => Edit::NoCover,
        5 | 6 => Edit::AddList { id },
        7 => Edit::RemoveList { at },
        8 => Edit::RenameList { at, text },
        9 => Edit::RenewList { at, id },
        10 => Edit::ReverseLists,
        11 => Edit::Quota { at, id, most: (text > 0).then_some(text) },
        12 => Edit::MoveQuota { at, to },
        13 => Edit::NoQuota { at },
        14..=17 => Edit::AddCard { at, id },
        18 => Edit::RemoveCard { at },
        19 | 20 => Edit::RewriteCard { at, text, points: text },
        21 => Edit::MoveCard { at, to },
        22 => Edit::RenewCard { at, id },
        23 => Edit::ClearCards { at },
        24 => Edit::SwapCards { at, to },
        25 => Edit::Badge { at, id, text },
        26 => Edit::MoveBadge { at, to },
        27..=29 => Edit::AddStep { at, id },
        30 => Edit::ToggleStep { at },
        31 => Edit::MoveStep { at, to },
        32 => Edit::RemoveStep { at },
        _ => Edit::EqualValue,
    })
}

/// The row that a number chooses, if there is any.
fn nth<T>(rows: impl IntoIterator<Item = T>, at: u8) -> Option<T> {
    let mut rows: Vec<T> = rows.into_iter().collect();
    let at = usize::from(at).checked_rem(rows.len())?;
    Some(rows.swap_remove(at))
}

/// The id that a number chooses, or the first one after it that no row has.
fn free(id: u8, taken: &[i64]) -> i64 {
    (i64::from(id)..i64::MAX).find(|id| !taken.contains(id)).unwrap_or_default()
}

impl Edit {
    pub(crate) fn apply(&self, board: &mut Board) {
        match *self {
            Self::Title { text } => board.title = word(text),
            Self::Theme { text } => board.settings.theme = word(text),
            Self::NewSettings { id } => {
                *board.settings = Settings { id: free(id, &[board.settings.id]), theme: word(id % 3) };
            }
            Self::Cover { id, text } => board.cover = Some(Cover { id: id.into(), url: word(text) }),
            Self::NoCover => board.cover = None,
            Self::EqualValue => *board = board.clone(),
            _ => self.apply_to_lists(&mut board.lists),
        }
    }

    fn apply_to_lists(&self, lists: &mut Vec<List>) {
        let ids: Vec<_> = lists.iter().map(|list| list.id).collect();
        let quotas: Vec<_> =
            lists.iter().filter_map(|list| list.quota.as_ref()).map(|quota| quota.id).collect();
        match *self {
            Self::AddList { id } => lists.push(List::empty(free(id, &ids))),
            Self::RemoveList { at } => drop(nth(0..lists.len(), at).map(|at| lists.remove(at))),
            Self::ReverseLists => lists.reverse(),
            Self::MoveQuota { at, to } => {
                let quota = nth(lists.iter_mut(), at).and_then(|list| list.quota.take());
                if let (Some(quota), Some(list)) = (quota, nth(lists, to)) {
                    list.quota = Some(quota);
                }
            }
            Self::RenameList { at, text } => with(nth(lists, at), |list| list.name = word(text)),
            Self::RenewList { at, id } => with(nth(lists, at), |list| list.id = free(id, &ids)),
            Self::Quota { at, id, most } => with(nth(lists, at), |list| {
                let kept = list.quota.as_ref().map(|quota| quota.id);
                let id = kept.unwrap_or_else(|| free(id, &quotas));
                list.quota = Some(Box::new(Quota { id, most: most.map(i32::from) }));
            }),
            Self::Most { at, most } => {
                let quotas = lists.iter_mut().filter_map(|list| list.quota.as_mut());
                with(nth(quotas, at), |quota| quota.most = most.map(i32::from));
            }
            Self::NoQuota { at } => with(nth(lists, at), |list| list.quota = None),
            _ => self.apply_to_cards(lists),
        }
    }

    fn apply_to_cards(&self, lists: &mut Vec<List>) {
        let ids: Vec<_> = lists.iter().flat_map(|list| &list.cards).map(|card| card.id).collect();
        match *self {
            Self::AddCard { at, id } => with(nth(lists, at), |list| {
                list.cards.push(Card::empty(free(id, &ids)));
            }),
            Self::ClearCards { at } => with(nth(lists, at), |list| list.cards.clear()),
            Self::RemoveCard { at } => drop(take_card(lists, at)),
            Self::MoveCard { at, to } => {
                if let (Some(card), Some(list)) = (take_card(lists, at), nth(lists, to)) {
                    list.cards.insert(0, card);
                }
            }
            Self::SwapCards { at, to } => {
                let places = (nth(0..lists.len(), at), nth(0..lists.len(), to));
                if let (Some(at), Some(to)) = places
                    && let Ok([one, other]) = lists.get_disjoint_mut([at, to])
                {
                    std::mem::swap(&mut one.cards, &mut other.cards);
                }
            }
            _ => {
                let mut cards: Vec<_> = lists.iter_mut().flat_map(|list| &mut list.cards).collect();
                self.apply_to_rows_of_cards(&mut cards, &ids);
            }
        }
    }

    fn apply_to_rows_of_cards(&self, cards: &mut [&mut Card], ids: &[i64]) {
        let badges: Vec<_> =
            cards.iter().filter_map(|card| card.badge.as_ref()).map(|badge| badge.id).collect();
        let steps: Vec<_> = cards.iter().flat_map(|card| &card.steps).map(|step| step.id).collect();
        match *self {
            Self::RewriteCard { at, text, points } => with(nth(cards, at), |card| {
                card.text = word(text);
                card.points = points.into();
            }),
            Self::RenewCard { at, id } => with(nth(cards, at), |card| card.id = free(id, ids)),
            Self::Badge { at, id, text } => with(nth(cards, at), |card| {
                card.badge = Some(Badge { id: free(id, &badges), label: word(text) });
            }),
            Self::MoveBadge { at, to } => {
                let badge = nth(cards.iter_mut(), at).and_then(|card| card.badge.take());
                with(nth(cards, to), |card| card.badge = badge);
            }
            Self::AddStep { at, id } => with(nth(cards, at), |card| {
                card.steps.push(Step::new(free(id, &steps)));
            }),
            Self::ToggleStep { at } => {
                with(nth(cards.iter_mut().flat_map(|card| &mut card.steps), at), |step| {
                    step.done = !step.done;
                });
            }
            Self::MoveStep { at, to } => {
                if let (Some(step), Some(card)) = (take_step(cards, at), nth(cards, to)) {
                    card.steps.push(step);
                }
            }
            Self::RemoveStep { at } => drop(take_step(cards, at)),
            _ => {}
        }
    }
}

fn with<T>(row: Option<T>, edit: impl FnOnce(T)) {
    if let Some(row) = row {
        edit(row);
    }
}

fn word(text: u8) -> String {
    ["", "a", "b"][usize::from(text) % 3].to_owned()
}

fn take_card(lists: &mut [List], at: u8) -> Option<Card> {
    let places =
        lists.iter().enumerate().flat_map(|(list, row)| (0..row.cards.len()).map(move |card| (list, card)));
    let (list, card) = nth(places, at)?;
    Some(lists[list].cards.remove(card))
}

fn take_step(cards: &mut [&mut Card], at: u8) -> Option<Box<Step>> {
    let places =
        cards.iter().enumerate().flat_map(|(card, row)| (0..row.steps.len()).map(move |step| (card, step)));
    let (card, step) = nth(places, at)?;
    Some(cards[card].steps.remove(step))
}
