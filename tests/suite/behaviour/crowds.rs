//! Fifty writers at once: every success is a version advance, every loss is a conflict, nobody hears of a deadlock.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aggregate_core::{ConflictReason, Error, SqlRepository, Tracked, Version};
use aggregate_tests::model::invoice::{self, Invoice, InvoiceId, Line};
use aggregate_tests::{Engine, figure, rounds};
use tokio::sync::{Barrier, Semaphore};
use tokio::task::JoinSet;

use super::{Db, Lab, Repo};

const WRITERS: i32 = 50;
/// How often one writer loads again and tries again.
const TRIES: usize = 4;

/// A save or a delete, from its first statement to its answer.
struct Attempt {
    id: i64,
    began: Instant,
    ended: Instant,
    done: Done,
}

#[derive(Clone, Copy, PartialEq)]
enum Done {
    Created,
    Saved,
    /// At this version.
    Deleted(Version),
    Lost,
    /// The engine ended it four times.
    GivenUp,
}

/// A repository, and a turn for each of its connections: waiting for one is no overlap.
#[derive(Clone)]
struct Crowd {
    invoices: Repo<Invoice>,
    turns: Arc<Semaphore>,
    /// Whether the engine may give up on who adds or deletes.
    gives_up: bool,
}

impl Crowd {
    async fn of(lab: &Lab) -> Self {
        lab.create(&invoice::TABLES).await;
        let pool = lab.another_pool(Db::CROWD, Duration::from_secs(30)).await;
        let turns = Arc::new(Semaphore::new(usize::try_from(Db::CROWD).unwrap()));
        Self { invoices: SqlRepository::new(pool), turns, gives_up: false }
    }

    /// Whose writes take so long that the others meet them.
    async fn slow(lab: &Lab) -> Self {
        let crowd = Self::of(lab).await;
        if let Some(slows) = Db::SLOWS_WRITES {
            lab.sql(slows).await;
        }
        crowd
    }

    async fn find(&self, id: i64) -> Option<Tracked<Invoice>> {
        self.invoices.find(&InvoiceId(id)).await.unwrap()
    }

    /// Saves or deletes; a loss is told apart from a failure.
    async fn attempt(&self, copy: &mut Tracked<Invoice>, deletes: bool) -> Attempt {
        let (id, expected) = (copy.id.0, copy.version());
        // Waiting for a connection is no overlap.
        let _turn = self.turns.acquire().await.unwrap();
        let began = Instant::now();
        let answer = if deletes { self.invoices.delete(copy).await } else { self.invoices.save(copy).await };
        let ended = Instant::now();
        let done = match answer {
            Ok(report) if deletes => Done::Deleted(report.old_version),
            Ok(report) if report.old_version.is_saved() => Done::Saved,
            Ok(_) => Done::Created,
            Err(Error::Conflict(conflict)) => {
                assert_eq!(conflict.expected, expected);
                assert_ne!(conflict.actual, Some(expected));
                assert_eq!(conflict.reason == ConflictReason::Deleted, conflict.actual.is_none());
                Done::Lost
            }
            Err(Error::AlreadyExists { .. }) if !expected.is_saved() => Done::Lost,
            Err(Error::Contended { .. }) if self.gives_up => Done::GivenUp,
            Err(other) => panic!("invoice {id}: {other:?}"),
        };
        Attempt { id, began, ended, done }
    }
}

/// How many attempts were under way at the same time as one of the same aggregate that succeeded.
fn overlaps(attempts: &[Attempt]) -> usize {
    let overlapped = |(i, one): &(usize, &Attempt)| {
        attempts.iter().enumerate().any(|(k, other)| {
            *i != k
                && one.id == other.id
                && other.done.is_success()
                && one.began < other.ended
                && other.began < one.ended
        })
    };
    attempts.iter().enumerate().filter(overlapped).count()
}

/// Of those that had a connection at the same time, at least every tenth overlapped.
fn truly_overlapped(attempts: usize, rounds: i64) {
    let least = rounds * i64::from(Db::CROWD) / 10;
    assert!(i64::try_from(attempts).unwrap() >= least, "only {attempts} attempts overlapped, not {least}");
}

/// What the attempts on one aggregate came to.
#[derive(Default)]
struct Sums {
    created: i64,
    deleted: i64,
    saved: i64,
    lost: i64,
    given_up: i64,
    /// The versions that were deleted, added up.
    buried: i64,
}

impl Done {
    const fn is_success(self) -> bool {
        !matches!(self, Self::Lost | Self::GivenUp)
    }
}

