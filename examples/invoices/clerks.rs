//! Two clerks load one invoice and change different lines of it. Every save checks and bumps the version of
//! the invoice, so the second one is refused, and redone on what the first one stored.

use aggregate_core::{Backend, Error, Persist, SqlRepository, Tracked};
use tokio::sync::{Barrier, Notify};

use crate::invoice::{Invoice, InvoiceId, LineId};
use crate::statements::counted;

/// Lets the clerks meet over an invoice with two lines or more, and puts it back afterwards.
pub(crate) async fn guarded_by_the_root<DB: Backend>(
    repository: &SqlRepository<Invoice, DB>,
    invoice: &Invoice,
) -> Result<(), Error>
where
    Invoice: Persist<DB>,
{
    println!("\ntwo clerks, two lines of invoice {}, one version for the whole invoice:", invoice.id.0);
    put_back(repository, invoice).await?;
    let [first_line, second_line] = [invoice.lines()[0].id, invoice.lines()[1].id];
    let (both_loaded, first_saved) = (Barrier::new(2), Notify::new());

    let first = async {
        let mut mine = load("clerk 1", repository, invoice.id).await?;
        both_loaded.wait().await;
        change("clerk 1", repository, &mut mine, first_line, 2).await?;
        first_saved.notify_one();
        Ok::<_, Error>(())
    };
    let second = async {
        let mut mine = load("clerk 2", repository, invoice.id).await?;
        both_loaded.wait().await;
        first_saved.notified().await;
        change("clerk 2", repository, &mut mine, second_line, 3).await
    };
    tokio::try_join!(first, second)?;

    let stored = repository.get(&invoice.id).await?;
    println!("  stored: total {} = sum of the lines {}", stored.total(), stored.sum_of_lines());
    put_back(repository, invoice).await
}

async fn load<DB: Backend>(
    clerk: &str,
    repository: &SqlRepository<Invoice, DB>,
    id: InvoiceId,
) -> Result<Tracked<Invoice>, Error>
where
    Invoice: Persist<DB>,
{
    let (loaded, sent) = counted(repository.get(&id)).await;
    let invoice = loaded?;
    println!("  {clerk} loads version {}, total {} (statements: {sent})", invoice.version(), invoice.total());
    Ok(invoice)
}

/// Changes a line and saves; after a conflict, reloads and does it again.
async fn change<DB: Backend>(
    clerk: &str,
    repository: &SqlRepository<Invoice, DB>,
    invoice: &mut Tracked<Invoice>,
    line: LineId,
    quantity: i32,
) -> Result<(), Error>
where
    Invoice: Persist<DB>,
{
    loop {
        invoice.set_quantity(line, quantity);
        let (saved, sent) = counted(repository.save(invoice)).await;
        match saved {
            Ok(report) => {
                let (version, total) = (report.new_version, invoice.total());
                println!(
                    "  {clerk} sets line {} to {quantity}, saves version {version}, total {total} (statements: {sent})",
                    line.0
                );
                return Ok(());
            }
            Err(error) if error.is_conflict() => println!("  {clerk}: {error} (statements: {sent})"),
            Err(error) => return Err(error),
        }
        let (reloaded, sent) = counted(repository.reload(invoice)).await;
        reloaded?;
        println!("  {clerk} reloads version {} (statements: {sent})", invoice.version());
    }
}

/// Makes the stored invoice what the files say; sends nothing but the load if it is that already.
async fn put_back<DB: Backend>(
    repository: &SqlRepository<Invoice, DB>,
    invoice: &Invoice,
) -> Result<(), Error>
where
    Invoice: Persist<DB>,
{
    let mut stored = repository.get(&invoice.id).await?;
    for line in invoice.lines() {
        stored.set_quantity(line.id, line.quantity);
    }
    let report = repository.save(&mut stored).await?;
    let verb = if report.is_noop() { "is" } else { "is put back" };
    println!("  invoice {} {verb} as in the files (statements: {})", invoice.id.0, report.statements);
    Ok(())
}
