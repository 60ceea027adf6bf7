//! What happens in memory alone: the copy at the first mutable access, the comparison, a save with nothing to do.

use std::hint::black_box;
use std::time::Duration;

use aggregate_core::{Aggregate, Persist, SqlRepository, SqliteRepository, Tracked, Version};
use chrono::DateTime;
use rustix::time::{ClockId, clock_gettime};
use sqlx::{Executor, Sqlite, SqlitePool};
use uuid::Uuid;

use super::clock::{Clock, Memory, Point, counted};
use super::report::{Curve, Report};
use super::sample::{Edit, Sample};
use crate::Failure;
use crate::basket::{self, basket};
use crate::ddl;
use crate::ours::{Allocation, Line, Order};
use crate::spread::{Spread, bytes, shown};

/// The numbers of rows below the root.
const SIZES: [i64; 4] = [100, 1_000, 10_000, 100_000];
/// What the comparison of 10,000 rows must stay below.
const LIMIT: Duration = Duration::from_millis(1);
/// What a save of 34 rows with nothing to do must stay below: if they were never borrowed mutably, and if they were.
const CLEAN: [Duration; 2] = [Duration::from_micros(1), Duration::from_micros(10)];
/// How often a save with nothing to do is repeated for one time.
const BATCH: u32 = 1_000;

const TABLES: &str = "
    CREATE TABLE orders (id BLOB PRIMARY KEY, version INTEGER NOT NULL, customer TEXT NOT NULL, status TEXT NOT NULL,
        total INTEGER NOT NULL, placed_at TEXT NOT NULL);
    CREATE TABLE lines (id BLOB PRIMARY KEY, order_id BLOB NOT NULL, sku TEXT NOT NULL, qty INTEGER NOT NULL,
        price INTEGER NOT NULL, note TEXT);
    CREATE TABLE allocations (id BLOB PRIMARY KEY, line_id BLOB NOT NULL, warehouse TEXT NOT NULL, qty INTEGER NOT NULL);
    CREATE TABLE notes (id BLOB PRIMARY KEY, order_id BLOB NOT NULL, body TEXT NOT NULL);
";

/// Adds what is measured without asking a database. One is needed for a moment, to have stored states.
pub(super) fn add(clock: &Clock, pool: &SqlitePool, report: &mut Report<'_>) -> Result<(), Failure> {
    clock.block_on(ddl::create(pool, &basket::tables()))?;
    clock.block_on(pool.execute(TABLES))?;
    let (mut copies, mut diffs) = (Vec::new(), Vec::new());
    for size in SIZES {
        let (copy, diff) = measure(clock, pool, basket(size, size), size, |basket| basket.edit(Edit::One))?;
        copies.push(copy);
        diffs.push(diff);
    }
    let (mut order_copies, mut order_diffs) = (Vec::new(), Vec::new());
    for size in SIZES {
        // A line and its two allocations.
        let edit = |order: &mut Order| {
            let middle = order.lines.len() / 2;
            order.lines[middle].allocations[1].qty += 1;
        };
        let (copy, diff) = measure(clock, pool, order(size / 3 + 1, 0), size, edit)?;
        order_copies.push(copy);
        order_diffs.push(diff);
    }
    for point in diffs.iter().chain(&order_diffs).filter(|point| point.size == 10_000) {
        report.holds &= point.time.median < LIMIT;
    }
    let one_table = "one table";
    let two_levels = "two levels";
    report.say(
        "### In memory\n\nThe first mutable access copies what was loaded; a save compares with that copy. One row of all \
         is changed here. The times are those that the thread worked. Measured for children in one table, and for an order whose lines have two allocations each.",
    );
    report.add(&Curve {
        slug: "diff".to_owned(),
        title: "The comparison, with one row changed".to_owned(),
        across: "rows",
        lines: vec![(one_table, diffs), (two_levels, order_diffs)],
    })?;
    report.add(&Curve {
        slug: "copy".to_owned(),
        title: "The copy at the first mutable access".to_owned(),
        across: "rows",
        lines: vec![(one_table, copies), (two_levels, order_copies)],
    })?;
    clean_saves(clock, pool, report)
}

