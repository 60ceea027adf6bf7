//! Money moves between accounts, each an aggregate of its own, in units of work that begin anew when they lose.
//!
//! ```text
//! cargo run --example unit_of_work
//! DATABASE_URL=postgres://localhost/demo cargo run --features postgres --example unit_of_work
//! DATABASE_URL=mysql://localhost/demo cargo run --features mysql --example unit_of_work
//! ```
//!
//! It ends with exit code 1 if money is made or lost, or if a transfer is stored by halves.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aggregate_core::{Aggregate, Backend, Error, Persist, SqlRepository, Tracked, UnitOfWork, Version};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool};
use sqlx::{Executor, Pool};
use tokio::task::JoinSet;

#[derive(Aggregate, Clone, Debug)]
#[aggregate(table = "bank_accounts", invariant = Account::check_balance)]
struct Account {
    #[id]
    id: i64,
    #[version]
    version: Version,
    balance: i64,
}

impl Account {
    fn check_balance(&self) -> Result<(), String> {
        if self.balance >= 0 { Ok(()) } else { Err("the balance does not cover it".into()) }
    }
}

/// What a transfer may move at most. Every transfer reads it, none writes it.
#[derive(Aggregate, Clone, Debug)]
#[aggregate(table = "bank_limits")]
struct Limit {
    #[id]
    id: i64,
    #[version]
    version: Version,
    most: i64,
}

/// SQL that SQLite, PostgreSQL and MariaDB all understand.
const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS bank_accounts (
        id BIGINT NOT NULL PRIMARY KEY, version BIGINT NOT NULL, balance BIGINT NOT NULL);
    CREATE TABLE IF NOT EXISTS bank_limits (
        id BIGINT NOT NULL PRIMARY KEY, version BIGINT NOT NULL, most BIGINT NOT NULL);";

const ACCOUNTS: i64 = 4;
const BALANCE: i64 = 1_000;
const LIMIT: i64 = 10 * BALANCE;
const TASKS: i64 = 8;
const TRANSFERS: i64 = 10;

#[derive(Debug)]
enum Refused {
    OverLimit,
    Stored(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Stored(error)
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OverLimit => write!(f, "it is over the limit"),
            Self::Stored(Error::Invariant { source, .. }) => source.fmt(f),
            Self::Stored(error) => error.fmt(f),
        }
    }
}

impl StdError for Refused {}

