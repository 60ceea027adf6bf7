//! Which databases they are.

use sqlx::{Connection, Executor, Row, SqliteConnection};

use crate::Failure;
use crate::databases::Databases;

/// Prints the databases' names and versions, as they tell them.
///
/// # Errors
///
/// If one does not answer.
pub fn run(databases: &Databases) -> Result<bool, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut postgres = databases.connect_postgres().await?;
        let postgres: String = postgres.fetch_one("SHOW server_version").await?.try_get(0)?;
        let mut mariadb = databases.connect_mariadb().await?;
        let mariadb: String = mariadb.fetch_one("SELECT version()").await?.try_get(0)?;
        let mut sqlite = SqliteConnection::connect("sqlite::memory:").await?;
        let sqlite: String = sqlite.fetch_one("SELECT sqlite_version()").await?.try_get(0)?;
        let number = |version: &str| version.split([' ', '-']).next().unwrap_or_default().to_owned();
        println!("PostgreSQL {}, MariaDB {}, SQLite {sqlite}", number(&postgres), number(&mariadb));
        Ok(true)
    })
}