impl Sums {
    fn add_all<'a>(&mut self, attempts: impl Iterator<Item = &'a Attempt>) {
        for attempt in attempts {
            self.add(attempt);
        }
    }

    fn add(&mut self, attempt: &Attempt) {
        match attempt.done {
            Done::Created => self.created += 1,
            Done::Saved => self.saved += 1,
            Done::Deleted(version) => {
                self.deleted += 1;
                self.buried += version.get();
            }
            Done::Lost => self.lost += 1,
            Done::GivenUp => self.given_up += 1,
        }
    }

    /// Requires that what is stored is what was heard.
    async fn check(&self, lab: &Lab, crowd: &Crowd, id: i64) {
        let stored = crowd.find(id).await;
        assert_eq!(self.created - self.deleted, i64::from(stored.is_some()), "invoice {id}");
        let version = stored.as_ref().map_or(0, |invoice| invoice.version().get());
        assert_eq!(self.saved, self.buried + version, "successful saves are version advances of {id}");
        // Each save adds what it adds to a line to the total.
        if let Some(invoice) = &stored {
            assert_eq!(invoice.total, invoice.lines.iter().map(|line| i64::from(line.quantity)).sum::<i64>());
        } else {
            assert_eq!(lab.count(&format!("\"lines\" WHERE invoice_id = {id}")).await, 0, "orphans of {id}");
        }
    }
}

fn new(id: i64) -> Invoice {
    let lines = (0..5).map(|no| Line { quantity: 1, ..Line::plain(no) }).collect();
    Invoice { total: 5, lines, ..Invoice::empty(id) }
}

/// Changes a line of the writer's own, and the total with it.
fn edit(invoice: &mut Invoice, writer: i32) {
    invoice.total += 1;
    match invoice.lines.iter().position(|line| line.no == writer) {
        Some(at) => invoice.lines[at].quantity += 1,
        None => invoice.lines.push(Line { quantity: 1, ..Line::plain(writer) }),
    }
}

/// Takes the writer's own line away, or puts it back.
fn add_or_remove(invoice: &mut Invoice, writer: i32) {
    let Some(at) = invoice.lines.iter().position(|line| line.no == writer) else {
        return edit(invoice, writer);
    };
    let line = invoice.lines.remove(at);
    invoice.total -= i64::from(line.quantity);
}

/// All have loaded the same version.
pub(crate) async fn of_50_savers_and_deleters_one_succeeds_in_each_round(lab: &Lab) {
    let crowd = Crowd::slow(lab).await;
    let (mut sums, mut overlapped, rounds) = (Sums::default(), 0, rounds(50));
    for round in 0..rounds {
        let loaded = match crowd.find(1).await {
            Some(loaded) => loaded,
            None => {
                sums.created += 1;
                lab.saved(&crowd.invoices, new(1)).await
            }
        };
        let mut writers = JoinSet::new();
        for writer in 0..WRITERS {
            let (crowd, mut copy) = (crowd.clone(), loaded.clone());
            writers.spawn(async move {
                let deletes = writer % 10 == 0;
                if !deletes {
                    edit(&mut copy, writer);
                }
                crowd.attempt(&mut copy, deletes).await
            });
        }
        let attempts = writers.join_all().await;
        sums.add_all(attempts.iter());
        let won = attempts.iter().filter(|attempt| attempt.done.is_success()).count();
        assert_eq!(won, 1, "round {round}");
        // All but the one that succeeded.
        overlapped += overlaps(&attempts);
        sums.check(lab, &crowd, 1).await;
    }
    crowd.invoices.pool().close().await;
    figure(format!(
        "races, one version: {rounds} rounds of {WRITERS} writers, {} saved + {} deleted = {rounds}, {overlapped} of {} \
         losers overlapped with the winner, 0 wrong",
        sums.saved, sums.deleted, sums.lost
    ));
    truly_overlapped(overlapped, rounds);
}

/// Whoever loses loads again, up to four times.
async fn crowd(lab: &Lab, name: &str, aggregates: i64) {
    let crowd = Crowd::slow(lab).await;
    let mut sums: Vec<Sums> = (0..aggregates).map(|_| Sums::default()).collect();
    let (mut overlapped, rounds) = (0, rounds(50));
    for round in 0..rounds {
        let start = Arc::new(Barrier::new(usize::try_from(WRITERS).unwrap()));
        let mut writers = JoinSet::new();
        for writer in 0..WRITERS {
            let (crowd, start) = (crowd.clone(), Arc::clone(&start));
            let id = i64::from(writer) % aggregates;
            // Everybody's turn to delete comes.
            let deletes = (i64::from(writer) / aggregates + round) % 10 == 0;
            writers.spawn(async move {
                let mut attempts = Vec::new();
                // Those that were deleted are added again, before anybody can hold a copy from before.
                if crowd.find(id).await.is_none() {
                    attempts.push(crowd.attempt(&mut Tracked::new(new(id)), false).await);
                }
                start.wait().await;
                for _ in 0..TRIES {
                    let Some(mut copy) = crowd.find(id).await else { break };
                    match writer % 2 {
                        _ if deletes => {}
                        0 => edit(&mut copy, writer),
                        _ => add_or_remove(&mut copy, writer),
                    }
                    attempts.push(crowd.attempt(&mut copy, deletes).await);
                    if attempts.last().is_some_and(|attempt| attempt.done.is_success()) {
                        break;
                    }
                }
                attempts
            });
        }
        let attempts: Vec<_> = writers.join_all().await.into_iter().flatten().collect();
        overlapped += overlaps(&attempts);
        for (id, sums) in (0..).zip(&mut sums) {
            sums.add_all(attempts.iter().filter(|attempt| attempt.id == id));
            sums.check(lab, &crowd, id).await;
        }
    }
    crowd.invoices.pool().close().await;
    let sum = |of: fn(&Sums) -> i64| sums.iter().map(of).sum::<i64>();
    let (saved, created, deleted) = (sum(|s| s.saved), sum(|s| s.created), sum(|s| s.deleted));
    let lost = sum(|s| s.lost);
    figure(format!(
        "races, {name}: {rounds} rounds of {WRITERS} writers, {saved} saves = version advances, {created} created, \
         {deleted} deleted, {lost} lost, {overlapped} attempts overlapped with a success, 0 wrong"
    ));
    assert!(saved > rounds && deleted * 5 > rounds && created >= deleted, "{saved}, {deleted}, {created}");
    truly_overlapped(overlapped, rounds);
}

