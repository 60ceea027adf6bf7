//! In memory, with a pool of several connections, as users would; files and servers are what the behaviour suite runs on.

use aggregate_core::testing::{self, Failure, Rule, Samples, conformance};
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

/// What a behaviour says of these tables, with more SQL behind them.
fn said(
    tables: &Tables,
    more: &'static str,
    behaviour: impl AsyncFnOnce(&SqliteRepository<Invoice>, &Samples<Invoice>) -> Result<(), Failure>,
) -> Failure {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let pool = SqlitePool::connect("sqlite::memory:").await.expect("a database in memory");
        let ddl = tables.ddl.replace("{name}", "TEXT");
        sqlx::raw_sql(AssertSqlSafe(format!("{ddl};{more}"))).execute(&pool).await.expect("tables");
        let samples = Samples::from(pairs::invoices()).neighbour(Invoice::sample(2));
        behaviour(&SqliteRepository::new(pool), &samples).await.expect_err("it should be noticed")
    })
}

#[test]
fn a_primary_key_that_is_missing() {
    let failure = said(&invoice::LOOSE_TABLES, "", async |invoices, samples| {
        testing::round_trip(invoices, samples).await
    });
    assert_eq!(failure.rule, Rule::IdTaken, "{failure}");
    assert!(failure.look_at.contains("primary key"), "{failure}");
}

#[test]
fn a_trigger_that_writes_more() {
    let trigger = "CREATE TRIGGER more AFTER UPDATE OF quantity ON \"lines\" WHEN NEW.quantity = 9
        BEGIN UPDATE \"lines\" SET track = '' WHERE invoice_id = NEW.invoice_id AND no = NEW.no; END";
    let failure = said(&invoice::TABLES, trigger, async |invoices, samples| {
        testing::every_child_is_dirty(invoices, samples).await
    });
    assert_eq!(failure.rule, Rule::Saved, "{failure}");
    assert_eq!(failure.found, "after a change of `lines` alone: `lines` 1 has another `track`");
}

#[test]
fn a_constraint_that_is_too_strict() {
    let index = "CREATE UNIQUE INDEX strict ON invoices (customer)";
    let failure =
        said(&invoice::TABLES, index, async |invoices, samples| testing::round_trip(invoices, samples).await);
    assert_eq!(failure.rule, Rule::Works, "{failure}");
    assert!(failure.look_at.contains("the constraints of the tables"), "{failure}");
}

#[test]
fn a_table_that_is_missing() {
    let failure = said(&invoice::TABLES, "DROP TABLE batches", async |invoices, samples| {
        testing::no_op(invoices, samples).await
    });
    assert_eq!(failure.rule, Rule::Works, "{failure}");
    assert!(failure.found.contains("batches") && failure.look_at.contains("the tables"), "{failure}");
}