/// Moves money, or nothing; counts how often it was tried.
async fn transfer<DB: Backend>(
    pool: &Pool<DB>,
    [from, to]: [i64; 2],
    amount: i64,
    tries: &AtomicU32,
) -> Result<(), Refused>
where
    Account: Persist<DB>,
    Limit: Persist<DB>,
{
    let work = |unit: UnitOfWork<DB>| async move {
        tries.fetch_add(1, Ordering::Relaxed);
        // Loaded here, in each run: a unit that begins anew must see what others stored meanwhile.
        let limit = unit.get::<Limit>(&1).await?;
        if amount > limit.most {
            return Err(Refused::OverLimit);
        }
        // The limit is not written, but must still be this one when the money has moved.
        unit.check(&limit)?;
        let mut from = unit.get::<Account>(&from).await?;
        let mut to = unit.get::<Account>(&to).await?;
        from.balance -= amount;
        to.balance += amount;
        unit.save(&mut to)?;
        // Refused here if the balance is not enough; then the other save, queued before, is undone as well.
        unit.save(&mut from)?;
        Ok(())
    };
    UnitOfWork::options().attempts(100).transact(pool, work).await
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn StdError>> {
    let Ok(url) = std::env::var("DATABASE_URL") else {
        let folder = tempfile::tempdir()?;
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("bank.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal);
        return run(SqlitePool::connect_with(options).await?).await;
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

/// Written once, for all databases.
async fn run<DB: Backend>(pool: Pool<DB>) -> Result<(), Box<dyn StdError>>
where
    Account: Persist<DB>,
    Limit: Persist<DB>,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    pool.acquire().await?.execute(TABLES).await?;
    let accounts = SqlRepository::<Account, DB>::new(pool.clone());
    let limits = SqlRepository::<Limit, DB>::new(pool.clone());
    let new_limit = || Tracked::new(Limit { id: 1, version: Version::UNSAVED, most: LIMIT });
    let mut limit = limits.find(&1).await?.unwrap_or_else(new_limit);
    limit.most = LIMIT;
    limits.save(&mut limit).await?;
    for id in 1..=ACCOUNTS {
        let new_account = || Tracked::new(Account { id, version: Version::UNSAVED, balance: BALANCE });
        let mut account = accounts.find(&id).await?.unwrap_or_else(new_account);
        account.balance = BALANCE;
        accounts.save(&mut account).await?;
    }

    let before = total(&accounts).await?;
    let tries = Arc::new(AtomicU32::new(0));
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let (pool, tries) = (pool.clone(), Arc::clone(&tries));
        tasks.spawn(async move {
            for round in 0..TRANSFERS {
                let from = (task + round) % ACCOUNTS;
                let to = (from + 1 + task % (ACCOUNTS - 1)) % ACCOUNTS;
                transfer(&pool, [from + 1, to + 1], 7 + round, &tries).await?;
            }
            Ok::<_, Refused>(TRANSFERS)
        });
    }
    let mut moved = 0;
    for task in tasks.join_all().await {
        moved += task?;
    }
    let after = total(&accounts).await?;
    println!("{TASKS} tasks made {moved} transfers in {} tries", tries.load(Ordering::Relaxed));
    println!("  sum of the balances: {}, as before", after.balance);
    println!("  the versions advanced by {}, two for each transfer", after.version - before.version);
    promise(after.balance == before.balance, "no money is made or lost")?;
    promise(after.version - before.version == 2 * moved, "a transfer saves two accounts, once each")?;

    let Err(refused) = transfer(&pool, [1, 2], ACCOUNTS * BALANCE + 1, &tries).await else {
        return Err("more than all money was moved".into());
    };
    println!("a transfer of more than there is: {refused}");
    promise(total(&accounts).await? == after, "what is refused changes nothing")?;

    // Allowed by the limit that was read, and stored after it was lowered: `check` does not let that pass.
    let (seen, mut lowered) = (limits.get(&1).await?, limits.get(&1).await?);
    lowered.most = 5;
    limits.save(&mut lowered).await?;
    let unit = UnitOfWork::begin(&pool).await?;
    let mut account = unit.get::<Account>(&1).await?;
    account.balance += seen.most;
    unit.check(&seen)?;
    unit.save(&mut account)?;
    match unit.commit().await {
        Err(Error::Conflict(conflict)) => println!("under a limit of before: {conflict}"),
        other => return Err(format!("expected a conflict, not {other:?}").into()),
    }
    match transfer(&pool, [1, 2], 6, &tries).await {
        Err(Refused::OverLimit) => println!("under the limit of now: {}", Refused::OverLimit),
        other => return Err(format!("expected a refusal, not {other:?}").into()),
    }
    promise(total(&accounts).await? == after, "what is refused changes nothing")?;
    pool.close().await;
    Ok(())
}

/// Of all accounts together.
#[derive(Debug, PartialEq)]
struct Total {
    balance: i64,
    version: i64,
}

async fn total<DB: Backend>(accounts: &SqlRepository<Account, DB>) -> Result<Total, Error>
where
    Account: Persist<DB>,
{
    let ids: Vec<_> = (1..=ACCOUNTS).collect();
    let stored = accounts.find_many(&ids).await?;
    let mut total = Total { balance: 0, version: 0 };
    for account in stored.iter().flatten() {
        total.balance += account.balance;
        total.version += account.version.get();
    }
    Ok(total)
}

fn promise(kept: bool, what: &str) -> Result<(), String> {
    if kept { Ok(()) } else { Err(format!("a promise is broken: {what}")) }
}
