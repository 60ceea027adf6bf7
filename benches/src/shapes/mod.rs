//! The shapes of statements: how the values of many rows are best sent, and how many texts an application makes.

mod busy;
mod forms;

use std::fmt::Write;
use std::fs;
use std::path::Path;

use sqlx::pool::PoolOptions;
use sqlx::{Connection, MySql, Pool, Postgres, Sqlite};

use crate::Failure;
use crate::databases::Databases;

/// Measures, and writes `shapes.md` and `shapes.csv`; `false` if a busy application makes too many texts.
///
/// # Errors
///
/// If a database refuses, or a file cannot be written.
pub async fn run(databases: &Databases, directory: &Path) -> Result<bool, Failure> {
    let mut text = String::new();
    let postgres = connect::<Postgres>(databases.postgres("shapes").await?).await?;
    let measured = forms::measure(&postgres).await?;
    fs::write(directory.join("shapes.csv"), forms::csv(&measured)?)?;
    write!(text, "{}", forms::markdown(&measured)?)?;

    busy::listen()?;
    let counted = [
        busy::count(&postgres).await?,
        busy::count(&connect::<MySql>(databases.mariadb("shapes").await?).await?).await?,
        busy::count(&connect::<Sqlite>(databases.sqlite("shapes")).await?).await?,
    ];
    write!(text, "{}", busy::markdown(&counted)?)?;
    println!("{text}");
    fs::write(directory.join("shapes.md"), text)?;
    Ok(counted.iter().all(busy::Counted::is_bounded))
}

async fn connect<DB: sqlx::Database>(
    options: <DB::Connection as Connection>::Options,
) -> Result<Pool<DB>, sqlx::Error> {
    PoolOptions::new().max_connections(1).test_before_acquire(false).connect_with(options).await
}
