//! A fresh database for each test, with a record of every statement sent and of every row written.

mod levels;
mod log;
#[cfg(feature = "mysql")]
mod mariadb;
#[cfg(feature = "postgres")]
mod postgres;
mod proxy;
#[cfg(feature = "sqlite")]
mod sqlite;
mod tables;

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use aggregate_core::{Aggregate, Backend, Error, Persist, SaveReport, SqlRepository, Tracked};
use sqlx::{Pool, pool::PoolOptions};

pub use levels::{Level, Stale};
pub use log::{Sent, StatementLog};
pub use proxy::{Fault, Message, Proxy, Then, Way, Wire};
pub use tables::Tables;

/// How a driver connects.
pub type ConnectOptions<DB> = <<DB as sqlx::Database>::Connection as sqlx::Connection>::Options;

/// The way to a server by another address.
pub struct Rerouted<DB: Engine> {
    /// How the server speaks.
    pub wire: Wire,
    /// Where it is, `host:port`.
    pub server: String,
    /// What connects to the other address.
    pub options: ConnectOptions<DB>,
}

/// What a database lends to the tests: connections, and the few words of SQL that differ.
pub trait Engine: Backend {
    /// What is removed after the test.
    type Site;

    /// How many connections may race: where the engine lets those that wait sleep, more would only sleep longer.
    const CROWD: u32;
    /// Whether the engine locks what is not there.
    const HAS_GAP_LOCKS: bool;
    /// Makes each write of an invoice keep its lock for some milliseconds, so that others meet it.
    const SLOWS_WRITES: Option<&'static str>;
    /// Whether a load is one statement.
    const LOADS_AT_ONCE: bool;
    /// Whether a save is one statement, and a delete too.
    const SAVES_AT_ONCE: bool;
    /// Whether any number of ids and rows are an array each, and so one statement.
    const TAKES_ARRAYS: bool;
    /// Whether the engine says which constraint was violated.
    const NAMES_CONSTRAINTS: bool;
    /// Whether a statement that fails takes the whole transaction with it.
    const FAILS_WHOLE: bool;
    /// Whether a trigger can make an update do nothing without an error.
    const HAS_SILENT_TRIGGERS: bool;
    /// Whether a key of type `CHAR(n)` differs from what was stored.
    const PADS_KEYS: bool;
    /// Makes each update of a customer fail, by a trigger `guard` that ends the transaction if it can.
    const ENDS_UPDATES: &'static str;
    /// Makes each update of a customer do nothing, by a trigger `guard`, as silently as one can.
    const SWALLOWS_UPDATES: &'static str;
    /// Removes the trigger.
    const NO_GUARD: &'static str;
    /// Makes the connection of a transaction that updated an account break in its COMMIT, if anything can.
    const BREAKS_COMMITS: Option<&'static str>;
    /// The isolation levels that a session can have, the strictest last.
    const LEVELS: &'static [Level];
    /// Makes a connection's later transactions read what others have not committed, or say that they do.
    const DIRTY: &'static str;
    /// Whether they do.
    const HAS_DIRTY_READS: bool;
    /// Ends a connection's statements that take longer than some milliseconds.
    const HURRIES: Option<&'static str>;
    /// What a SELECT ends in that locks its rows as a save of unversioned rows does.
    const LOCKS_SHARED: &'static str;
    /// A query of the sessions of this database that wait for a lock, if the engine tells.
    const WAITING: Option<&'static str>;
    /// Makes a connection's later transactions keep no snapshot, where there are such.
    const READ_COMMITTED: Option<&'static str>;
    /// Makes a connection's later transactions keep one.
    const REPEATABLE_READ: &'static str;
    /// SQL that fails inside of a transaction, and changes nothing outside of one.
    const OUT_OF_TRANSACTION: &'static str;
    /// Whether a connection can be used when the future of a statement was dropped.
    const OUTLIVES_DROPS: bool;
    /// A query of the transactions of this database that are open and do nothing, if it is on a server.
    const OPEN_TRANSACTIONS: Option<&'static str>;
    /// More ids than one statement can bind.
    const BEYOND_BINDS: i64;
    /// The words for `{double}`, `{time}` and so on in the text of a table.
    const TYPES: &'static [(&'static str, &'static str)];
    /// Creates the table of written rows, and what its triggers call.
    const AUDIT: &'static str;

