//! What the example needs of a database beside the library: its tables, and a little SQL by hand.

use std::path::Path;

use aggregate_core::Backend;
use sqlx::error::DatabaseError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool};
use sqlx::{AssertSqlSafe, Pool};

/// SQL that SQLite, PostgreSQL and MariaDB all understand. The last three tables are those of the counter by hand.
const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS stock_products (sku VARCHAR(64) NOT NULL PRIMARY KEY, version BIGINT NOT NULL);
    CREATE TABLE IF NOT EXISTS stock_batches (
        reference VARCHAR(64) NOT NULL PRIMARY KEY,
        product_sku VARCHAR(64) NOT NULL REFERENCES stock_products (sku),
        purchased INTEGER NOT NULL,
        eta DATE);
    CREATE TABLE IF NOT EXISTS stock_order_lines (
        batch_reference VARCHAR(64) NOT NULL REFERENCES stock_batches (reference),
        order_id VARCHAR(64) NOT NULL,
        sku VARCHAR(64) NOT NULL,
        quantity INTEGER NOT NULL,
        PRIMARY KEY (batch_reference, order_id));

    CREATE TABLE IF NOT EXISTS by_hand_products (id BIGINT NOT NULL PRIMARY KEY, version_number BIGINT NOT NULL);
    CREATE TABLE IF NOT EXISTS by_hand_batches (
        id BIGINT NOT NULL PRIMARY KEY,
        product_id BIGINT NOT NULL REFERENCES by_hand_products (id),
        purchased BIGINT NOT NULL);
    CREATE TABLE IF NOT EXISTS by_hand_lines (
        id BIGINT NOT NULL PRIMARY KEY,
        batch_id BIGINT NOT NULL REFERENCES by_hand_batches (id),
        quantity BIGINT NOT NULL);";

/// Creates the tables, if they are not there.
pub(crate) async fn create_tables<DB: PlainSql>(pool: &Pool<DB>) -> Result<(), sqlx::Error> {
    DB::write(&mut *pool.acquire().await?, TABLES).await.map(drop)
}

/// How many batches are promised to more than they hold, whatever the library says.
pub(crate) async fn oversold<DB: PlainSql>(pool: &Pool<DB>) -> Result<i64, sqlx::Error> {
    let query = "SELECT COUNT(*) FROM stock_batches WHERE purchased < (
        SELECT COALESCE(SUM(quantity), 0) FROM stock_order_lines WHERE batch_reference = reference)";
    Ok(DB::read(&mut *pool.acquire().await?, query).await?.into_iter().sum())
}

/// A database in a file of its own.
pub(crate) async fn open_sqlite(folder: &Path) -> Result<SqlitePool, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(folder.join("stock.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal);
    SqlitePool::connect_with(options).await
}

/// How a load, what is decided upon it, and the save are put into transactions.
#[derive(Debug)]
pub(crate) struct Way {
    pub(crate) name: &'static str,
    /// The statements that begin a transaction.
    pub(crate) begin: &'static [&'static str],
    /// Whether one transaction spans all; else the load is before it, as where a user thinks between load and save.
    pub(crate) is_whole: bool,
    /// Whether the engine sees by itself that what was read has changed, although what is written has not; `None` if that
    /// hangs on a setting of the server.
    pub(crate) notices: Option<bool>,
}

/// A database that this example can send its own SQL to.
pub(crate) trait PlainSql: Backend {
    const WAYS: &'static [Way];

    /// Sends a query for one column of numbers.
    async fn read(connection: &mut Self::Connection, sql: &'static str) -> Result<Vec<i64>, sqlx::Error>;

    /// Sends statements and returns the number of rows that they wrote.
    async fn write(connection: &mut Self::Connection, sql: &str) -> Result<u64, sqlx::Error>;

    /// Whether the engine refuses to let a transaction write upon what it has read.
    fn is_too_late(error: &sqlx::Error) -> bool;
}

/// How many rows were written is on no trait of sqlx, so each database has its say.
macro_rules! plain_sql {
    ($database:ty, $error:ty, $is_too_late:expr, $ways:expr) => {
        impl PlainSql for $database {
            const WAYS: &'static [Way] = &$ways;

            async fn read(
                connection: &mut Self::Connection,
                sql: &'static str,
            ) -> Result<Vec<i64>, sqlx::Error> {
                sqlx::query_scalar(sql).fetch_all(connection).await
            }

            async fn write(connection: &mut Self::Connection, sql: &str) -> Result<u64, sqlx::Error> {
                // Nothing in it comes from outside.
                let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
                Ok(sql.execute(connection).await?.rows_affected())
            }

            fn is_too_late(error: &sqlx::Error) -> bool {
                let error = error.as_database_error().and_then(|error| error.try_downcast_ref::<$error>());
                error.is_some_and($is_too_late)
            }
        }
    };
}

// SQLite has one isolation level, and it is serializable; what is read before the transaction is not part of that.
plain_sql!(
    sqlx::Sqlite,
    sqlx::sqlite::SqliteError,
    // SQLITE_BUSY_SNAPSHOT
    |error| DatabaseError::code(error).as_deref() == Some("517"),
    [
        Way { name: "load before the transaction", begin: &["BEGIN"], is_whole: false, notices: Some(false) },
        Way { name: "load in the transaction", begin: &["BEGIN"], is_whole: true, notices: Some(true) },
    ]
);

#[cfg(feature = "postgres")]
plain_sql!(
    sqlx::Postgres,
    sqlx::postgres::PgDatabaseError,
    // serialization_failure
    |error| error.code() == "40001",
    [
        Way {
            name: "READ COMMITTED",
            begin: &["BEGIN ISOLATION LEVEL READ COMMITTED"],
            is_whole: true,
            notices: Some(false),
        },
        Way {
            name: "REPEATABLE READ",
            begin: &["BEGIN ISOLATION LEVEL REPEATABLE READ"],
            is_whole: true,
            notices: Some(false),
        },
        Way {
            name: "SERIALIZABLE",
            begin: &["BEGIN ISOLATION LEVEL SERIALIZABLE"],
            is_whole: true,
            notices: Some(true),
        },
    ]
);

// At SERIALIZABLE its reads lock, so that whoever writes first waits for the other one: no turn of ours is possible.
#[cfg(feature = "mysql")]
plain_sql!(
    sqlx::MySql,
    sqlx::mysql::MySqlDatabaseError,
    // ER_CHECKREAD
    |error| error.number() == 1020,
    [
        Way {
            name: "READ COMMITTED",
            begin: &["SET TRANSACTION ISOLATION LEVEL READ COMMITTED", "START TRANSACTION"],
            is_whole: true,
            notices: Some(false),
        },
        Way {
            name: "REPEATABLE READ",
            // What follows depends on innodb_snapshot_isolation, which is ON by default since MariaDB 11.6.
            begin: &["SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "START TRANSACTION"],
            is_whole: true,
            notices: None,
        },
    ]
);
