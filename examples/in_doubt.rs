//! Time-outs cut most attempts short, and still each payment is booked exactly once.
//!
//! ```text
//! cargo run --example in_doubt
//! DATABASE_URL=postgres://localhost/demo cargo run --features postgres --example in_doubt
//! DATABASE_URL=mysql://localhost/demo cargo run --features mysql --example in_doubt
//! ```
//!
//! It ends with exit code 1 if a payment is lost or booked twice.

use std::error::Error as StdError;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use aggregate_core::{Aggregate, Backend, Entity, Error, Persist, SqlRepository, Tracked, Version};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use sqlx::{Executor, Pool};

#[derive(Aggregate, Clone, Debug)]
#[aggregate(table = "wallets")]
struct Wallet {
    #[id]
    id: i64,
    #[version]
    version: Version,
    balance: i64,
    #[child]
    payments: Vec<Payment>,
}

#[derive(Entity, Clone, Debug)]
#[entity(table = "wallet_payments")]
struct Payment {
    /// Whoever pays gives it, so that a payment that comes twice can be told from two.
    #[id(local)]
    no: i64,
    amount: i64,
}

impl Wallet {
    /// Books a payment, unless it is booked.
    fn book(&mut self, payment: &Payment) {
        if self.payments.iter().all(|booked| booked.no != payment.no) {
            self.balance += payment.amount;
            self.payments.push(payment.clone());
        }
    }
}

/// SQL that SQLite, PostgreSQL and MariaDB all understand.
const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS wallets (
        id BIGINT NOT NULL PRIMARY KEY, version BIGINT NOT NULL, balance BIGINT NOT NULL);
    CREATE TABLE IF NOT EXISTS wallet_payments (
        wallet_id BIGINT NOT NULL, no BIGINT NOT NULL, amount BIGINT NOT NULL, PRIMARY KEY (wallet_id, no));";

const PAYMENTS: i64 = 100;

/// What became of the attempts.
#[derive(Default)]
struct Attempts {
    all: usize,
    cut: usize,
    in_doubt: usize,
}

/// Books a payment and saves, as often as it takes.
async fn pay<DB: Backend>(
    wallets: &SqlRepository<Wallet, DB>,
    wallet: &mut Tracked<Wallet>,
    payment: &Payment,
    attempts: &mut Attempts,
) -> Result<(), Error>
where
    Wallet: Persist<DB>,
{
    // Each attempt is given a little more time than the last one.
    for polls in 1.. {
        // Whatever the last attempt came to: the payment is there, or it is booked now.
        wallet.book(payment);
        attempts.all += 1;
        match cut_short(polls, wallets.save(wallet)).await {
            Some(Ok(_)) => return Ok(()),
            // Nobody knows whether an attempt before was stored, or what was sent came late and was faster than
            // our look. What is stored tells, and nothing else does.
            Some(Err(Error::InDoubt { .. } | Error::CommitUnknown { .. })) => {
                attempts.in_doubt += 1;
                wallets.reload(wallet).await?;
            }
            Some(Err(error)) if error.is_conflict() => wallets.reload(wallet).await?,
            Some(Err(error)) => return Err(error),
            // If nothing was sent that decides, the same save works. Else it says that the copy is in doubt.
            None => attempts.cut += 1,
        }
    }
    Ok(())
}

/// What a time-out does, at any moment: drops the future after so many polls.
async fn cut_short<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let (mut future, mut left) = (pin!(future), polls);
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

async fn run<DB: Backend>(pool: Pool<DB>) -> Result<(), Box<dyn StdError>>
where
    Wallet: Persist<DB>,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    pool.acquire().await?.execute(TABLES).await?;
    let wallets = SqlRepository::<Wallet, DB>::new(pool.clone());
    if let Some(mut left) = wallets.find(&1).await? {
        wallets.delete(&mut left).await?;
    }
    let mut wallet = Tracked::new(Wallet { id: 1, version: Version::UNSAVED, balance: 0, payments: vec![] });
    wallets.save(&mut wallet).await?;
    let mut attempts = Attempts::default();
    for no in 1..=PAYMENTS {
        pay(&wallets, &mut wallet, &Payment { no, amount: no }, &mut attempts).await?;
    }

    let stored = wallets.get(&1).await?;
    let Attempts { all, cut, in_doubt } = attempts;
    println!("{PAYMENTS} payments took {all} attempts: {cut} were cut short, after {in_doubt} nobody knew");
    println!("{} are booked, in {} versions", stored.payments.len(), stored.version().get());
    println!("the balance is {}", stored.balance);
    // Each once: a payment is one version, and attempts that find it booked are none.
    if stored.version().get() != PAYMENTS || stored.balance != (1..=PAYMENTS).sum::<i64>() {
        return Err("a payment was lost or booked twice".into());
    }
    pool.close().await;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn StdError>> {
    let Ok(url) = std::env::var("DATABASE_URL") else {
        let folder = tempfile::tempdir()?;
        let file =
            SqliteConnectOptions::new().filename(folder.path().join("wallets.db")).create_if_missing(true);
        return run(SqlitePool::connect_with(file).await?).await;
    };
    match url.split_once(':').map(|(scheme, _)| scheme) {
        #[cfg(feature = "postgres")]
        Some("postgres" | "postgresql") => Box::pin(run(sqlx::PgPool::connect(&url).await?)).await,
        #[cfg(feature = "mysql")]
        Some("mysql" | "mariadb") => Box::pin(run(sqlx::MySqlPool::connect(&url).await?)).await,
        _ => Err(
            "DATABASE_URL names a database that this build leaves out: add `--features postgres` or `mysql`"
                .into(),
        ),
    }
}
