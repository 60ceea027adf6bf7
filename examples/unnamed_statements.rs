//! What unnamed statements, which a pool behind `PgBouncer` needs, cost on your server.
//!
//! ```text
//! DATABASE_URL=postgres://localhost/demo cargo run --release --features postgres --example unnamed_statements
//! DATABASE_URL=mysql://localhost/demo cargo run --release --features mysql --example unnamed_statements
//! cargo run --release --example unnamed_statements
//! ```
//!
//! Measure without the pooler: named statements work only there.

use std::error::Error as StdError;
use std::time::{Duration, Instant};

use aggregate_core::{
    Aggregate, Backend, Entity, Error, Persist, SqlRepository, Tracked, UnitOfWork, UnitOptions, Version,
};
use sqlx::pool::PoolOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Executor, Pool};

#[derive(Aggregate, Clone, Debug)]
#[aggregate(table = "cost_orders")]
struct Order {
    #[id]
    id: i64,
    #[version]
    version: Version,
    customer: String,
    #[child(foreign_key = "order_id")]
    lines: Vec<Line>,
}

#[derive(Entity, Clone, Debug)]
#[entity(table = "cost_lines")]
struct Line {
    #[id(local)]
    no: i32,
    article: String,
    quantity: i32,
}

/// SQL that SQLite, PostgreSQL and MariaDB all understand.
const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS cost_orders (
        id BIGINT NOT NULL PRIMARY KEY, version BIGINT NOT NULL, customer VARCHAR(80) NOT NULL);
    CREATE TABLE IF NOT EXISTS cost_lines (
        order_id BIGINT NOT NULL, no INTEGER NOT NULL, article VARCHAR(80) NOT NULL, quantity INTEGER NOT NULL,
        PRIMARY KEY (order_id, no));";

const LINES: i32 = 20;
/// Measured one after the other, named and unnamed by turns, so that a busy moment is one for both.
const ROUNDS: usize = 20;

#[tokio::main]
async fn main() -> Result<(), Box<dyn StdError>> {
    let Ok(url) = std::env::var("DATABASE_URL") else {
        let folder = tempfile::tempdir()?;
        let file =
            SqliteConnectOptions::new().filename(folder.path().join("cost.db")).create_if_missing(true);
        return run(one::<sqlx::Sqlite>().connect_with(file).await?).await;
    };
    match url.split_once(':').map(|(scheme, _)| scheme) {
        #[cfg(feature = "postgres")]
        Some("postgres" | "postgresql") => Box::pin(run(one::<sqlx::Postgres>().connect(&url).await?)).await,
        #[cfg(feature = "mysql")]
        Some("mysql" | "mariadb") => Box::pin(run(one::<sqlx::MySql>().connect(&url).await?)).await,
        _ => Err(
            "DATABASE_URL names a database that this build leaves out: add `--features postgres` or `mysql`"
                .into(),
        ),
    }
}

/// One connection, without a ping each time that it is lent.
fn one<DB: Backend>() -> PoolOptions<DB> {
    PoolOptions::new().max_connections(1).test_before_acquire(false)
}

/// A way of sending statements, and how long the work took by it.
struct Way<DB: Backend> {
    orders: SqlRepository<Order, DB>,
    options: UnitOptions<DB>,
    loads: Vec<Duration>,
    saves: Vec<Duration>,
    units: Vec<Duration>,
}

impl<DB: Backend> Way<DB>
where
    Order: Persist<DB>,
{
    fn new(orders: SqlRepository<Order, DB>, options: UnitOptions<DB>) -> Self {
        Self { orders, options, loads: Vec::new(), saves: Vec::new(), units: Vec::new() }
    }

    /// Of loads, saves and units of work.
    fn medians(&mut self) -> [f64; 3] {
        [&mut self.loads, &mut self.saves, &mut self.units].map(|times| median(times))
    }

    /// Loads, saves one line, and does both in a unit of work.
    async fn round(&mut self, pool: &Pool<DB>, times: u32) -> Result<(), Error> {
        let start = Instant::now();
        for _ in 0..times {
            self.orders.get(&1).await?;
        }
        self.loads.push(start.elapsed() / times);
        let mut order = self.orders.get(&1).await?;
        let start = Instant::now();
        for _ in 0..times {
            order.lines[7].quantity += 1;
            self.orders.save(&mut order).await?;
        }
        self.saves.push(start.elapsed() / times);
        let start = Instant::now();
        for _ in 0..times {
            let unit = self.options.begin(pool).await?;
            let mut order = unit.get::<Order>(&1).await?;
            order.lines[7].quantity += 1;
            unit.save(&mut order)?;
            unit.commit().await?;
        }
        self.units.push(start.elapsed() / times);
        Ok(())
    }
}

async fn run<DB: Backend>(pool: Pool<DB>) -> Result<(), Box<dyn StdError>>
where
    Order: Persist<DB>,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    pool.acquire().await?.execute(TABLES).await?;
    let orders = || SqlRepository::<Order, DB>::new(pool.clone());
    let line = |no| Line { no, article: format!("article {no}"), quantity: 1 };
    let new = Order { id: 1, version: Version::UNSAVED, customer: "someone".into(), lines: vec![] };
    let mut order = orders().find(&1).await?.unwrap_or_else(|| Tracked::new(new));
    order.lines = (1..=LINES).map(line).collect();
    orders().save(&mut order).await?;

    let options = UnitOfWork::options();
    // A connection that has a statement under a name would use it: the unnamed ones are measured on another one.
    let other = pool.options().clone().connect_with((*pool.connect_options()).clone()).await?;
    let unnamed_orders = SqlRepository::new(other.clone()).unnamed_statements();
    let mut named = Way::new(orders(), options);
    let mut unnamed = Way::new(unnamed_orders, options.unnamed_statements());
    let times = std::env::var("TIMES").ok().and_then(|times| times.parse().ok()).unwrap_or(2);
    for _ in 0..ROUNDS {
        named.round(&pool, times).await?;
        unnamed.round(&other, times).await?;
    }
    println!("an order with {LINES} lines, medians of {ROUNDS} rounds of {times}:");
    let [named, unnamed] = [&mut named, &mut unnamed].map(Way::medians);
    for ((work, named), unnamed) in ["load", "save", "unit of work"].iter().zip(named).zip(unnamed) {
        println!(
            "  {work:<12} named {named:>5.0} µs, unnamed {unnamed:>5.0} µs, {:.1} times as long",
            unnamed / named
        );
    }
    pool.close().await;
    other.close().await;
    Ok(())
}

/// In microseconds.
fn median(times: &mut [Duration]) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1e6
}
