//! Every public future dropped after every number of polls: nothing leaks, nothing stays open, memory is as it was,
//! done or in doubt, and never wrong.

mod all;
pub(crate) mod polls;
mod reads;
mod units;
mod units_calls;
mod writes;

use std::collections::BTreeSet;
use std::time::Duration;

use aggregate_core::{Aggregate, Persist, Tracked};
use aggregate_tests::model::invoice::{self, Invoice, InvoiceId};
use aggregate_tests::{Engine, figure};
use sqlx::{Connection, Pool};

use super::{Db, Lab, Repo};
pub(crate) use all::every_public_future_is_tried;
use polls::Polls;
pub(crate) use reads::{dropped_loads, dropped_loads_on_a_connection_of_the_callers};
pub(crate) use units::{dropped_calls_of_a_unit, dropped_ends_of_a_unit, dropped_sql_of_your_own};
pub(crate) use units_calls::{dropped_beginnings, dropped_calls_of_a_units_repository};
pub(crate) use writes::{
    dropped_deletes, dropped_saves, dropped_saves_of_many, dropped_saves_of_unversioned_parts,
};

/// More connections than this a pool does not have: one that leaks is missed at once.
const CONNECTIONS: u32 = 2;

/// What became of a call that was dropped, or ended in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    /// It ended before it was to be dropped.
    Finished,
    /// Nothing is stored, and memory knows.
    AsBefore,
    /// Memory did not know.
    InDoubt,
    /// It was stored, and memory knows: a unit finishes what was begun.
    Stored,
}

/// Where calls are dropped.
struct Bed<'l> {
    lab: &'l Lab,
    /// A writer with little patience.
    rival: Pool<Db>,
    /// A row that the calls lock.
    row: &'static str,
}

/// The pool and the repository whose calls are dropped, and how.
struct Place<A> {
    pool: Pool<Db>,
    repository: Repo<A>,
    polls: Polls,
}

impl<'l> Bed<'l> {
    /// A bed for aggregates with this table.
    async fn of(lab: &'l Lab, table: &'static str) -> Self {
        let rival = lab.another_pool(1, Duration::from_secs(1)).await;
        Self { lab, rival, row: table }
    }

    /// A bed with the tables of invoices.
    async fn of_invoices(lab: &'l Lab) -> Self {
        lab.create(&invoice::TABLES).await;
        Self::of(lab, "invoices").await
    }

    /// A small pool whose connections are yet to be made, and a repository that knows no table yet.
    fn place<A: Aggregate + Persist<Db>>(&self) -> Place<A> {
        let pool = self.lab.small_pool(CONNECTIONS, Duration::from_secs(2));
        Place { repository: Repo::new(pool.clone()), pool, polls: Polls::Steps }
    }

    /// Nothing of the calls that were dropped is left: every connection can be had, none stands in a
    /// transaction or believes so, and nobody holds a lock on this row or the next.
    async fn is_quiet(&self, pool: &Pool<Db>, id: i64) {
        let all = tokio::join!(pool.acquire(), pool.acquire());
        for conn in [all.0, all.1] {
            let mut conn = conn.expect("no connection has leaked");
            Db::run(&mut conn, Db::OUT_OF_TRANSACTION.into()).await.expect("no transaction is open");
            let mut transaction = conn.begin().await.expect("a transaction begins");
            let stands_in_one = Db::run(&mut transaction, Db::OUT_OF_TRANSACTION.into()).await.is_err();
            assert!(stands_in_one, "the driver believed that a transaction was open already");
            transaction.rollback().await.unwrap();
        }
        let mut rival = self.rival.acquire().await.unwrap();
        let update = format!("UPDATE {} SET version = version WHERE id IN ({id}, {id} + 1)", self.row);
        Db::run(&mut rival, update).await.expect("nobody holds a lock");
    }

