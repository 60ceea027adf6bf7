//! Many writers on few aggregates: what they get done, and how often they stand in each other's way.

mod report;
mod writers;

use std::path::Path;
use std::time::Duration;

use sqlx::mysql::MySqlPoolOptions;
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::SqlitePoolOptions;
use tokio::runtime::Builder;

use crate::Failure;
use crate::databases::Databases;
use writers::crowds;

/// The name of the databases.
const NAME: &str = "hot";
/// How many write at once.
const WRITERS: u32 = 16;
/// The connections of `SQLite`, which lets one write at a time.
const SQLITE_CONNECTIONS: u32 = 8;
/// How long a connection of `SQLite` waits for its turn to write.
const SQLITE_PATIENCE: Duration = Duration::from_secs(5);
/// On how many aggregates.
const AGGREGATES: [i64; 3] = [1, 10, 1_000];
/// For how long.
const TIME: Duration = Duration::from_secs(3);
/// The children of each aggregate, of which an edit changes one.
const CHILDREN: i64 = 10;

/// Measures all; `false` if a save was lost or stored twice.
///
/// # Errors
///
/// If a database or a file does not do as it should.
pub fn run(databases: &Databases, directory: &Path) -> Result<bool, Failure> {
    let results = Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let postgres = PgPoolOptions::new().max_connections(WRITERS).test_before_acquire(false);
        let mariadb = MySqlPoolOptions::new().max_connections(WRITERS).test_before_acquire(false);
        let sqlite = SqlitePoolOptions::new().max_connections(SQLITE_CONNECTIONS).test_before_acquire(false);
        let file = databases.sqlite(NAME).busy_timeout(SQLITE_PATIENCE);
        let mut results = Vec::new();
        results.extend(
            crowds("PostgreSQL", postgres.connect_with(databases.postgres(NAME).await?).await?).await?,
        );
        results.extend(crowds("MariaDB", mariadb.connect_with(databases.mariadb(NAME).await?).await?).await?);
        results.extend(crowds("SQLite", sqlite.connect_with(file).await?).await?);
        Ok::<_, Failure>(results)
    })?;
    databases.forget_sqlite(NAME)?;
    report::write(directory, &results)
}