/// Measures the copy and the comparison of an aggregate.
fn measure<A: Aggregate + Persist<Sqlite>>(
    clock: &Clock,
    pool: &SqlitePool,
    aggregate: A,
    size: i64,
    edit: impl Fn(&mut A),
) -> Result<(Point, Point), Failure> {
    let mut stored = Tracked::new(aggregate);
    clock.block_on(SqlRepository::new(pool.clone()).save(&mut stored))?;
    let mut touched = stored.clone();
    let (_, during_copy) = counted(|| black_box(&mut *touched).version());
    edit(&mut touched);
    let (dirty, during_diff) = counted(|| touched.is_dirty());
    if !dirty {
        return Err("an edit went unseen".into());
    }
    let (mut copies, mut diffs) = (Vec::new(), Vec::new());
    let runs = if size > 10_000 { 20 } else { 100 };
    for _ in 0..runs {
        let mut touched = stored.clone();
        let began = worked();
        black_box(&mut *touched);
        copies.push(worked().saturating_sub(began));
        edit(&mut touched);
        let began = worked();
        black_box(touched.is_dirty());
        diffs.push(worked().saturating_sub(began));
    }
    let point = |times, memory| Point { size: size.unsigned_abs(), time: Spread::of(times), memory };
    Ok((point(copies, during_copy), point(diffs, during_diff)))
}

/// Measures saves that find nothing to do, of the order of 34 rows.
fn clean_saves(clock: &Clock, pool: &SqlitePool, report: &mut Report<'_>) -> Result<(), Failure> {
    let orders = SqliteRepository::<Order>::new(pool.clone());
    let mut stored = Tracked::new(order(10, 3));
    clock.block_on(orders.save(&mut stored))?;
    let mut rows = String::from(
        "| an order of 34 rows is saved | median | 9 of 10 below | must stay below | allocated |\n|---|---:|---:|---:|---:|\n",
    );
    for (touched, limit) in [false, true].into_iter().zip(CLEAN) {
        let mut save = async |times: u32| {
            for _ in 0..times {
                if touched {
                    black_box(&mut *stored);
                }
                orders.save(&mut stored).await?;
            }
            Ok::<_, Failure>(())
        };
        let (saved, memory) = counted(|| clock.block_on(save(1)));
        saved?;
        let mut times = Vec::new();
        for _ in 0..50 {
            let began = worked();
            clock.block_on(save(BATCH))?;
            times.push(worked().saturating_sub(began) / BATCH);
        }
        report.holds &= Spread::of(times.clone()).median < limit;
        rows.push_str(&row(touched, &Spread::of(times), limit, memory));
    }
    report.say(&format!("#### A save with nothing to do\n\n{rows}"));
    Ok(())
}

/// How long this thread has worked: nothing here waits, so what others do on the machine does not count.
fn worked() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap_or_default()
}

fn row(touched: bool, time: &Spread, limit: Duration, memory: Memory) -> String {
    let what = if touched { "borrowed mutably, unchanged" } else { "never borrowed mutably" };
    let (median, p90, limit) = (shown(time.median), shown(time.p90), shown(limit));
    format!("| {what} | {median} | {p90} | {limit} | {} |\n", bytes(memory.total))
}

/// An order with so many lines, two allocations for each, and notes.
fn order(lines: i64, notes: i64) -> Order {
    let mut ids = (1_u128..).map(|no| Uuid::from_u128(no << 64 | u128::from(lines.unsigned_abs())));
    let mut id = || ids.next().unwrap_or_default();
    let mut allocation = |no: i32| Allocation { id: id(), warehouse: format!("wh{no}"), qty: no };
    let lines = (0..lines).map(|no| {
        let allocations = vec![allocation(1), allocation(2)];
        (no, allocations)
    });
    let lines: Vec<_> = lines.collect();
    Order {
        id: id(),
        version: Version::UNSAVED,
        customer: "a customer".to_owned(),
        status: "open".to_owned(),
        total: 1_000,
        placed_at: DateTime::UNIX_EPOCH,
        lines: lines
            .into_iter()
            .map(|(no, allocations)| Line {
                id: id(),
                sku: format!("sku-{no}"),
                qty: 2,
                price: 100 * no,
                note: (no % 2 == 0).then(|| format!("note {no}")),
                allocations,
            })
            .collect(),
        notes: (0..notes).map(|no| crate::ours::Note { id: id(), body: format!("note body {no}") }).collect(),
    }
}