    /// Makes an empty database.
    fn open() -> impl Future<Output = (Pool<Self>, Self::Site)>;
    /// Another pool on the same database: this many connections, this patience with locks.
    fn pool(site: &Self::Site, connections: u32, patience: Duration) -> impl Future<Output = Pool<Self>>;
    /// A pool for the SQL of the tests themselves, which quotes names by `"` as the standard does.
    fn standard_pool(site: &Self::Site, pool: &Pool<Self>) -> impl Future<Output = Pool<Self>> {
        let _ = site;
        std::future::ready(pool.clone())
    }
    /// How the server speaks and where it is, and how to reach it at another address; nothing if there is none.
    #[must_use]
    fn rerouted(_: ConnectOptions<Self>, _: SocketAddr) -> Option<Rerouted<Self>> {
        None
    }
    /// Removes the database.
    fn close(site: Self::Site) -> impl Future<Output = ()>;
    /// Triggers that note every row of a table that is written, by its key.
    fn triggers(table: &str, key: &[&str]) -> String;
    /// Runs any number of statements.
    fn run(conn: &mut Self::Connection, sql: String) -> impl Future<Output = Result<(), sqlx::Error>> + Send;
    /// The values of a row as text.
    fn cells(row: &Self::Row) -> Vec<String>;

    /// Statements of a load of this many tables.
    #[must_use]
    fn load_budget(tables: u64) -> u64 {
        if Self::LOADS_AT_ONCE { 1 } else { 2 + tables }
    }

    /// The most statements of a save that writes to this many tables besides the root's.
    #[must_use]
    fn save_budget(tables: u64) -> u64 {
        if Self::SAVES_AT_ONCE { 1 } else { 3 + 3 * tables }
    }

    /// Statements of a first save that fills this many tables besides the root's.
    #[must_use]
    fn create_budget(tables: u64) -> u64 {
        if Self::SAVES_AT_ONCE { 1 } else { 3 + tables }
    }

    /// The most statements of a delete of an aggregate of this many tables.
    #[must_use]
    fn delete_budget(tables: u64) -> u64 {
        if Self::SAVES_AT_ONCE { 1 } else { 3 + tables }
    }
}

/// The database of one test.
pub struct Lab<DB: Engine> {
    pool: Pool<DB>,
    /// For SQL of the test's own.
    standard: Pool<DB>,
    site: DB::Site,
    log: StatementLog,
}

/// Runs a test on a database of its own.
///
/// # Panics
///
/// If the test does, or if there is no database.
pub fn run<DB: Engine>(test: impl AsyncFnOnce(&Lab<DB>)) {
    let bench = Bench::open();
    bench.block_on(test);
    bench.close();
}

/// A database with the thread's own runtime, for tests that are not async from the start.
pub struct Bench<DB: Engine> {
    runtime: tokio::runtime::Runtime,
    lab: Lab<DB>,
    _listening: tracing::subscriber::DefaultGuard,
}

impl<DB: Engine> Bench<DB> {
    /// Makes a database.
    ///
    /// # Panics
    ///
    /// If there is none to be had.
    #[must_use]
    pub fn open() -> Self {
        // One thread runs the whole test, so that its subscriber hears this test's statements only.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let log = StatementLog::default();
        let listening = log.listen();
        let lab = runtime.block_on(async {
            let (pool, site) = DB::open().await;
            let standard = DB::standard_pool(&site, &pool).await;
            let lab = Lab { pool, standard, site, log };
            lab.sql(DB::AUDIT).await;
            lab
        });
        Self { runtime, lab, _listening: listening }
    }