pub(crate) async fn savers_and_deleters_of_one_aggregate(lab: &Lab) {
    crowd(lab, "one aggregate", 1).await;
}

/// Their rows lie side by side, where an engine locks more than the rows.
pub(crate) async fn savers_and_deleters_of_5_neighbours(lab: &Lab) {
    crowd(lab, "5 neighbours", 5).await;
}

/// Each adds a row of its own below the root while others delete the root: no orphan, and no foreign key to be heard of.
pub(crate) async fn deletes_against_new_children(lab: &Lab) {
    let crowd = Crowd::slow(lab).await;
    let (mut overlapped, mut removals, rounds) = (0, 0, rounds(50));
    for id in 0..rounds {
        let mut sums = Sums { created: 1, ..Sums::default() };
        let loaded = lab.saved(&crowd.invoices, Invoice::empty(id)).await;
        let mut writers = JoinSet::new();
        for writer in 0..WRITERS {
            let (crowd, mut copy) = (crowd.clone(), loaded.clone());
            writers.spawn(async move {
                let deletes = (i64::from(writer) + id) % 2 == 0;
                if !deletes {
                    edit(&mut copy, writer);
                }
                crowd.attempt(&mut copy, deletes).await
            });
        }
        let attempts = writers.join_all().await;
        sums.add_all(attempts.iter());
        assert_eq!(sums.saved + sums.deleted, 1);
        sums.check(lab, &crowd, id).await;
        overlapped += overlaps(&attempts);
        removals += sums.deleted;
    }
    crowd.invoices.pool().close().await;
    figure(format!(
        "races, delete against insert of a child: {rounds} rounds of {WRITERS} writers, {removals} deleted, \
         {overlapped} attempts overlapped with a success, 0 orphans"
    ));
    assert!(removals > 0 && removals < rounds, "{removals} deletes of {rounds} came first");
    truly_overlapped(overlapped, rounds);
}

/// Each adds the aggregate if it is not there, and deletes it if it is. An id is free, taken, or a conflict.
pub(crate) async fn creators_and_deleters_of_one_id(lab: &Lab) {
    // Those that wait to insert one key share a lock that each of them wants alone: of them InnoDB ends all but one,
    // and deletes make it happen again.
    let crowd = Crowd { gives_up: Db::HAS_GAP_LOCKS, ..Crowd::of(lab).await };
    let (mut sums, mut overlapped, rounds) = (Sums::default(), 0, rounds(50));
    for _ in 0..rounds {
        let mut writers = JoinSet::new();
        for _ in 0..WRITERS {
            let crowd = crowd.clone();
            writers.spawn(async move {
                let (mut copy, exists) = match crowd.find(1).await {
                    Some(stored) => (stored, true),
                    None => (Tracked::new(Invoice::empty(1)), false),
                };
                crowd.attempt(&mut copy, exists).await
            });
        }
        let attempts = writers.join_all().await;
        sums.add_all(attempts.iter());
        sums.check(lab, &crowd, 1).await;
        overlapped += overlaps(&attempts);
    }
    crowd.invoices.pool().close().await;
    figure(format!(
        "races, one id: {rounds} rounds of {WRITERS} writers, {} created, {} deleted, {} given up, {overlapped} attempts \
         overlapped with a success, 0 wrong",
        sums.created, sums.deleted, sums.given_up
    ));
    assert!(sums.given_up * 10 < rounds * i64::from(WRITERS), "{} given up", sums.given_up);
    assert!(sums.created * 5 > rounds && sums.deleted * 5 > rounds, "{}, {}", sums.created, sums.deleted);
    truly_overlapped(overlapped, rounds);
}
