//! A load never shows half of somebody's save.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use aggregate_core::{Error, Tracked};
use aggregate_tests::model::invoice::{self, Allocation, Invoice, InvoiceId, Line};

use super::{Lab, Repo};

/// The number of loads that must have overlapped a commit.
const OVERLAPS: u64 = 200;
const LINES: usize = 12;
const PATIENCE: Duration = Duration::from_secs(90);

/// Generation `g`: a total of `g`, and lines and allocations that all carry `g`, under numbers of its own.
fn fill(invoice: &mut Invoice, generation: i64) {
    let carried = i32::try_from(generation).unwrap();
    invoice.total = generation;
    invoice.lines = (0..i32::try_from(LINES).unwrap())
        .map(|no| Line {
            no: carried % 2 * 100 + no,
            track: String::new(),
            quantity: carried,
            allocations: vec![Allocation { warehouse: 1, amount: carried, batches: vec![] }],
        })
        .collect();
}

/// What a load saw: the total, and what the rows below carry.
struct Seen {
    total: i64,
    carried: Vec<i64>,
}

impl Seen {
    fn is_torn(&self) -> bool {
        self.carried.len() != 2 * LINES || self.carried.iter().any(|carried| *carried != self.total)
    }
}

/// Saves one generation after the other and replaces all children each time.
fn save_until(
    stop: &Arc<AtomicBool>,
    commits: &Arc<AtomicU64>,
    invoices: &Repo<Invoice>,
) -> tokio::task::JoinHandle<()> {
    let (stop, commits, invoices) = (stop.clone(), commits.clone(), invoices.clone());
    tokio::spawn(async move {
        let mut invoice = invoices.get(&InvoiceId(1)).await.unwrap();
        for generation in 1.. {
            if stop.load(Ordering::SeqCst) {
                break;
            }
            fill(&mut invoice, generation);
            invoices.save(&mut invoice).await.unwrap();
            commits.fetch_add(1, Ordering::SeqCst);
        }
    })
}

/// Loads until enough loads have overlapped a commit, or the first torn one if one is looked for.
/// Returns how many overlapped and how many were torn.
async fn watch(lab: &Lab, load: impl AsyncFn() -> Seen, until_torn: bool) -> (u64, u64) {
    let invoices = lab.repository::<Invoice>();
    let mut invoice = Invoice::empty(1);
    fill(&mut invoice, 0);
    lab.saved(&invoices, invoice).await;
    let (stop, commits) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let writer = save_until(&stop, &commits, &invoices);
    let (mut overlapped, mut torn) = (0, 0);
    let started = Instant::now();
    while overlapped < OVERLAPS && !(until_torn && torn > 0) && started.elapsed() < PATIENCE {
        let before = commits.load(Ordering::SeqCst);
        let seen = load().await;
        overlapped += u64::from(commits.load(Ordering::SeqCst) != before);
        torn += u64::from(seen.is_torn());
        assert!(!writer.is_finished(), "the writer stopped early");
    }
    stop.store(true, Ordering::SeqCst);
    writer.await.unwrap();
    (overlapped, torn)
}

fn seen(invoice: &Tracked<Invoice>) -> Seen {
    let lines = invoice.lines.iter().map(|line| i64::from(line.quantity));
    let below = invoice.lines.iter().flat_map(|line| &line.allocations).map(|below| i64::from(below.amount));
    Seen { total: invoice.total, carried: lines.chain(below).collect() }
}

pub(crate) async fn no_load_during_saves_is_torn(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    let load = async || match invoices.get(&InvoiceId(1)).await {
        Ok(invoice) => seen(&invoice),
        // Rows of two saves may also make no aggregate at all.
        Err(Error::Inconsistent { .. }) => Seen { total: 0, carried: vec![] },
        Err(other) => panic!("{other:?}"),
    };
    let (overlapped, torn) = watch(lab, load, false).await;
    assert_eq!(torn, 0, "of {overlapped} loads that overlapped a commit");
    assert!(overlapped >= OVERLAPS, "only {overlapped} loads overlapped a commit");
}

pub(crate) async fn no_load_of_many_during_saves_is_torn(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    let ids = [InvoiceId(3), InvoiceId(1), InvoiceId(1)];
    let load = async || {
        let found = invoices.find_many(&ids).await.unwrap();
        assert!(found[0].is_none());
        assert_eq!(found[1].as_deref(), found[2].as_deref(), "one snapshot for all");
        seen(found[1].as_ref().unwrap())
    };
    let (overlapped, torn) = watch(lab, load, false).await;
    assert_eq!(torn, 0, "of {overlapped} loads that overlapped a commit");
    assert!(overlapped >= OVERLAPS, "only {overlapped} loads overlapped a commit");
}

/// The same watch catches a loader that reads in two statements, so the tests above can see what they look for.
pub(crate) async fn a_loader_of_two_statements_is_caught(lab: &Lab) {
    lab.create(&invoice::TABLES).await;
    let load = async || {
        let total = lab.cell("SELECT total FROM invoices WHERE id = 1").await.parse().unwrap();
        let rows = lab
            .rows("SELECT quantity FROM \"lines\" WHERE invoice_id = 1 UNION ALL SELECT amount FROM allocations WHERE invoice_id = 1")
            .await;
        Seen { total, carried: rows.iter().map(|row| row.parse().unwrap()).collect() }
    };
    let (overlapped, torn) = watch(lab, load, true).await;
    assert!(torn > 0, "{overlapped} loads overlapped a commit, and none was seen torn");
}