    /// Runs a part of the test.
    pub fn block_on(&self, part: impl AsyncFnOnce(&Lab<DB>)) {
        self.runtime.block_on(part(&self.lab));
    }

    /// Removes the database.
    pub fn close(self) {
        self.runtime.block_on(async {
            self.lab.pool.close().await;
            self.lab.standard.close().await;
            DB::close(self.lab.site).await;
        });
    }
}

impl<DB: Engine> Lab<DB> {
    /// Creates tables, and gives a repository.
    pub async fn with<A: Aggregate + Persist<DB>>(&self, tables: &Tables) -> SqlRepository<A, DB> {
        self.create(tables).await;
        self.repository()
    }

    /// Creates tables.
    pub async fn create(&self, tables: &Tables) {
        self.sql(&tables.text::<DB>()).await;
    }

    /// A repository with caches of its own.
    #[must_use]
    pub fn repository<A: Aggregate + Persist<DB>>(&self) -> SqlRepository<A, DB> {
        SqlRepository::new(self.pool.clone())
    }

    /// Saves a new aggregate, and forgets what that sent and wrote.
    pub async fn saved<A: Aggregate + Persist<DB>>(
        &self,
        repository: &SqlRepository<A, DB>,
        aggregate: A,
    ) -> Tracked<A> {
        let mut tracked = Tracked::new(aggregate);
        self.save(repository, &mut tracked).await.expect("a new aggregate can be saved");
        self.forget().await;
        tracked
    }

    /// Saves, and checks what holds for every save: the report counts the statements that were sent, they are
    /// within the budget, and a save that reports nothing sent nothing.
    pub async fn save<A: Aggregate + Persist<DB>>(
        &self,
        repository: &SqlRepository<A, DB>,
        tracked: &mut Tracked<A>,
    ) -> Result<SaveReport, Error> {
        drop(self.log.take());
        let report = repository.save(tracked).await?;
        let sent = self.sent();
        assert_eq!(report.statements, sent.len() as u64, "the report counts what was sent: {sent:#?}");
        let below = report
            .tables
            .iter()
            .filter(|t| t.table != A::TABLE.name() && t.inserted + t.updated + t.deleted > 0)
            .count() as u64;
        // New rows that others move to are inserted before the moves, the rest after the removals.
        let split =
            report.tables.iter().filter(|t| t.inserted > 1 && t.updated > 0 && t.deleted > 0).count() as u64;
        let budget = match () {
            () if report.is_noop() => 0,
            () if !report.old_version.is_saved() => DB::create_budget(below),
            () => DB::save_budget(below) + if DB::SAVES_AT_ONCE { 0 } else { split },
        };
        assert!(report.statements <= budget, "{} statements, budget {budget}: {sent:#?}", report.statements);
        Ok(report)
    }

    /// Runs SQL behind the library's back.
    pub async fn sql(&self, text: &str) {
        let mut conn = self.standard.acquire().await.expect("a connection");
        if let Err(error) = DB::run(&mut conn, text.to_owned()).await {
            panic!("{error}\n{text}");
        }
    }

    /// The rows of a query as text, the values of each with `|` between them.
    pub async fn rows(&self, query: &str) -> Vec<String> {
        let mut conn = self.standard.acquire().await.expect("a connection");
        match DB::fetch_all(&mut conn, query.into(), <DB as sqlx::Database>::Arguments::default(), true).await
        {
            Ok(rows) => rows.iter().map(|row| DB::cells(row).join("|")).collect(),
            Err(error) => panic!("{error}\n{query}"),
        }
    }

    /// The only value of a query, as text.
    pub async fn cell(&self, query: &str) -> String {
        let rows = self.rows(query).await;
        assert_eq!(rows.len(), 1, "{query}");
        rows.into_iter().next().unwrap_or_default()
    }

