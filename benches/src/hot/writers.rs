//! The writers, and what they count.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::time::{Duration, Instant};

use aggregate_core::{Backend, Error, Persist, SqlRepository, Tracked};
use sqlx::{Executor, Pool};
use tokio::task::JoinSet;

use super::{AGGREGATES, CHILDREN, TIME, WRITERS};
use crate::Failure;
use crate::basket::{self, Basket, basket};
use crate::ddl;
use crate::spread::Spread;

/// What came of the writers on some aggregates.
pub(super) struct Crowd {
    pub(super) database: &'static str,
    /// How many aggregates they shared.
    pub(super) aggregates: i64,
    /// From the first load to the last answer.
    pub(super) took: Duration,
    pub(super) counts: Counts,
    /// From the first load of an edit to its success.
    pub(super) latency: Spread,
    /// By how much the versions that are stored went up.
    pub(super) advances: i64,
}

/// What writers count.
#[derive(Default)]
pub(super) struct Counts {
    /// For each success, how often it was tried again.
    pub(super) retries: Vec<u32>,
    /// Saves that came too late.
    pub(super) conflicts: u64,
    /// Saves that the engine ended too often, and loads.
    pub(super) contended: u64,
    /// Of all successful saves.
    pub(super) statements: u64,
    times: Vec<Duration>,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.retries.extend(other.retries);
        self.times.extend(other.times);
        self.conflicts += other.conflicts;
        self.contended += other.contended;
        self.statements += other.statements;
    }
}

/// Lets the writers of a database loose on one set of aggregates after the other.
pub(super) async fn crowds<DB: Backend>(database: &'static str, pool: Pool<DB>) -> Result<Vec<Crowd>, Failure>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    Basket: Persist<DB>,
{
    ddl::create(&pool, &basket::tables()).await?;
    let baskets = SqlRepository::<Basket, DB>::new(pool.clone());
    let mut results = Vec::new();
    for aggregates in AGGREGATES {
        // Each set has ids of its own.
        let ids: Vec<i64> = (0..aggregates).map(|at| aggregates * 10 + at).collect();
        for id in &ids {
            baskets.save(&mut Tracked::new(basket(*id, CHILDREN))).await?;
        }
        ddl::analyze(&pool, &basket::tables()).await?;
        results.push(crowd(database, &baskets, &ids).await?);
    }
    Ok(results)
}

async fn crowd<DB: Backend>(
    database: &'static str,
    baskets: &SqlRepository<Basket, DB>,
    ids: &[i64],
) -> Result<Crowd, Failure>
where
    Basket: Persist<DB>,
{
    let before = versions(baskets, ids).await?;
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for writer in 0..WRITERS {
        tasks.spawn(write(baskets.clone(), ids.to_vec(), u64::from(writer), began + TIME));
    }
    let mut counts = Counts::default();
    while let Some(done) = tasks.join_next().await {
        counts.add(done??);
    }
    let took = began.elapsed();
    let advances = versions(baskets, ids).await? - before;
    let latency = Spread::of(std::mem::take(&mut counts.times));
    counts.retries.sort_unstable();
    let aggregates = i64::try_from(ids.len())?;
    Ok(Crowd { database, aggregates, took, counts, latency, advances })
}

/// The sum of the versions that are stored.
async fn versions<DB: Backend>(baskets: &SqlRepository<Basket, DB>, ids: &[i64]) -> Result<i64, Failure>
where
    Basket: Persist<DB>,
{
    let found = baskets.find_many(ids).await?;
    Ok(found.iter().flatten().map(|basket| basket.version().get()).sum())
}

/// Picks one, loads it, edits a child and saves it, from the load again until it is saved; and then another.
async fn write<DB: Backend>(
    baskets: SqlRepository<Basket, DB>,
    ids: Vec<i64>,
    writer: u64,
    until: Instant,
) -> Result<Counts, Failure>
where
    Basket: Persist<DB>,
{
    let mut counts = Counts::default();
    // Any numbers will do that have nothing to do with each other.
    let random = RandomState::new();
    let pick = |turn: usize, below: usize| {
        let hash = random.hash_one((writer, turn, below)) % u64::try_from(below).unwrap_or(u64::MAX);
        usize::try_from(hash).unwrap_or_default()
    };
    for turn in 0.. {
        let (id, began, mut retries) = (ids[pick(turn, ids.len())], Instant::now(), 0);
        loop {
            if Instant::now() > until {
                return Ok(counts);
            }
            match edit(&baskets, id, pick(turn, usize::try_from(CHILDREN)?)).await {
                Ok(statements) => {
                    counts.statements += statements;
                    break;
                }
                Err(Error::Conflict(_)) => counts.conflicts += 1,
                Err(Error::Contended { .. }) => counts.contended += 1,
                Err(error) => return Err(error.into()),
            }
            retries += 1;
        }
        counts.retries.push(retries);
        counts.times.push(began.elapsed());
    }
    Ok(counts)
}

/// Loads, edits and saves once, and says how many statements the save took.
async fn edit<DB: Backend>(baskets: &SqlRepository<Basket, DB>, id: i64, child: usize) -> Result<u64, Error>
where
    Basket: Persist<DB>,
{
    let mut basket = baskets.get(&id).await?;
    basket.items[child].qty += 1;
    Ok(baskets.save(&mut basket).await?.statements)
}
