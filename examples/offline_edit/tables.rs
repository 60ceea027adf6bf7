//! The tables, and the invoices that are there from the start.

use aggregate_core::{Backend, Error, Repository, RepositoryExt};
use sqlx::sqlite::{SqlitePool, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, Executor, Pool};

use crate::invoice::Invoice;

/// SQL that SQLite, PostgreSQL and MariaDB all understand, but for the type of a UUID.
const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS edited_invoices (
        tenant VARCHAR(63) NOT NULL,
        number BIGINT NOT NULL,
        version BIGINT NOT NULL,
        customer TEXT NOT NULL,
        note TEXT NOT NULL,
        total BIGINT NOT NULL,
        PRIMARY KEY (tenant, number));
    CREATE TABLE IF NOT EXISTS edited_invoice_lines (
        id {uuid} NOT NULL PRIMARY KEY,
        tenant VARCHAR(63) NOT NULL,
        invoice_number BIGINT NOT NULL,
        product TEXT NOT NULL,
        quantity INTEGER NOT NULL,
        unit_price BIGINT NOT NULL,
        FOREIGN KEY (tenant, invoice_number) REFERENCES edited_invoices (tenant, number));";

/// A database that lives as long as its only connection, and so as long as the pool.
pub(crate) async fn in_memory() -> Result<SqlitePool, sqlx::Error> {
    let options = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
    options.connect("sqlite::memory:").await
}

/// Creates the tables, if they are not there.
pub(crate) async fn create<DB: Backend>(pool: &Pool<DB>) -> Result<(), sqlx::Error>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    let uuid = match DB::NAME {
        "PostgreSQL" => "UUID",
        "MySQL" => "BINARY(16)",
        _ => "BLOB",
    };
    let tables = AssertSqlSafe(TABLES.replace("{uuid}", uuid));
    pool.acquire().await?.execute(sqlx::raw_sql(tables)).await?;
    Ok(())
}

/// Stores the sample, in place of what was left under its id.
pub(crate) async fn reset(invoices: &dyn Repository<Invoice>, sample: Invoice) -> Result<(), Error> {
    let id = (sample.tenant.clone(), sample.number);
    if let Some(mut left) = invoices.find(&id).await? {
        invoices.delete(&mut left).await?;
    }
    invoices.add(sample).await?;
    Ok(())
}
