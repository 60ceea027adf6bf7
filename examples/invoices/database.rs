//! What the example needs of a database beside the library: its tables, and a little SQL by hand.

use aggregate_core::Backend;
use sqlx::{ColumnIndex, Decode, Encode, Executor, IntoArguments, Pool, Row, Type};

/// SQL that SQLite, PostgreSQL and MariaDB all understand.
const TABLES: [&str; 5] = [
    "CREATE TABLE IF NOT EXISTS invoices (
        id BIGINT NOT NULL PRIMARY KEY,
        version BIGINT NOT NULL,
        customer_id BIGINT NOT NULL,
        issued_on DATE NOT NULL,
        billing_city TEXT NOT NULL,
        billing_country TEXT NOT NULL,
        total BIGINT NOT NULL
    )",
    "CREATE TABLE IF NOT EXISTS invoice_lines (
        id BIGINT NOT NULL PRIMARY KEY,
        invoice_id BIGINT NOT NULL REFERENCES invoices (id),
        track_id BIGINT NOT NULL,
        unit_price BIGINT NOT NULL,
        quantity INTEGER NOT NULL
    )",
    "CREATE INDEX IF NOT EXISTS invoice_lines_of_invoice ON invoice_lines (invoice_id)",
    "CREATE TABLE IF NOT EXISTS plain_invoices (
        id BIGINT NOT NULL PRIMARY KEY,
        version BIGINT NOT NULL,
        total BIGINT NOT NULL
    )",
    "CREATE TABLE IF NOT EXISTS plain_invoice_lines (
        id BIGINT NOT NULL PRIMARY KEY,
        version BIGINT NOT NULL,
        invoice_id BIGINT NOT NULL REFERENCES plain_invoices (id),
        unit_price BIGINT NOT NULL,
        quantity BIGINT NOT NULL
    )",
];

/// Creates the tables, if they are not there.
pub(crate) async fn create_tables<DB: PlainSql>(pool: &Pool<DB>) -> Result<(), sqlx::Error> {
    let mut connection = pool.acquire().await?;
    for table in TABLES {
        DB::send(&mut connection, table, &[]).await?;
    }
    Ok(())
}

/// A database that this example can send its own SQL to.
pub(crate) trait PlainSql: Backend {
    /// Sends one statement with numbers for `$1`, `$2`, … and returns the rows, of numbers too.
    async fn send(
        connection: &mut Self::Connection,
        sql: &'static str,
        values: &[i64],
    ) -> Result<Vec<Vec<i64>>, sqlx::Error>;
}

/// Every database of the library: what sqlx asks of one is spelled out here, once.
impl<DB: Backend> PlainSql for DB
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    DB::Arguments: IntoArguments<DB>,
    for<'q> i64: Encode<'q, DB> + Decode<'q, DB> + Type<DB>,
    usize: ColumnIndex<DB::Row>,
{
    async fn send(
        connection: &mut DB::Connection,
        sql: &'static str,
        values: &[i64],
    ) -> Result<Vec<Vec<i64>>, sqlx::Error> {
        let query = values.iter().fold(sqlx::query(sql), |query, value| query.bind(*value));
        let rows = query.fetch_all(connection).await?;
        rows.iter().map(|row| (0..row.len()).map(|at| row.try_get(at)).collect()).collect()
    }
}
