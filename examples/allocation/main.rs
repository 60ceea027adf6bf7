//! The model of the book "Architecture Patterns with Python": products, batches, and order lines that are allocated to them
//! by many at once. README.md beside this file says what it shows.
//!
//! ```text
//! cargo run --example allocation
//! DATABASE_URL=postgres://localhost/demo cargo run --features postgres --example allocation
//! DATABASE_URL=mysql://localhost/demo cargo run --features mysql --example allocation
//! ```
//!
//! It ends with exit code 1 if anything is oversold, or if what is stored is not what the callers were told.

mod by_hand;
mod by_library;
mod database;
mod model;
mod races;
mod service;

use std::error::Error;
use std::sync::Arc;

use aggregate_core::{Persist, Repository, RetryPolicy, SqlRepository};
use chrono::NaiveDate;
use sqlx::Pool;

use by_library::{Deed, RACES};
use database::PlainSql;
use model::{Product, Refusal};
use races::{ORDERS, Race};
use service::{ServiceError, StockService};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let Ok(url) = std::env::var("DATABASE_URL") else {
        let folder = tempfile::tempdir()?;
        return run(database::open_sqlite(folder.path()).await?).await;
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

/// Only the repository is made for a database; the service, and all that is asked of it, know none.
async fn run<DB: PlainSql>(pool: Pool<DB>) -> Result<(), Box<dyn Error>>
where
    Product: Persist<DB>,
{
    database::create_tables(&pool).await?;
    let products: Arc<dyn Repository<Product>> = Arc::new(SqlRepository::<Product, DB>::new(pool.clone()));
    // Forty tasks may have to let 39 others go first.
    let service = StockService::new(Arc::clone(&products)).retries(RetryPolicy::default().attempts(100));

    one_by_one(&*products, &service).await?;
    let race = races::for_the_last_stock(&*products, &service, "RETRO-CLOCK").await?;
    print_race("for the last 20 clocks", &race)?;
    promise(race.allocated == 20 && race.available == 0, "all is sold, and no more")?;
    let race = races::against_changes(&*products, &service, "OAK-STOOL").await?;
    print_race("for stools that are counted meanwhile", &race)?;
    let oversold = database::oversold(&pool).await?;
    println!("batches that are oversold, by plain SQL: {oversold}");
    promise(oversold == 0, "nothing is oversold")?;

    hole_by_hand(&pool).await?;
    hole_by_library(&*products).await?;
    pool.close().await;
    Ok(())
}

async fn one_by_one(
    products: &dyn Repository<Product>,
    service: &StockService,
) -> Result<(), Box<dyn Error>> {
    const SKU: &str = "RED-LAMP";
    if let Some(mut left_over) = products.find(&SKU.to_owned()).await? {
        products.delete(&mut left_over).await?;
    }
    service.add_batch(SKU, "lamps-at-sea", 20, NaiveDate::from_ymd_opt(2031, 5, 1)).await?;
    service.add_batch(SKU, "lamps-in-stock", 10, None).await?;
    for (order_id, quantity) in [("order-1", 6), ("order-2", 8), ("order-3", 4), ("order-1", 6)] {
        let allocated = service.allocate(order_id, SKU, quantity).await?;
        println!("{order_id}: {quantity} of `{}`", allocated.batch);
    }
    match service.allocate("order-4", SKU, 13).await {
        Err(ServiceError::Refused(refusal @ Refusal::OutOfStock { .. })) => println!("order-4: {refusal}"),
        other => return Err(format!("expected a refusal, not {other:?}").into()),
    }
    match service.add_batch("BLUE-LAMP", "lamps-at-sea", 1, None).await {
        Err(ServiceError::Refused(refusal @ Refusal::BatchExists { .. })) => {
            println!("a blue lamp: {refusal}");
        }
        other => return Err(format!("expected a refusal, not {other:?}").into()),
    }
    let changed = service.change_batch_quantity(SKU, "lamps-in-stock", 5).await?;
    for (line, batch) in &changed.moved {
        println!("5 in stock, not 10: {} moves to `{batch}`", line.order_id);
    }
    let changed = service.change_batch_quantity(SKU, "lamps-at-sea", 9).await?;
    for line in &changed.unallocated {
        println!("9 at sea, not 20: {} is allocated nowhere", line.order_id);
    }
    let version = products.get(&SKU.to_owned()).await?.version();
    println!("version {version}: one for each call that changed something");
    Ok(())
}

fn print_race(of: &str, race: &Race) -> Result<(), String> {
    println!("{ORDERS} orders race {of}:");
    println!(
        "  {} allocated, {} out of stock, {} changes of quantity",
        race.allocated, race.out_of_stock, race.changes
    );
    if race.changes > 0 {
        println!("  changes moved {} lines and left {} allocated nowhere", race.moved, race.unallocated);
    }
    let successes = race.allocated + race.changes;
    println!("  {successes} successes in {} tries, the version advanced by {}", race.attempts, race.versions);
    println!("  {} lines stored, {} pieces left, nothing oversold", race.lines, race.available);
    promise(race.allocated + race.out_of_stock == ORDERS, "every order has an answer")?;
    promise(usize::try_from(race.versions) == Ok(successes), "each success is one version")
}

async fn hole_by_hand<DB: PlainSql>(pool: &Pool<DB>) -> Result<(), Box<dyn Error>> {
    println!(
        "a counter by hand that only allocations raise; 10 are there, an order wants 10, a cut leaves 5:"
    );
    for way in DB::WAYS {
        println!("  {}", way.name);
        for (name, deeds) in RACES {
            let ending = by_hand::interleave(pool, way, deeds).await?;
            let what = if ending.is_refused { "the second is refused" } else { "both are stored" };
            let hole = if ending.is_oversold() { ": OVERSOLD" } else { "" };
            println!("    {name}: {what}, {} of {} promised{hole}", ending.allocated, ending.purchased);
            let is_counted = deeds == [Deed::Allocate; 2];
            let expected = if is_counted { Some(true) } else { way.notices };
            promise(
                expected.is_none_or(|expected| expected == ending.is_refused),
                "a counter sees what raises it",
            )?;
            promise(ending.is_oversold() != ending.is_refused, "what is not refused is oversold")?;
        }
    }
    Ok(())
}

async fn hole_by_library(products: &dyn Repository<Product>) -> Result<(), Box<dyn Error>> {
    println!("the same by the library:");
    for (name, deeds) in RACES {
        let ending = by_library::interleave(products, deeds).await?;
        let again = match ending.again {
            Ok(given_up) => format!("{given_up} line is given up"),
            Err(refusal) => refusal.to_string(),
        };
        match ending.refused {
            Some(aggregate_core::Error::Conflict(conflict)) => {
                println!("  {name}: {conflict}; again: {again}");
            }
            other => return Err(format!("expected a conflict, not {other:?}").into()),
        }
        promise(ending.available >= 0, "nothing is oversold")?;
    }
    Ok(())
}

fn promise(kept: bool, what: &str) -> Result<(), String> {
    if kept { Ok(()) } else { Err(format!("a promise is broken: {what}")) }
}
