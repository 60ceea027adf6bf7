//! An invoice is edited in two browsers at once: `ETag` and `If-Match` out and back, and both sides shown where they meet.
//!
//! ```text
//! cargo run --example offline_edit              a conflict from end to end, as HTTP sees it
//! cargo run --example offline_edit serve        the page, until Ctrl-C
//! DATABASE_URL=postgres://localhost/demo cargo run --features postgres --example offline_edit serve
//! DATABASE_URL=mysql://localhost/demo cargo run --features mysql --example offline_edit serve
//! ```
//!
//! `DATABASE_URL=sqlite:FILE` keeps the invoice in a file; without it, it is gone with the program.

mod invoice;
mod refusal;
mod service;
mod tables;
mod walk;

use std::error::Error as StdError;
use std::net::Ipv4Addr;
use std::sync::Arc;

use aggregate_core::{Backend, Persist, SqlRepository};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use sqlx::{Executor, Pool};
use tokio::net::TcpListener;

use invoice::Invoice;
use service::Invoices;

/// What the arguments ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Walk,
    Serve,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn StdError>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let mode = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => Mode::Walk,
        ["serve"] => Mode::Serve,
        _ => return Err("the only argument is `serve`".into()),
    };
    let Ok(url) = std::env::var("DATABASE_URL") else {
        return run(tables::in_memory().await?, mode).await;
    };
    match url.split_once(':').map(|(scheme, _)| scheme) {
        Some("sqlite") => {
            let options: SqliteConnectOptions = url.parse()?;
            run(SqlitePool::connect_with(options.create_if_missing(true)).await?, mode).await
        }
        #[cfg(feature = "postgres")]
        Some("postgres" | "postgresql") => Box::pin(run(sqlx::PgPool::connect(&url).await?, mode)).await,
        #[cfg(feature = "mysql")]
        Some("mysql" | "mariadb") => Box::pin(run(sqlx::MySqlPool::connect(&url).await?, mode)).await,
        _ => Err(
            "DATABASE_URL names a database that this build leaves out: add `--features postgres` or `mysql`"
                .into(),
        ),
    }
}

/// Written once, for all databases.
async fn run<DB: Backend>(pool: Pool<DB>, mode: Mode) -> Result<(), Box<dyn StdError>>
where
    Invoice: Persist<DB>,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    tables::create(&pool).await?;
    let invoices: Invoices = Arc::new(SqlRepository::<Invoice, DB>::new(pool.clone()));
    match mode {
        Mode::Walk => walk::through(invoices).await?,
        Mode::Serve => serve(invoices).await?,
    }
    pool.close().await;
    Ok(())
}

/// Serves to this machine alone. A Ctrl-C may end it at any moment: what was saved is stored, and all else is not.
async fn serve(invoices: Invoices) -> Result<(), Box<dyn StdError>> {
    if invoices.find(&("acme".into(), 7)).await?.is_none() {
        tables::reset(&*invoices, Invoice::sample("acme", 7)).await?;
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("http://{}/acme/invoices/7", listener.local_addr()?);
    println!("open it in two windows, change the same cell in both, and save");
    axum::serve(listener, service::router(invoices)).await?;
    Ok(())
}
