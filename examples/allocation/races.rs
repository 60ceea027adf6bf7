//! Crowds of tasks that want the same stock. They know the service and the repository, so they run on any database, and in
//! memory.

use std::collections::BTreeSet;
use std::error::Error;

use aggregate_core::Repository;
use tokio::task::JoinSet;

use crate::model::{Batch, Product, Refusal};
use crate::service::{ServiceError, StockService};

/// Each asks for one piece.
pub(crate) const ORDERS: usize = 40;

/// What a batch is said to hold, one after the other, while it is sold.
const QUANTITIES: [i32; 8] = [3, 25, 8, 14, 2, 20, 5, 12];

/// What came of the orders of a crowd.
#[derive(Debug, Default)]
struct Crowd {
    allocated: BTreeSet<String>,
    out_of_stock: usize,
    /// How often all that were allocated have tried.
    attempts: u32,
}

/// How a race ended.
#[derive(Debug, Default)]
pub(crate) struct Race {
    /// Orders that were told where their line is allocated.
    pub(crate) allocated: usize,
    /// Orders that were told that there is not enough.
    pub(crate) out_of_stock: usize,
    /// Changes of a quantity.
    pub(crate) changes: usize,
    /// Lines that changes moved to another batch.
    pub(crate) moved: usize,
    /// Lines that changes left allocated nowhere.
    pub(crate) unallocated: usize,
    /// How often all that was stored was tried.
    pub(crate) attempts: u32,
    /// Lines that are stored.
    pub(crate) lines: usize,
    /// What is stored and promised to nobody.
    pub(crate) available: i64,
    /// By how much the version has advanced.
    pub(crate) versions: i64,
}

/// Forty orders want one piece each; there are twenty, in two batches.
pub(crate) async fn for_the_last_stock(
    products: &dyn Repository<Product>,
    service: &StockService,
    sku: &'static str,
) -> Result<Race, Box<dyn Error>> {
    put_in_stock(products, service, sku, [12, 8]).await?;
    let before = products.get(&sku.to_owned()).await?.version();
    let mut tasks = allocate_all(service, sku);
    let crowd = outcome(&mut tasks).await?;
    audit(products, sku, before.get(), crowd, &BTreeSet::new(), Race::default()).await
}

/// Forty orders want one piece each, while the quantity of one of the two batches is corrected eight times.
pub(crate) async fn against_changes(
    products: &dyn Repository<Product>,
    service: &StockService,
    sku: &'static str,
) -> Result<Race, Box<dyn Error>> {
    put_in_stock(products, service, sku, [30, 8]).await?;
    let before = products.get(&sku.to_owned()).await?.version();
    let mut tasks = allocate_all(service, sku);
    let clerk = service.clone();
    let changing = tokio::spawn(async move {
        let (mut race, mut unallocated) = (Race::default(), BTreeSet::new());
        for quantity in QUANTITIES {
            let changed = clerk.change_batch_quantity(sku, &reference(sku, 0), quantity).await?;
            race.changes += 1;
            race.attempts += changed.attempts;
            race.moved += changed.moved.len();
            unallocated.extend(changed.unallocated.into_iter().map(|line| line.order_id));
        }
        Ok::<_, ServiceError>((race, unallocated))
    });
    let crowd = outcome(&mut tasks).await?;
    let (race, unallocated) = changing.await??;
    audit(products, sku, before.get(), crowd, &unallocated, race).await
}

fn reference(sku: &str, at: usize) -> String {
    format!("{sku}-{at}")
}

/// Begins anew, whatever an earlier run has left: one batch in stock, one on a ship.
async fn put_in_stock(
    products: &dyn Repository<Product>,
    service: &StockService,
    sku: &str,
    quantities: [i32; 2],
) -> Result<(), Box<dyn Error>> {
    if let Some(mut left_over) = products.find(&sku.to_owned()).await? {
        products.delete(&mut left_over).await?;
    }
    let etas = [None, chrono::NaiveDate::from_ymd_opt(2031, 5, 1)];
    for (at, (quantity, eta)) in quantities.into_iter().zip(etas).enumerate() {
        service.add_batch(sku, &reference(sku, at), quantity, eta).await?;
    }
    Ok(())
}

type Allocation = (String, Result<u32, ServiceError>);

fn allocate_all(service: &StockService, sku: &'static str) -> JoinSet<Allocation> {
    let mut tasks = JoinSet::new();
    for number in 0..ORDERS {
        let (service, order_id) = (service.clone(), format!("order-{number:02}"));
        tasks.spawn(async move {
            let allocated = service.allocate(&order_id, sku, 1).await;
            (order_id, allocated.map(|allocated| allocated.attempts))
        });
    }
    tasks
}

async fn outcome(tasks: &mut JoinSet<Allocation>) -> Result<Crowd, Box<dyn Error>> {
    let mut crowd = Crowd::default();
    while let Some(ended) = tasks.join_next().await {
        let (order_id, allocated) = ended?;
        match allocated {
            Ok(attempts) => {
                crowd.attempts += attempts;
                crowd.allocated.insert(order_id);
            }
            Err(ServiceError::Refused(Refusal::OutOfStock { .. })) => crowd.out_of_stock += 1,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(crowd)
}

/// Compares what is stored with what the tasks were told.
async fn audit(
    products: &dyn Repository<Product>,
    sku: &str,
    version_before: i64,
    crowd: Crowd,
    unallocated: &BTreeSet<String>,
    race: Race,
) -> Result<Race, Box<dyn Error>> {
    let product = products.get(&sku.to_owned()).await?;
    let lines = product.batches().iter().flat_map(Batch::allocations);
    let mut stored: Vec<_> = lines.map(|line| &line.order_id).collect();
    stored.sort();
    // Line by line; an order that is allocated twice differs too.
    if stored.iter().copied().ne(crowd.allocated.difference(unallocated)) {
        return Err("a promise is broken: what is stored is not what the orders were told".into());
    }
    if let Some(batch) = product.batches().iter().find(|batch| batch.available() < 0) {
        return Err(format!("a promise is broken: {batch:?} is oversold").into());
    }
    Ok(Race {
        allocated: crowd.allocated.len(),
        out_of_stock: crowd.out_of_stock,
        unallocated: unallocated.len(),
        attempts: crowd.attempts + race.attempts,
        lines: stored.len(),
        available: product.batches().iter().map(Batch::available).sum(),
        versions: product.version().get() - version_before,
        ..race
    })
}
