//! Runs something often enough to know how long it takes and what it allocates.

use std::time::{Duration, Instant};

use aggregate_core::Backend;
use sqlx::Pool;
use tokio::runtime::{Builder, Runtime};

use crate::Failure;
use crate::spread::Spread;

/// How long one point of a curve is measured, if its runs are short enough.
const TIME: Duration = Duration::from_millis(200);
/// The fewest and the most runs of a point.
const RUNS: std::ops::RangeInclusive<usize> = 5..=100;

/// A point of a curve.
#[derive(Debug, Clone)]
pub(super) struct Point {
    /// How big it was.
    pub(super) size: u64,
    pub(super) time: Spread,
    pub(super) memory: Memory,
}

/// What one run allocated on its thread.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Memory {
    /// The most bytes at any time that were not there before.
    pub(super) peak: u64,
    /// All bytes ever.
    pub(super) total: u64,
    /// The number of allocations.
    pub(super) count: u64,
}

/// A runtime on this thread alone, since what is allocated is counted by thread.
pub(super) struct Clock {
    runtime: Runtime,
}

impl Clock {
    pub(super) fn new() -> Result<Self, Failure> {
        Ok(Self { runtime: Builder::new_current_thread().enable_all().build()? })
    }

    /// Runs a future on this thread.
    pub(super) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Measures some work once for what it allocates, then again and again for its time, as long as there is
    /// something prepared for it. What it comes to is handed over after each run.
    pub(super) fn sample<DB: Backend, T, R>(
        &self,
        pool: &Pool<DB>,
        size: u64,
        mut prepare: impl FnMut() -> Option<T>,
        mut work: impl AsyncFnMut(T) -> Result<R, Failure>,
        mut done: impl FnMut(R),
    ) -> Result<Point, Failure> {
        // The first run prepares the statements.
        if let Some(prepared) = prepare() {
            done(self.block_on(work(prepared))?);
        }
        let mut memory = Memory::default();
        if let Some(prepared) = prepare() {
            self.block_on(settled(pool));
            let result;
            (result, memory) = counted(|| self.block_on(work(prepared)));
            done(result?);
        }
        let (mut times, mut spent) = (Vec::new(), Duration::ZERO);
        while times.len() < *RUNS.start() || (spent < TIME && times.len() < *RUNS.end()) {
            let Some(prepared) = prepare() else { break };
            self.block_on(settled(pool));
            let began = Instant::now();
            let result = self.block_on(work(prepared));
            let took = began.elapsed();
            done(result?);
            times.push(took);
            spent += took;
        }
        Ok(Point { size, time: Spread::of(times), memory })
    }
}

/// What this thread allocates meanwhile.
pub(super) fn counted<R>(work: impl FnOnce() -> R) -> (R, Memory) {
    let mut result = None;
    let info = allocation_counter::measure(|| result = Some(work()));
    let memory = Memory { peak: info.bytes_max, total: info.bytes_total, count: info.count_total };
    // The closure has run once.
    (result.expect("measured"), memory)
}

/// Waits until the pool has its connection back: it asks whether that still answers, in a task of its own.
async fn settled<DB: Backend>(pool: &Pool<DB>) {
    while pool.num_idle() < usize::try_from(pool.size()).unwrap_or(usize::MAX) {
        tokio::time::sleep(Duration::from_micros(50)).await;
    }
}
