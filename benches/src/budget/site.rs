//! The databases, each behind a proxy that counts, if it is on a network.

use std::cell::Cell;
use std::net::ToSocketAddrs;
use std::time::{Duration, Instant};
use std::{fs, io};

use aggregate_core::Backend;
use sqlx::mysql::MySqlSslMode;
use sqlx::pool::PoolOptions;
use sqlx::postgres::PgSslMode;
use sqlx::{AssertSqlSafe, Connection, Database, MySql, Pool, Postgres, Sqlite};

use super::formula::Engine;
use super::schema;
use crate::Failure;
use crate::databases::Databases;
use crate::wire::{Protocol, Proxy};

/// How long a pool may take to have its connections back.
const PATIENCE: Duration = Duration::from_secs(20);

/// How a connection is made.
pub(super) type Options<DB> = <<DB as Database>::Connection as Connection>::Options;

/// A database with the tables of the shapes.
pub(super) struct Site<DB: Backend> {
    /// What counts; none where there is no network.
    pub(super) proxy: Option<Proxy>,
    /// How to reach the database through the proxy.
    counted: Options<DB>,
    /// For what is not counted.
    pub(super) side: Pool<DB>,
    /// How many aggregates were made.
    pub(super) number: Cell<i64>,
}

/// A database that is counted on.
pub(super) trait Counted: Backend {
    /// What it is called.
    const TITLE: &'static str;
    /// What its budgets are.
    const ENGINE: Engine;

    /// An empty database.
    async fn fresh(databases: &Databases) -> Result<Options<Self>, Failure>;
    /// The same by way of a proxy, if there is a way.
    async fn rerouted(options: &Options<Self>) -> Result<(Option<Proxy>, Options<Self>), Failure>;
    /// Runs a statement.
    async fn sql(pool: &Pool<Self>, text: &str) -> Result<(), Failure>;
    /// The only value of a query.
    async fn number(pool: &Pool<Self>, text: &str) -> Result<u64, Failure>;
}

impl<DB: Counted> Site<DB> {
    /// A fresh database with empty tables.
    pub(super) async fn open(databases: &Databases) -> Result<Self, Failure> {
        let direct = DB::fresh(databases).await?;
        let (proxy, counted) = DB::rerouted(&direct).await?;
        let side = PoolOptions::<DB>::new().max_connections(1).connect_with(direct).await?;
        for statement in schema::statements(DB::ENGINE) {
            DB::sql(&side, &statement).await.map_err(|error| format!("{error}\n{statement}"))?;
        }
        Ok(Self { proxy, counted, side, number: Cell::new(0) })
    }

    /// A pool of one connection, which is there. It does not ask before it lends it whether it still lives.
    pub(super) async fn pool(&self) -> Result<Pool<DB>, Failure> {
        let options = PoolOptions::<DB>::new().max_connections(1).test_before_acquire(false);
        let pool = options.idle_timeout(None).max_lifetime(None).connect_with(self.counted.clone()).await?;
        rest(&pool).await?;
        Ok(pool)
    }
}

/// Replaces the pool's connection, so that nothing is prepared on it.
pub(super) async fn reconnect<DB: Counted>(pool: &Pool<DB>) -> Result<(), Failure> {
    pool.acquire().await?.close().await?;
    drop(pool.acquire().await?);
    rest(pool).await
}

/// Waits until the pool has its connections back, and has asked whether they still live.
pub(super) async fn rest<DB: Backend>(pool: &Pool<DB>) -> Result<(), Failure> {
    let start = Instant::now();
    while usize::try_from(pool.size())? != pool.num_idle() {
        if start.elapsed() > PATIENCE {
            return Err("a connection did not go back to its pool".into());
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(())
}

async fn proxy(protocol: Protocol, host: &str, port: u16) -> Result<Proxy, Failure> {
    let to = (host, port).to_socket_addrs()?.next().ok_or_else(|| format!("`{host}` has no address"))?;
    Ok(Proxy::start(protocol, to).await?)
}

impl Counted for Postgres {
    const TITLE: &'static str = "PostgreSQL";
    const ENGINE: Engine = Engine::Postgres;

    async fn fresh(databases: &Databases) -> Result<Options<Self>, Failure> {
        Ok(databases.postgres("budget").await?.ssl_mode(PgSslMode::Disable))
    }

    async fn rerouted(options: &Options<Self>) -> Result<(Option<Proxy>, Options<Self>), Failure> {
        let proxy = proxy(Protocol::Postgres, options.get_host(), options.get_port()).await?;
        let address = proxy.address();
        Ok((Some(proxy), options.clone().host(&address.ip().to_string()).port(address.port())))
    }

    async fn sql(pool: &Pool<Self>, text: &str) -> Result<(), Failure> {
        sqlx::raw_sql(AssertSqlSafe(text)).execute(pool).await?;
        Ok(())
    }

    async fn number(pool: &Pool<Self>, text: &str) -> Result<u64, Failure> {
        let number: i64 = sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(pool).await?;
        Ok(number.try_into()?)
    }
}

impl Counted for MySql {
    const TITLE: &'static str = "MariaDB";
    const ENGINE: Engine = Engine::MariaDb;

    async fn fresh(databases: &Databases) -> Result<Options<Self>, Failure> {
        Ok(databases.mariadb("budget").await?.ssl_mode(MySqlSslMode::Disabled))
    }

    async fn rerouted(options: &Options<Self>) -> Result<(Option<Proxy>, Options<Self>), Failure> {
        let proxy = proxy(Protocol::MariaDb, options.get_host(), options.get_port()).await?;
        let address = proxy.address();
        Ok((Some(proxy), options.clone().host(&address.ip().to_string()).port(address.port())))
    }

    async fn sql(pool: &Pool<Self>, text: &str) -> Result<(), Failure> {
        sqlx::raw_sql(AssertSqlSafe(text)).execute(pool).await?;
        Ok(())
    }

    async fn number(pool: &Pool<Self>, text: &str) -> Result<u64, Failure> {
        let number: i64 = sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(pool).await?;
        Ok(number.try_into()?)
    }
}

impl Counted for Sqlite {
    const TITLE: &'static str = "SQLite";
    const ENGINE: Engine = Engine::Sqlite;

    async fn fresh(databases: &Databases) -> Result<Options<Self>, Failure> {
        let options = databases.sqlite("budget");
        match fs::remove_file(options.get_filename()) {
            // What an earlier run has left.
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(options),
        }
    }

    async fn rerouted(options: &Options<Self>) -> Result<(Option<Proxy>, Options<Self>), Failure> {
        Ok((None, options.clone()))
    }

    async fn sql(pool: &Pool<Self>, text: &str) -> Result<(), Failure> {
        sqlx::raw_sql(AssertSqlSafe(text)).execute(pool).await?;
        Ok(())
    }

    async fn number(pool: &Pool<Self>, text: &str) -> Result<u64, Failure> {
        let number: i64 = sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(pool).await?;
        Ok(number.try_into()?)
    }
}
