//! What the example needs of a database beside the library: its tables, and a little SQL by hand.

use aggregate_core::Backend;
use sqlx::{AssertSqlSafe, Pool, Row};

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
        DB::write(&mut connection, table, &[]).await?;
    }
    Ok(())
}

/// A database that this example can send its own SQL to, with numbers for `$1`, `$2`, …
pub(crate) trait PlainSql: Backend {
    /// Sends one statement and returns the rows, of numbers too.
    async fn read(
        connection: &mut Self::Connection,
        sql: &str,
        values: &[i64],
    ) -> Result<Vec<Vec<i64>>, sqlx::Error>;

    /// Sends one statement and returns the number of rows that it wrote.
    async fn write(connection: &mut Self::Connection, sql: &str, values: &[i64]) -> Result<u64, sqlx::Error>;
}

/// How many rows were written is on no trait of sqlx, so each database has its say.
macro_rules! plain_sql {
    ($database:ty, $text:expr) => {
        impl PlainSql for $database {
            async fn read(
                connection: &mut Self::Connection,
                sql: &str,
                values: &[i64],
            ) -> Result<Vec<Vec<i64>>, sqlx::Error> {
                let query = sqlx::query(AssertSqlSafe($text(sql, values.len())));
                let query = values.iter().fold(query, |query, value| query.bind(*value));
                let rows = query.fetch_all(connection).await?;
                rows.iter().map(|row| (0..row.len()).map(|at| row.try_get(at)).collect()).collect()
            }

            async fn write(
                connection: &mut Self::Connection,
                sql: &str,
                values: &[i64],
            ) -> Result<u64, sqlx::Error> {
                let query = sqlx::query(AssertSqlSafe($text(sql, values.len())));
                let query = values.iter().fold(query, |query, value| query.bind(*value));
                Ok(query.execute(connection).await?.rows_affected())
            }
        }
    };
}

plain_sql!(sqlx::Sqlite, numbered);
#[cfg(feature = "postgres")]
plain_sql!(sqlx::Postgres, numbered);
#[cfg(feature = "mysql")]
plain_sql!(sqlx::MySql, in_order);

fn numbered(sql: &str, _: usize) -> String {
    sql.to_owned()
}

/// MariaDB counts placeholders instead of numbering them; the texts here number them as they stand.
#[cfg(feature = "mysql")]
fn in_order(sql: &str, values: usize) -> String {
    (1..=values).fold(sql.to_owned(), |sql, number| sql.replace(&format!("${number}"), "?"))
}