    /// Drops calls after 0, 1, 2, … polls until they end before, several times over: with new connections and tables
    /// that were not looked at, and with known ones; with as many polls as can be had, and with those that are needed.
    async fn sweep<A: Aggregate + Persist<Db>>(
        &self,
        call: &'static str,
        how: &'static str,
        one: impl AsyncFn(&Place<A>, usize) -> Seen,
    ) -> Tally {
        let steps = [(true, Polls::Steps), (false, Polls::Steps)];
        let ways = [steps[0], steps[1], (false, Polls::Answered), (false, Polls::Needed)];
        self.sweep_these(&ways, call, how, one).await
    }

    /// [`sweep`](Self::sweep) in some of its ways: with new connections or known ones, and when it is polled.
    async fn sweep_these<A: Aggregate + Persist<Db>>(
        &self,
        ways: &[(bool, Polls)],
        call: &'static str,
        how: &'static str,
        one: impl AsyncFn(&Place<A>, usize) -> Seen,
    ) -> Tally {
        let mut tally = Tally { calls: BTreeSet::from([call]), ..Tally::default() };
        let warm = self.place();
        for &(is_cold, polls) in ways {
            let (mut times, mut ended) = (0, 0);
            // That it ends once does not say that it always does.
            while ended < 2 {
                let place = Place { polls, ..if is_cold { self.place() } else { warm.clone() } };
                let seen = one(&place, times).await;
                ended = if seen == Seen::Finished { ended + 1 } else { 0 };
                tally.count(seen);
                times += 1;
                if is_cold {
                    place.pool.close().await;
                }
                assert!(times < 5_000, "{call}, {how}: it never ends");
            }
            // Even if every answer is there already, there is a poll to drop it before.
            assert!(times >= 3, "{call}, {how}: {times} points");
        }
        warm.pool.close().await;
        println!("{call}, {how}: {tally}");
        tally
    }
}

impl<A> Clone for Place<A> {
    fn clone(&self) -> Self {
        Self { pool: self.pool.clone(), repository: self.repository.clone(), polls: self.polls }
    }
}

/// How often what was seen.
#[derive(Default)]
struct Tally {
    calls: BTreeSet<&'static str>,
    points: usize,
    finished: usize,
    as_before: usize,
    in_doubt: usize,
    stored: usize,
}

impl Tally {
    fn count(&mut self, seen: Seen) {
        self.points += 1;
        match seen {
            Seen::Finished => self.finished += 1,
            Seen::AsBefore => self.as_before += 1,
            Seen::InDoubt => self.in_doubt += 1,
            Seen::Stored => self.stored += 1,
        }
    }

    fn add(&mut self, other: Self) {
        self.calls.extend(other.calls);
        self.points += other.points;
        self.finished += other.finished;
        self.as_before += other.as_before;
        self.in_doubt += other.in_doubt;
        self.stored += other.stored;
    }

    /// Prints it, and asserts that every call of this list was tried, and at least at so many points.
    fn close(&self, topic: &str, calls: &[&'static str], least: usize) {
        assert_eq!(self.calls, calls.iter().copied().collect(), "{topic}: the calls that were tried");
        assert!(self.points >= least, "{topic}: {self}");
        figure(format!("cancelled, {topic}: {self}, 0 wrong"));
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { points, finished, as_before, in_doubt, stored, .. } = self;
        write!(f, "{points} polls tried, {as_before} as before, {in_doubt} in doubt, ")?;
        if *stored > 0 {
            write!(f, "{stored} finished in the background, ")?;
        }
        write!(f, "{finished} finished")
    }
}

/// The invoice that calls are dropped on, as it is stored now, stored at least once.
async fn invoice(bed: &Bed<'_>, id: i64) -> Tracked<Invoice> {
    let invoices: Repo<Invoice> = bed.lab.repository();
    match invoices.find(&InvoiceId(id)).await.unwrap() {
        Some(invoice) => invoice,
        None => {
            let mut invoice = Tracked::new(Invoice::sample(id));
            invoices.save(&mut invoice).await.unwrap();
            invoice
        }
    }
}
