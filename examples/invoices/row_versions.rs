//! The same two edits by hand-written SQL, on copies of the rows, where every row has a version of its own.
//! Each check passes, since each row is at the version that its writer read; but the second total is made from
//! lines of which one has changed, and no version of a row says so.

use sqlx::{Error, Pool};

use crate::database::PlainSql;
use crate::invoice::Invoice;
use crate::money::Cents;

/// Lets the clerks meet over copies of the invoice's rows.
pub(crate) async fn guarded_row_by_row<DB: PlainSql>(
    pool: &Pool<DB>,
    invoice: &Invoice,
) -> Result<(), Error> {
    println!("\nthe same two edits by plain SQL, a version for each row:");
    let id = invoice.id.0;
    copy_rows(pool, id).await?;

    let mut first = Clerk::load("clerk 1", pool, id).await?;
    let mut second = Clerk::load("clerk 2", pool, id).await?;
    first.change(pool, 0, 2).await?;
    second.change(pool, 1, 3).await?;

    let sql = "SELECT i.total, l.unit_price * l.quantity FROM plain_invoices i \
               JOIN plain_invoice_lines l ON l.invoice_id = i.id WHERE i.id = $1";
    let rows = DB::read(&mut *pool.acquire().await?, sql, &[id]).await?;
    if let Some(first) = rows.first() {
        let (total, sum) = (Cents(first[0]), rows.iter().map(|row| Cents(row[1])).sum::<Cents>());
        println!("  stored: total {total}, but the sum of the lines is {sum}: {} are lost", sum - total);
        println!(
            "  no check of a row could tell that the second total was made from a line that had changed"
        );
    }
    Ok(())
}

/// What a clerk has on the screen.
struct Clerk {
    name: &'static str,
    invoice: i64,
    lines: Vec<Line>,
}

struct Line {
    id: i64,
    version: i64,
    unit_price: Cents,
    quantity: i32,
}

impl Clerk {
    async fn load<DB: PlainSql>(name: &'static str, pool: &Pool<DB>, invoice: i64) -> Result<Self, Error> {
        let sql = "SELECT id, version, unit_price, quantity FROM plain_invoice_lines \
                   WHERE invoice_id = $1 ORDER BY id";
        let rows = DB::read(&mut *pool.acquire().await?, sql, &[invoice]).await?;
        let line = |row: &Vec<i64>| Line {
            id: row[0],
            version: row[1],
            unit_price: Cents(row[2]),
            quantity: i32::try_from(row[3]).unwrap_or(i32::MAX),
        };
        let clerk = Self { name, invoice, lines: rows.iter().map(line).collect() };
        println!("  {name} loads the lines, total {} (statements: 1)", clerk.total());
        Ok(clerk)
    }

    fn total(&self) -> Cents {
        self.lines.iter().map(|line| line.unit_price * line.quantity).sum()
    }

    /// Writes the line and the total, each checked against the version of its row, in one transaction.
    async fn change<DB: PlainSql>(
        &mut self,
        pool: &Pool<DB>,
        line: usize,
        quantity: i32,
    ) -> Result<(), Error> {
        self.lines[line].quantity = quantity;
        let (total, line) = (self.total(), &self.lines[line]);

        let mut transaction = pool.begin().await?;
        let sql = "UPDATE plain_invoice_lines SET quantity = $1, version = version + 1 \
                   WHERE id = $2 AND version = $3";
        let written = DB::write(&mut transaction, sql, &[quantity.into(), line.id, line.version]).await?;
        let found =
            DB::read(&mut transaction, "SELECT version FROM plain_invoices WHERE id = $1", &[self.invoice])
                .await?;
        let sql = "UPDATE plain_invoices SET total = $1, version = version + 1 \
                   WHERE id = $2 AND version = $3";
        let totalled = DB::write(&mut transaction, sql, &[total.0, self.invoice, found[0][0]]).await?;
        if written == 0 || totalled == 0 {
            println!("  {}: the version of a row has moved", self.name);
            return transaction.rollback().await;
        }
        transaction.commit().await?;
        println!(
            "  {} sets line {} to {quantity}, saves total {total}; each row was as expected (statements: 5)",
            self.name, line.id
        );
        Ok(())
    }
}

/// Fresh copies of the invoice's rows, at version 0.
async fn copy_rows<DB: PlainSql>(pool: &Pool<DB>, invoice: i64) -> Result<(), Error> {
    let mut transaction = pool.begin().await?;
    for sql in [
        "DELETE FROM plain_invoice_lines WHERE invoice_id = $1",
        "DELETE FROM plain_invoices WHERE id = $1",
        "INSERT INTO plain_invoices (id, version, total) SELECT id, 0, total FROM invoices WHERE id = $1",
        "INSERT INTO plain_invoice_lines (id, version, invoice_id, unit_price, quantity) \
         SELECT id, 0, invoice_id, unit_price, quantity FROM invoice_lines WHERE invoice_id = $1",
    ] {
        DB::write(&mut transaction, sql, &[invoice]).await?;
    }
    transaction.commit().await
}
