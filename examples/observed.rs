//! What the library tells `tracing`: a span for each load, save, delete and update, without values.
//!
//! `cargo run --example observed`

use std::convert::Infallible;

use aggregate_core::{Aggregate, Entity, RepositoryExt, SqliteRepository, Version};
use sqlx::sqlite::SqlitePoolOptions;
use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

#[derive(Aggregate, Clone, Debug)]
#[aggregate(table = "orders")]
struct Order {
    #[id]
    id: i64,
    #[version]
    version: Version,
    address: String,
    #[child]
    lines: Vec<Line>,
}

#[derive(Entity, Clone, Debug)]
#[entity(table = "order_lines")]
struct Line {
    #[id(local)]
    no: i32,
    quantity: i32,
}

const TABLES: &str = "
    CREATE TABLE orders (id BIGINT NOT NULL PRIMARY KEY, version BIGINT NOT NULL, address TEXT NOT NULL);
    CREATE TABLE order_lines (order_id BIGINT NOT NULL REFERENCES orders (id), no INTEGER NOT NULL,
        quantity INTEGER NOT NULL, PRIMARY KEY (order_id, no));";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A line for each span when it ends. With `aggregate_core=debug` each statement is a line too.
    tracing_subscriber::registry()
        .with(
            tracing_subscriber::fmt::layer().with_span_events(FmtSpan::CLOSE).with_ansi(false).without_time(),
        )
        .with(Targets::new().with_target("aggregate_core::operation", Level::INFO))
        .init();

    // One connection, so that the two updates below take turns.
    let pool = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await?;
    sqlx::raw_sql(TABLES).execute(&pool).await?;
    let orders = SqliteRepository::<Order>::new(pool);
    let lines = [1, 2].map(|no| Line { no, quantity: 1 }).into();
    orders.add(Order { id: 7, version: Version::UNSAVED, address: "not to be seen".into(), lines }).await?;

    let mut order = orders.get(&7).await?;
    orders.save(&mut order).await?; // nothing to do

    // Both load version 0. One of them saves first, and the other one tries again.
    let add_to = |line: usize| {
        move |order: &mut Order| {
            let _: () = order.lines[line].quantity += 1;
            Ok::<_, Infallible>(())
        }
    };
    let (first, second) = tokio::join!(orders.update(&7, add_to(0)), orders.update(&7, add_to(1)));
    let attempts = first?.attempts + second?.attempts;

    order.lines.clear();
    let refused = orders.save(&mut order).await;
    orders.reload(&mut order).await?;
    orders.delete(&mut order).await?;
    // The driver's own thread lets go of the last span.
    orders.pool().close().await;
    println!("two updates took {attempts} attempts; a stale copy was refused: {}", refused.is_err());
    Ok(())
}