    /// The number of rows of a table, which a condition may follow.
    pub async fn count(&self, table: &str) -> usize {
        self.rows(&format!("SELECT 'a row' FROM {table}")).await.len()
    }

    /// The rows that were written since this was last asked, sorted: `table I key`, or `U`, or `D`.
    pub async fn written(&self) -> Vec<String> {
        let rows = self.rows("SELECT t || ' ' || op || ' ' || k FROM audit").await;
        self.sql("DELETE FROM audit").await;
        let mut rows = rows;
        rows.sort();
        rows
    }

    /// The statements that were sent since this was last asked, without the one-time look at the tables.
    #[must_use]
    pub fn sent(&self) -> Vec<Sent> {
        self.sent_of_any_kind().into_iter().filter(|sent| sent.kind != "describe").collect()
    }

    /// The statements that were sent since this was last asked.
    #[must_use]
    pub fn sent_of_any_kind(&self) -> Vec<Sent> {
        self.log.take()
    }

    /// Forgets what was sent and written so far.
    pub async fn forget(&self) {
        self.sql("DELETE FROM audit").await;
        drop(self.log.take());
    }

    /// The pool that the repositories use.
    pub const fn pool(&self) -> &Pool<DB> {
        &self.pool
    }

    /// Lets the other tasks run until as many sessions wait for locks; where the engine does not tell, until
    /// they had the time to.
    ///
    /// # Panics
    ///
    /// If none does for long.
    pub async fn until_waiting(&self, sessions: usize) {
        let Some(query) = DB::WAITING else {
            return tokio::time::sleep(Duration::from_millis(200)).await;
        };
        for _ in 0..100 {
            // InnoDB shows what it knew until nobody has asked for a tenth of a second.
            tokio::time::sleep(Duration::from_millis(120)).await;
            if self.rows(query).await.len() == sessions {
                return;
            }
        }
        panic!("{sessions} sessions should wait for a lock, by `{query}`");
    }

    /// Waits until no transaction is open on the server.
    ///
    /// # Panics
    ///
    /// If one stays.
    pub async fn until_no_transaction_is_open(&self) {
        let Some(query) = DB::OPEN_TRANSACTIONS else { return };
        for _ in 0..50 {
            if self.rows(query).await.is_empty() {
                return;
            }
            // As in `until_waiting`.
            tokio::time::sleep(Duration::from_millis(120)).await;
        }
        panic!("a transaction is open, by `{query}`");
    }

    /// Another pool on the same database: this many connections, this patience with locks.
    pub async fn another_pool(&self, connections: u32, patience: Duration) -> Pool<DB> {
        DB::pool(&self.site, connections, patience).await
    }

    /// Another pool on the same database, of one connection, whose settings die with it.
    pub async fn pool_of_one(&self) -> Pool<DB> {
        self.another_pool(1, Duration::from_secs(30)).await
    }

    /// Another pool on the same database, of this many connections, which are made when they are asked for, and
    /// this patience with those that are not given back.
    #[must_use]
    pub fn small_pool(&self, connections: u32, patience: Duration) -> Pool<DB> {
        PoolOptions::<DB>::new()
            .max_connections(connections)
            .acquire_timeout(patience)
            .connect_lazy_with((*self.pool.connect_options()).clone())
    }

    /// Another pool on the same database, of connections that begin with this SQL.
    pub async fn pool_that(&self, connections: u32, begins: &'static str) -> Pool<DB> {
        PoolOptions::<DB>::new()
            .max_connections(connections)
            .acquire_timeout(Duration::from_secs(20))
            .after_connect(move |conn, _| Box::pin(async move { DB::run(conn, begins.to_owned()).await }))
            .connect_with((*self.pool.connect_options()).clone())
            .await
            .expect("the test's database answers")
    }
}
