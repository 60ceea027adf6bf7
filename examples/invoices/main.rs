//! Imports 412 real invoices through derived aggregates, then lets two clerks change one of them at once.
//!
//! ```text
//! cargo run --example invoices
//! DATABASE_URL=postgres://localhost/demo cargo run --features postgres --example invoices
//! DATABASE_URL=mysql://localhost/demo cargo run --features mysql --example invoices
//! ```
//!
//! `--data FOLDER` reads other CSV files; `DATABASE_URL=sqlite:FILE` keeps the database elsewhere than in
//! `invoices.db`.

mod clerks;
mod database;
mod files;
mod import;
mod invoice;
mod money;
mod row_versions;
mod statements;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use aggregate_core::{Persist, SqlRepository};
use sqlx::Pool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool};

use database::PlainSql;
use invoice::Invoice;
use money::grouped;

#[tokio::main]
async fn main() -> ExitCode {
    match start().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", sentence(&*error));
            ExitCode::FAILURE
        }
    }
}

/// Reads the files, then opens the database: a broken file leaves no database behind.
async fn start() -> Result<(), Box<dyn Error>> {
    let folder = data_folder()?;
    let invoices = files::read(&folder)?;
    let lines: usize = invoices.iter().map(|invoice| invoice.lines().len()).sum();
    let (count, lines) = (grouped(invoices.len() as u64), grouped(lines as u64));
    println!("checked {count} invoices with {lines} lines in {}", folder.display());

    let url = std::env::var("DATABASE_URL").unwrap_or_else(|_| "sqlite:invoices.db".into());
    match url.split_once(':').map(|(scheme, _)| scheme) {
        Some("sqlite") => run(open_sqlite(&url).await?, &invoices).await,
        #[cfg(feature = "postgres")]
        Some("postgres" | "postgresql") => {
            Box::pin(run(connect::<sqlx::Postgres>(&url).await?, &invoices)).await
        }
        #[cfg(not(feature = "postgres"))]
        Some("postgres" | "postgresql") => {
            Err("DATABASE_URL names PostgreSQL, which this build leaves out: add `--features postgres`"
                .into())
        }
        #[cfg(feature = "mysql")]
        Some("mysql" | "mariadb") => Box::pin(run(connect::<sqlx::MySql>(&url).await?, &invoices)).await,
        #[cfg(not(feature = "mysql"))]
        Some("mysql" | "mariadb") => {
            Err("DATABASE_URL names MariaDB, which this build leaves out: add `--features mysql`".into())
        }
        _ => Err("DATABASE_URL begins with none of `sqlite:`, `postgres:` and `mysql:`".into()),
    }
}

/// Everything from here on is written once, for all databases.
async fn run<DB: PlainSql>(pool: Pool<DB>, invoices: &[Invoice]) -> Result<(), Box<dyn Error>>
where
    Invoice: Persist<DB>,
{
    database::create_tables(&pool).await?;
    let repository = SqlRepository::<Invoice, DB>::new(pool.clone());
    import::import(&repository, invoices).await?;
    let Some(shared) = invoices.iter().find(|invoice| invoice.lines().len() > 1) else {
        return Err("no invoice has two lines, so two clerks have nothing to share".into());
    };
    clerks::guarded_by_the_root(&repository, shared).await?;
    row_versions::guarded_row_by_row(&pool, shared).await?;
    pool.close().await;
    Ok(())
}

async fn open_sqlite(url: &str) -> Result<SqlitePool, Box<dyn Error>> {
    let options: SqliteConnectOptions = url.parse().map_err(|why| failed("DATABASE_URL is wrong", &why))?;
    let options = options.create_if_missing(true).journal_mode(SqliteJournalMode::Wal);
    SqlitePool::connect_with(options).await.map_err(|why| failed(&format!("cannot open {url}"), &why))
}

#[cfg(any(feature = "mysql", feature = "postgres"))]
async fn connect<DB: sqlx::Database>(url: &str) -> Result<Pool<DB>, Box<dyn Error>> {
    use sqlx::Connection;

    // One connection says why it fails; a pool tries for half a minute and says that time is up.
    let failed = |why| failed("cannot connect to DATABASE_URL", &why);
    DB::Connection::connect(url).await.map_err(failed)?.close().await?;
    Ok(Pool::connect(url).await?)
}

/// The folder of the CSV files: `--data FOLDER`, or the one beside this example.
fn data_folder() -> Result<PathBuf, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next(), arguments.next()) {
        (None, ..) => Ok(PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/data"))),
        (Some("--data"), Some(folder), None) => Ok(folder.into()),
        _ => Err("the only argument is `--data FOLDER`".into()),
    }
}

/// What was tried and why it failed, in one line. URLs can hold passwords and are not shown.
fn failed(what: &str, why: &sqlx::Error) -> Box<dyn Error> {
    format!("{what}: {}", sentence(why)).into()
}

/// An error and its sources in one line, without what a source repeats.
fn sentence(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        source = error.source();
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
