//! Stores the invoices of the files, one aggregate at a time, and reads them back.

use aggregate_core::{Backend, Error, Persist, SqlRepository, Tracked};

use crate::invoice::{Invoice, InvoiceId};
use crate::money::{Cents, grouped};
use crate::statements::counted;

/// Stores what is not stored yet: after a stop half-way, the next run does the rest.
pub(crate) async fn import<DB: Backend>(
    repository: &SqlRepository<Invoice, DB>,
    invoices: &[Invoice],
) -> Result<(), Error>
where
    Invoice: Persist<DB>,
{
    let ids: Vec<InvoiceId> = invoices.iter().map(|invoice| invoice.id).collect();
    let stored = repository.find_many(&ids).await?;
    let missing = || invoices.iter().zip(&stored).filter(|(_, stored)| stored.is_none());

    let there = invoices.len() - missing().count();
    if there > 0 {
        println!("already there: {} invoices, left as they are", grouped(there as u64));
    }
    if there < invoices.len() {
        let (mut rows, mut statements) = (0, 0);
        for (invoice, _) in missing() {
            let report = repository.save(&mut Tracked::new(invoice.clone())).await?;
            rows += report.rows_written();
            statements += report.statements;
        }
        let saved = grouped((invoices.len() - there) as u64);
        println!("imported {saved} invoices, {} rows (statements: {})", grouped(rows), grouped(statements));
    }
    read_back(repository, &ids).await
}

async fn read_back<DB: Backend>(
    repository: &SqlRepository<Invoice, DB>,
    ids: &[InvoiceId],
) -> Result<(), Error>
where
    Invoice: Persist<DB>,
{
    let (stored, sent) = counted(repository.find_many(ids)).await;
    let stored: Vec<_> = stored?.into_iter().flatten().collect();
    let count = grouped(stored.len() as u64);
    let lines = grouped(stored.iter().map(|invoice| invoice.lines().len() as u64).sum());
    let total: Cents = stored.iter().map(|invoice| invoice.total()).sum();
    println!("read back {count} invoices, {lines} lines, {total} in all (statements: {sent})");
    Ok(())
}
