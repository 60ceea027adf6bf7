//! Times of the library beside those of the code by hand, interleaved in one run.

mod delay;
mod table;
mod watch;
mod work;

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use aggregate_core::{Persist, SqlRepository, Tracked};
use sqlx::pool::PoolOptions;
use sqlx::{Connection, MySql, Pool, Postgres, Sqlite};

use crate::databases::Databases;
use crate::hand::{By, Hand};
use crate::orders::{order, unsaved};
use crate::{Failure, ours};
use table::{Row, Table};
use watch::Cost;
use work::{Bench, Contender, Operation};

/// What a slow network adds to each round trip.
const DELAY: Duration = Duration::from_millis(1);

/// How many rounds are not counted: after five runs of a statement `PostgreSQL` settles for a plan.
const WARM_UP: usize = 12;

/// Times everything and writes `times.md` and `times.csv`.
///
/// # Errors
///
/// If a database refuses, or a file cannot be written.
pub async fn run(databases: &Databases, directory: &Path) -> Result<(), Failure> {
    let mut table = Table::default();

    let options = databases.postgres("times").await?;
    let pool = connect::<Postgres>(options.clone()).await?;
    let process = Some(sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&pool).await?);
    measure(&mut Bench::new(pool, process).await?, None, &mut table).await?;
    let slow = delay::listen((options.get_host().to_owned(), options.get_port()), DELAY)?;
    let pool = connect::<Postgres>(options.host("127.0.0.1").port(slow.port())).await?;
    measure(&mut Bench::new(pool, None).await?, Some(DELAY), &mut table).await?;

    let options = databases.mariadb("times").await?;
    let pool = connect::<MySql>(options.clone()).await?;
    measure(&mut Bench::new(pool, None).await?, None, &mut table).await?;
    let slow = delay::listen((options.get_host().to_owned(), options.get_port()), DELAY)?;
    let pool = connect::<MySql>(options.host("127.0.0.1").port(slow.port())).await?;
    measure(&mut Bench::new(pool, None).await?, Some(DELAY), &mut table).await?;

    let pool = connect::<Sqlite>(databases.sqlite("times")).await?;
    let mut bench = Bench::new(pool, None).await?;
    measure(&mut bench, None, &mut table).await?;
    table.clean = clean_saves(bench.orders()).await?;

    table.write(directory)
}

/// One connection, which is not pinged before it is used.
async fn connect<DB: sqlx::Database>(
    options: <DB::Connection as Connection>::Options,
) -> Result<Pool<DB>, sqlx::Error> {
    PoolOptions::new().max_connections(1).test_before_acquire(false).connect_with(options).await
}

/// Times every operation, a round of all contenders at a time, each time beginning with another one.
async fn measure<DB: Hand>(
    bench: &mut Bench<DB>,
    delay: Option<Duration>,
    table: &mut Table,
) -> Result<(), Failure>
where
    ours::Order: Persist<DB>,
{
    const CONTENDERS: [Contender; 3] =
        [Contender::Hand(By::Naive), Contender::Hand(By::Expert), Contender::Ours];
    for operation in Operation::ALL.into_iter().filter(|operation| is_asked(DB::TITLE, *operation)) {
        let rounds = match (operation.is_long(), delay.is_some()) {
            (false, false) => 300,
            (true, true) => 10,
            _ => 40,
        };
        let mut row = Row::new(DB::TITLE, delay.is_some(), operation);
        for round in 0..WARM_UP + rounds {
            let mut costs = [Cost::default(); 3];
            for turn in 0..3 {
                let at = (round + turn) % 3;
                costs[at] = bench.run(operation, CONTENDERS[at]).await?;
            }
            if round >= WARM_UP {
                row.rounds.push(costs);
            }
        }
        println!("{}", row.line());
        table.rows.push(row);
    }
    Ok(())
}

/// Whether an operation is to be timed: all are, unless `AGGREGATE_BENCH_ONLY` says which, by part of the database's
/// name and the operation's, such as `SQLite edit`.
fn is_asked(database: &str, operation: Operation) -> bool {
    let Ok(only) = std::env::var("AGGREGATE_BENCH_ONLY") else { return true };
    let name = format!("{database} {}", operation.name());
    only.split(' ').all(|word| name.contains(word))
}

/// How many nanoseconds a save takes that has nothing to do: of an order that was not touched, and of one that was
/// borrowed mutably, which is copied and compared.
async fn clean_saves(orders: &SqlRepository<ours::Order, Sqlite>) -> Result<[Vec<f64>; 2], Failure> {
    const RUNS: u32 = 1000;
    let mut stored = Tracked::new(unsaved(&order(7, 10, 2, 3)));
    orders.save(&mut stored).await?;
    let mut all = [Vec::new(), Vec::new()];
    for _ in 0..200 {
        for (touched, times) in all.iter_mut().enumerate() {
            let start = Instant::now();
            for _ in 0..RUNS {
                if touched == 1 {
                    let _: &mut ours::Order = black_box(&mut stored);
                }
                orders.save(&mut stored).await?;
            }
            times.push(start.elapsed().as_secs_f64() * 1e9 / f64::from(RUNS));
        }
    }
    Ok(all)
}
