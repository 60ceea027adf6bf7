//! In memory, with a pool of several connections, as users would; files and servers are what the behaviour suite runs on.

use aggregate_core::testing::conformance;
use aggregate_core::{Aggregate, Persist, SqliteRepository};
use aggregate_tests::Tables;
use aggregate_tests::model::document::{self, Document};
use aggregate_tests::model::invoice::{self, Batch, Invoice, Line};
use aggregate_tests::model::pairs;
use proptest::collection::vec;
use proptest::strategy::Strategy;
use sqlx::{AssertSqlSafe, SqlitePool};

async fn with<A: Aggregate + Persist<sqlx::Sqlite>>(tables: &Tables) -> SqliteRepository<A> {
    let pool = SqlitePool::connect("sqlite::memory:").await.expect("a database in memory");
    let ddl = ["{name}", "{json}"].iter().fold(tables.ddl.to_owned(), |ddl, word| ddl.replace(word, "TEXT"));
    sqlx::raw_sql(AssertSqlSafe(ddl)).execute(&pool).await.expect("tables");
    SqliteRepository::new(pool)
}

conformance! {
    module: invoices,
    aggregate: Invoice,
    repository: with(&invoice::TABLES),
    samples: pairs::invoices(),
    neighbour: Invoice::sample(2),
}

conformance! {
    module: documents,
    aggregate: Document,
    repository: with(&document::TABLES),
    samples: pairs::documents(),
    neighbour: Document::sample(2),
}

conformance! {
    module: generated_invoices,
    aggregate: Invoice,
    repository: with(&invoice::TABLES),
    strategy: generated(),
    neighbour: Invoice::sample(2),
}

/// Invoices of one id.
fn generated() -> impl Strategy<Value = Invoice> {
    let batch = ("[a-c]", 0..3).prop_map(|(code, pieces)| Batch { pieces, ..Batch::new(&code) });
    let allocation = (1..4, 0..3, vec(batch, 0..3)).prop_map(|(warehouse, amount, mut batches)| {
        batches.sort_by(|one: &Batch, other| one.code.cmp(&other.code));
        batches.dedup_by(|one, other| one.code == other.code);
        invoice::Allocation { warehouse, amount, batches }
    });
    let line = (1..4, 0..3, vec(allocation, 0..3)).prop_map(|(no, quantity, mut allocations)| {
        allocations.sort_by_key(|allocation| allocation.warehouse);
        allocations.dedup_by_key(|allocation| allocation.warehouse);
        Line { quantity, allocations, ..Line::plain(no) }
    });
    (0..3_i64, 0..3_i64, vec(line, 0..3)).prop_map(|(customer, total, mut lines)| {
        lines.sort_by_key(|line| line.no);
        lines.dedup_by_key(|line| line.no);
        Invoice { customer, total, lines, ..Invoice::empty(1) }
    })
}
