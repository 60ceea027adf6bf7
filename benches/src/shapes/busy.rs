//! How many texts a busy application sends, beside what a connection keeps prepared.

use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use aggregate_core::{Persist, SqlRepository};
use sqlx::Pool;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::hand::Hand;
use crate::orders::Numbers;
use crate::{Failure, ours};

/// What a connection of sqlx's keeps, unless it is told otherwise.
const CACHE: usize = 100;

const SAVES: usize = 3000;

/// A statement that was sent: the hash of its text, and whether the connection was to keep it prepared.
type Sent = (u64, bool);

static SENT: Mutex<Vec<Sent>> = Mutex::new(Vec::new());

/// Hears what the library sends from here on.
pub(super) fn listen() -> Result<(), Failure> {
    Ok(tracing::subscriber::set_global_default(Listener)?)
}

/// What was counted on one database.
pub(super) struct Counted {
    database: &'static str,
    /// The statements with values.
    sent: usize,
    /// The different texts among them.
    texts: usize,
    /// How many were prepared for once, since others are more common.
    rare: usize,
    /// The different texts that were kept.
    kept: usize,
    /// How often one that was kept had been crowded out of the last [`CACHE`] when it came again.
    crowded_out: usize,
}

impl Counted {
    fn of(database: &'static str, sent: &[Sent]) -> Self {
        let kept: Vec<u64> = sent.iter().filter(|(_, kept)| *kept).map(|(text, _)| *text).collect();
        let all: Vec<u64> = sent.iter().map(|(text, _)| *text).collect();
        Self {
            database,
            sent: sent.len(),
            texts: different(&all),
            rare: sent.len() - kept.len(),
            kept: different(&kept),
            crowded_out: missed(&kept, CACHE) - different(&kept),
        }
    }

    /// Whether nearly all that is kept stays kept, for at most a hundredth of the statements is crowded out.
    pub(super) fn is_bounded(&self) -> bool {
        self.crowded_out * 100 <= self.sent
    }
}

/// Loads and saves orders with changes of all kinds, as users make them: mostly one, seldom many.
pub(super) async fn count<DB: Hand>(pool: &Pool<DB>) -> Result<Counted, Failure>
where
    ours::Order: Persist<DB>,
{
    DB::fill(pool).await?;
    let ids = DB::ids(pool, 100).await?;
    let orders: SqlRepository<ours::Order, DB> = SqlRepository::new(pool.clone());
    let mut numbers = Numbers::new(5);
    sent().clear();
    for _ in 0..SAVES {
        let mut stored = orders.get(&ids[numbers.below(ids.len())]).await?;
        for _ in 0..=numbers.below(3) {
            edit(&mut stored, &mut numbers);
        }
        orders.save(&mut stored).await?;
    }
    Ok(Counted::of(DB::TITLE, &sent()))
}

/// One change.
fn edit(order: &mut ours::Order, numbers: &mut Numbers) {
    let few = 1 + if numbers.below(4) == 0 { numbers.below(6) } else { 0 };
    match numbers.below(10) {
        0 => order.status.push('.'),
        1 => {
            order.total += 1;
            order.status.push('!');
        }
        2 => order.customer.push('.'),
        3..=5 => {
            let column = numbers.below(4);
            for line in order.lines.iter_mut().take(few) {
                match column {
                    0 => line.qty += 1,
                    1 => line.price += 1,
                    2 => line.note = Some(format!("note {}", line.qty)),
                    _ => {
                        line.qty += 1;
                        line.price += 1;
                    }
                }
            }
        }
        6 => {
            let lines = crate::orders::order(numbers.number(), few, 2, 0).lines;
            order.lines.extend(lines.iter().map(ours::Line::from));
        }
        7 if order.lines.len() > few + 3 => drop(order.lines.drain(..few)),
        8 => {
            let notes = crate::orders::order(numbers.number(), 0, 0, few).notes;
            order.notes.extend(notes.iter().map(|note| ours::Note { id: note.id, body: note.body.clone() }));
        }
        _ => {
            let allocations = order.lines.iter_mut().flat_map(|line| &mut line.allocations);
            allocations.take(few).for_each(|allocation| allocation.qty += 1);
        }
    }
}

fn different(sent: &[u64]) -> usize {
    let mut texts = sent.to_vec();
    texts.sort_unstable();
    texts.dedup();
    texts.len()
}

/// How many were not among the last so many different ones, which is what a connection keeps prepared.
fn missed(sent: &[u64], kept: usize) -> usize {
    let mut cache: Vec<u64> = Vec::new();
    let mut missed = 0;
    for text in sent {
        match cache.iter().position(|other| other == text) {
            Some(at) => drop(cache.remove(at)),
            None => missed += 1,
        }
        cache.push(*text);
        if cache.len() > kept {
            cache.remove(0);
        }
    }
    missed
}

pub(super) fn markdown(counted: &[Counted]) -> Result<String, Failure> {
    let mut text = String::from("### The texts of a busy application\n\n");
    writeln!(
        text,
        "{SAVES} orders loaded, changed in one to three ways of nine, mostly a row at a time, and saved on one connection.\n"
    )?;
    writeln!(
        text,
        "| database | statements with values | different texts | prepared for once | different texts that were kept | crowded out of the last {CACHE} |"
    )?;
    writeln!(text, "|---|--:|--:|--:|--:|--:|")?;
    for Counted { database, sent, texts, rare, kept, crowded_out } in counted {
        #[allow(clippy::cast_precision_loss, reason = "a share, to be read")]
        let share = 100.0 * *rare as f64 / *sent as f64;
        writeln!(text, "| {database} | {sent} | {texts} | {rare}, {share:.1} % | {kept} | {crowded_out} |")?;
    }
    text.push('\n');
    Ok(text)
}

fn sent() -> std::sync::MutexGuard<'static, Vec<Sent>> {
    SENT.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Listener;

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "aggregate_core::statement"
    }

    fn event(&self, event: &Event<'_>) {
        let mut statement = Statement::default();
        event.record(&mut statement);
        // What begins and ends transactions is not kept prepared.
        if statement.is_prepared {
            sent().push((statement.text, statement.is_kept));
        }
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// A statement that is announced.
#[derive(Default)]
struct Statement {
    text: u64,
    is_prepared: bool,
    is_kept: bool,
}

impl Visit for Statement {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "sql" => {
                let mut hasher = DefaultHasher::new();
                value.hash(&mut hasher);
                self.text = hasher.finish();
            }
            "kind" => self.is_prepared = ["load", "save", "check", "delete"].contains(&value),
            _ => {}
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.is_kept |= field.name() == "kept" && value;
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_missed_when_too_many_others_came_between() {
        assert_eq!(missed(&[1, 2, 1, 2], 2), 2);
        assert_eq!(missed(&[1, 2, 3, 1, 1], 2), 4);
        assert_eq!(different(&[1, 2, 3, 1, 1]), 3);
    }
}
