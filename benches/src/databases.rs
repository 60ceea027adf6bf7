//! Fresh databases on the servers that the environment names.

use std::env;
use std::path::{Path, PathBuf};

use sqlx::mysql::MySqlConnectOptions;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, MySqlConnection, PgConnection};

/// Anything that ends a measurement.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Where the databases are, and where files may be left.
#[derive(Debug, Clone)]
pub struct Databases {
    postgres: PgConnectOptions,
    mariadb: MySqlConnectOptions,
    directory: PathBuf,
}

impl Databases {
    /// The servers that `AGGREGATE_TEST_POSTGRES` and `AGGREGATE_TEST_MARIADB` name, and a directory for files.
    ///
    /// # Errors
    ///
    /// If a variable is missing or no address.
    pub fn of_environment(directory: &Path) -> Result<Self, Failure> {
        let address = |name| env::var(name).map_err(|_| format!("{name} is not set"));
        Ok(Self {
            postgres: address("AGGREGATE_TEST_POSTGRES")?.parse()?,
            mariadb: address("AGGREGATE_TEST_MARIADB")?.parse()?,
            directory: directory.to_owned(),
        })
    }

    /// A connection to the server of `PostgreSQL`.
    ///
    /// # Errors
    ///
    /// If it does not answer.
    pub async fn connect_postgres(&self) -> Result<PgConnection, Failure> {
        Ok(self.postgres.connect().await?)
    }

    /// A connection to the server of `MariaDB`.
    ///
    /// # Errors
    ///
    /// If it does not answer.
    pub async fn connect_mariadb(&self) -> Result<MySqlConnection, Failure> {
        Ok(self.mariadb.connect().await?)
    }

    /// An empty database on `PostgreSQL`.
    ///
    /// # Errors
    ///
    /// If the server does not make one.
    pub async fn postgres(&self, name: &str) -> Result<PgConnectOptions, Failure> {
        let mut conn = self.connect_postgres().await?;
        for sql in [format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"), format!("CREATE DATABASE {name}")]
        {
            conn.execute(AssertSqlSafe(sql)).await?;
        }
        conn.close().await?;
        Ok(self.postgres.clone().database(name))
    }

    /// An empty database on `MariaDB`.
    ///
    /// # Errors
    ///
    /// If the server does not make one.
    pub async fn mariadb(&self, name: &str) -> Result<MySqlConnectOptions, Failure> {
        let mut conn = self.connect_mariadb().await?;
        for sql in [format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name}")] {
            conn.execute(AssertSqlSafe(sql)).await?;
        }
        conn.close().await?;
        Ok(self.mariadb.clone().database(name))
    }

    /// An empty database of `SQLite` in a file, with a write-ahead log that is not flushed on every commit.
    #[must_use]
    pub fn sqlite(&self, name: &str) -> SqliteConnectOptions {
        // What an earlier run left; if it cannot be removed, its tables will tell.
        self.forget_sqlite(name).ok();
        let options = SqliteConnectOptions::new()
            .filename(self.directory.join(format!("{name}.sqlite")))
            .create_if_missing(true);
        options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Normal)
    }

    /// Removes the files of a database of `SQLite` that nobody uses any more.
    ///
    /// # Errors
    ///
    /// If there are files that cannot be removed.
    pub fn forget_sqlite(&self, name: &str) -> Result<(), Failure> {
        for suffix in ["", "-wal", "-shm"] {
            match std::fs::remove_file(self.directory.join(format!("{name}.sqlite{suffix}"))) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
        Ok(())
    }
}
