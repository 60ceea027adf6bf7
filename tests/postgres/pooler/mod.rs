//! Through `PgBouncer`, which lends a server connection for one transaction, so that the next statement of a client
//! may meet what another client left there.

mod client;
mod own_types;
mod piece;

use std::collections::HashSet;
use std::str::FromStr;
use std::time::{Duration, Instant};

use aggregate_core::Version;
use aggregate_tests::model::{bare, basket, document, invoice};
use aggregate_tests::{Lab, Tables, figure, run};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, PgPool, Postgres};
use tokio::task::JoinSet;

use client::{Client, Counts};

const CLIENTS: i64 = 16;
/// As many as `PgBouncer` has for a database.
const SERVER_CONNECTIONS: usize = 4;
/// What the server shows for the connections of `PgBouncer`.
const NAME: &str = "through the pooler";

fn pooler() -> PgConnectOptions {
    let url = std::env::var("AGGREGATE_TEST_PGBOUNCER").unwrap_or_else(|_| {
        panic!(
            "AGGREGATE_TEST_PGBOUNCER is not set: run `cargo xtask test`, which starts one, or set it to the URL of a \
             PgBouncer with `pool_mode = transaction` and `default_pool_size = {SERVER_CONNECTIONS}` before the server of \
             AGGREGATE_TEST_POSTGRES, for any database"
        )
    });
    let options =
        PgConnectOptions::from_str(&url).expect("AGGREGATE_TEST_PGBOUNCER is the URL of a PgBouncer");
    options.application_name(NAME).disable_statement_logging()
}

/// A pool of connections to `PgBouncer`, and so many tables that statements are easily taken for each other.
async fn pooled(lab: &Lab<Postgres>) -> PgPool {
    for tables in [bare::TABLES, basket::TABLES, document::TABLES, invoice::TABLES] {
        lab.create(&Tables { keys: &[], ..tables }).await;
    }
    let database = lab.pool().connect_options().get_database().map(str::to_owned).expect("a database");
    PgPoolOptions::new()
        .max_connections(u32::try_from(CLIENTS).expect("a small number"))
        .acquire_timeout(Duration::from_secs(20))
        .connect_with(pooler().database(&database))
        .await
        .expect("PgBouncer answers")
}

/// Lets all clients do their work at the same time.
async fn work(lab: &Lab<Postgres>, unnamed: bool, transactions: u64) -> Counts {
    let pool = pooled(lab).await;
    let mut clients = JoinSet::new();
    for id in 1..=CLIENTS {
        let mut client = Client::new(id, lab.pool().clone(), &pool, unnamed).await;
        let share = transactions / CLIENTS.unsigned_abs();
        clients.spawn(async move {
            client.work(share).await;
            client
        });
    }
    let mut counts = Counts::default();
    while !clients.is_empty() {
        tokio::time::sleep(Duration::from_millis(100)).await;
        // Nobody asks what was sent.
        drop(lab.sent_of_any_kind());
        let servers =
            format!("pg_stat_activity WHERE application_name = '{NAME}' AND datname = current_database()");
        let open = lab.count(&servers).await;
        // After an error a server connection may be replaced before the old one is gone.
        assert!(
            !unnamed || open <= SERVER_CONNECTIONS,
            "{open} server connections: is `default_pool_size` larger?"
        );
        while let Some(client) = clients.try_join_next() {
            let client = client.expect("no client panics");
            counts.add(&client.counts);
            if unnamed {
                client.stored_is_what_was_saved().await;
            }
        }
    }
    pool.close().await;
    counts
}

#[test]
fn ten_thousand_transactions_of_unnamed_statements_give_no_wrong_row() {
    run(async |lab| {
        let start = Instant::now();
        let counts = work(lab, true, 10_000).await;
        let seconds = start.elapsed().as_secs_f64();
        let Counts { transactions, wrong, errors, servers, shown } = &counts;
        figure(format!(
            "PgBouncer, unnamed statements: {transactions} transactions of {CLIENTS} clients on {} server connections, \
             {wrong} wrong rows, {errors} errors, {seconds:.1} s",
            servers.iter().flatten().collect::<HashSet<_>>().len(),
        ));
        assert_eq!((*wrong, *errors), (0, 0), "{shown:#?}");
        assert!(*transactions >= 10_000);
        assert!(servers.iter().all(|seen| seen.len() > 1), "each client meets several servers: {servers:?}");
    });
}

/// Else the other test shows nothing.
#[test]
fn named_statements_are_taken_for_each_other() {
    run(async |lab| {
        let Counts { transactions, wrong, errors, .. } = work(lab, false, 800).await;
        figure(format!(
            "PgBouncer, named statements: {transactions} transactions, {wrong} wrong rows, {errors} errors"
        ));
        assert!(wrong + errors > 0);
    });
}

/// What a client saved last, by which everybody can tell whose rows these are.
fn mark(client: i64, number: i64) -> String {
    format!("client {client} save {number}")
}

/// A version that was bumped so often.
fn version(bumps: i64) -> Version {
    Version::new(bumps)
}
