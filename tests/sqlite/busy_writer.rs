//! A program that writes to a database file until it is killed, and says on its output what it is about to store and
//! what it has stored: `busy_writer FILE SEED JOURNAL SYNCHRONOUS`.
//!
//! `try a1=5 a2=9` says that accounts 1 and 2 will have these versions, `ok` and the same words that they have;
//! -1 is what is deleted.

use std::error::Error;
use std::io::Write as _;

use aggregate_core::{SqliteRepository, Tracked, UnitOfWork};
use aggregate_tests::Random;
use aggregate_tests::model::account::Account;
use aggregate_tests::model::invoice::{Invoice, InvoiceId, Line};
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

/// The invoices that are only changed; the last one is large.
const CHANGED: [i64; 4] = [1, 2, 3, 9];

/// The invoice that is deleted and added.
const FLEETING: i64 = 5;

const ACCOUNTS: u64 = 4;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, seed, journal, synchronous] = arguments.as_slice() else {
        return Err("usage: busy_writer FILE SEED JOURNAL SYNCHRONOUS".into());
    };
    let options = SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(journal.parse()?)
        .synchronous(synchronous.parse()?)
        .foreign_keys(true);
    let pool = SqlitePoolOptions::new().max_connections(2).connect_with(options).await?;
    let mut random = Random::new(seed.parse()?);
    let invoices = SqliteRepository::<Invoice>::new(pool.clone());
    loop {
        match random.below(10) {
            0..=3 => change(&invoices, CHANGED[at(&mut random, 3)], &mut random).await?,
            4 | 5 => change(&invoices, CHANGED[3], &mut random).await?,
            6 => come_and_go(&invoices).await?,
            _ => transfer(&pool, &mut random).await?,
        }
    }
}

fn at(random: &mut Random, end: usize) -> usize {
    usize::try_from(random.below(end as u64)).unwrap_or_default()
}

/// Says something, in one write.
fn say(word: &str, what: &str) -> Result<(), std::io::Error> {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("{word} {what}\n").as_bytes())?;
    out.flush()
}

/// Changes a good part of the lines of an invoice, whose total is the sum of their quantities.
async fn change(
    invoices: &SqliteRepository<Invoice>,
    id: i64,
    random: &mut Random,
) -> Result<(), Box<dyn Error>> {
    let mut invoice = invoices.get(&InvoiceId(id)).await?;
    let least = if id == CHANGED[3] { 300 } else { 6 };
    let removed = at(random, 4);
    invoice.lines.drain(..removed);
    for line in &mut invoice.lines {
        if random.below(3) > 0 {
            line.quantity = i32::try_from(random.below(1_000))?;
        }
    }
    while invoice.lines.len() < least {
        let no = invoice.lines.last().map_or(1, |line| line.no + 1);
        invoice.lines.push(if random.below(2) == 0 { Line::plain(no) } else { Line::sample(no) });
    }
    invoice.total = invoice.lines.iter().map(|line| i64::from(line.quantity)).sum();
    let what = format!("i{id}={}", invoice.version().get() + 1);
    say("try", &what)?;
    invoices.touch(&mut invoice).await?;
    Ok(say("ok", &what)?)
}

/// Deletes an invoice, or adds it.
async fn come_and_go(invoices: &SqliteRepository<Invoice>) -> Result<(), Box<dyn Error>> {
    let what = format!("i{FLEETING}=");
    if let Some(mut invoice) = invoices.find(&InvoiceId(FLEETING)).await? {
        say("try", &format!("{what}-1"))?;
        invoices.delete(&mut invoice).await?;
        Ok(say("ok", &format!("{what}-1"))?)
    } else {
        let mut invoice = Invoice::sample(FLEETING);
        invoice.total = invoice.lines.iter().map(|line| i64::from(line.quantity)).sum();
        say("try", &format!("{what}0"))?;
        invoices.save(&mut Tracked::new(invoice)).await?;
        Ok(say("ok", &format!("{what}0"))?)
    }
}

/// Moves money from one account to another.
async fn transfer(pool: &SqlitePool, random: &mut Random) -> Result<(), Box<dyn Error>> {
    let from = random.below(ACCOUNTS);
    let to = (from + 1 + random.below(ACCOUNTS - 1)) % ACCOUNTS;
    let unit = UnitOfWork::begin(pool).await?;
    let mut from = unit.get::<Account>(&i64::try_from(from)?).await?;
    let mut to = unit.get::<Account>(&i64::try_from(to)?).await?;
    let amount = i64::try_from(random.below(50))?.min(from.balance);
    from.balance -= amount;
    to.balance += amount;
    let next = |account: &Account| format!("a{}={}", account.id, account.version.get() + 1);
    let what = format!("{} {}", next(&from), next(&to));
    unit.touch(&mut from)?;
    unit.touch(&mut to)?;
    say("try", &what)?;
    unit.commit().await?;
    Ok(say("ok", &what)?)
}
