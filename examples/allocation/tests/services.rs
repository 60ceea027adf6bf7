//! The service on the in-memory twin: no database, no fake repository of the tests' own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aggregate_core::async_trait;
use aggregate_core::{
    Error, MemoryRepository, Repository, RetryPolicy, RowRepository, SaveReport, Tracked, Version,
};
use chrono::NaiveDate;

use crate::model::{Batch, Product, Refusal};
use crate::races;
use crate::service::{ServiceError, StockService};

const SKU: &str = "OAK-STOOL";

fn service() -> (MemoryRepository<Product>, StockService) {
    let products = MemoryRepository::new();
    (products.clone(), StockService::new(Arc::new(products)))
}

fn tomorrow() -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(2031, 5, 1)
}

async fn stored(products: &dyn Repository<Product>) -> Tracked<Product> {
    products.get(&SKU.to_owned()).await.expect("it is stored")
}

/// What is left of each batch, in the order of their references.
async fn available(products: &dyn Repository<Product>) -> Vec<i64> {
    stored(products).await.batches().iter().map(Batch::available).collect()
}

#[tokio::test]
async fn the_first_batch_brings_the_product_and_others_join_it() {
    let (products, service) = service();
    service.add_batch(SKU, "b1", 100, None).await.expect("a new batch");
    service.add_batch(SKU, "b2", 50, tomorrow()).await.expect("a new batch");
    assert_eq!(products.len(), 1);
    assert_eq!(available(&products).await, [100, 50]);
    assert_eq!(stored(&products).await.version(), Version::new(1));
}

#[tokio::test]
async fn a_reference_that_is_taken_is_refused_whoevers_it_is() {
    let (_, service) = service();
    service.add_batch(SKU, "b1", 100, None).await.expect("a new batch");
    service.add_batch("RED-LAMP", "b2", 100, None).await.expect("a new batch");
    for sku in [SKU, "RED-LAMP", "RETRO-CLOCK"] {
        let refused = service.add_batch(sku, "b1", 1, None).await;
        let refusal = Refusal::BatchExists { reference: "b1".into() };
        assert!(matches!(&refused, Err(ServiceError::Refused(why)) if *why == refusal), "{sku}: {refused:?}");
    }
}

#[tokio::test]
async fn allocating_says_where_and_stores_it() {
    let (products, service) = service();
    service.add_batch(SKU, "b1", 100, None).await.expect("a new batch");
    let allocated = service.allocate("o1", SKU, 10).await.expect("there is enough");
    assert_eq!((allocated.batch.as_str(), allocated.attempts), ("b1", 1));
    assert_eq!(available(&products).await, [90]);
}

#[tokio::test]
async fn an_unknown_sku_is_an_error_of_its_own() {
    let (_, service) = service();
    service.add_batch("A-REAL-SKU", "b1", 100, None).await.expect("a new batch");
    let refused = service.allocate("o1", "NO-SUCH-SKU", 10).await.expect_err("nobody sells it");
    assert!(matches!(refused, ServiceError::UnknownSku { .. }), "{refused:?}");
    assert_eq!(refused.to_string(), "there is no product `NO-SUCH-SKU`");
}

#[tokio::test]
async fn what_is_refused_stores_nothing() {
    let (products, service) = service();
    service.add_batch(SKU, "b1", 9, None).await.expect("a new batch");
    let refused = service.allocate("o1", SKU, 10).await;
    assert!(matches!(refused, Err(ServiceError::Refused(Refusal::OutOfStock { .. }))), "{refused:?}");
    let stored = stored(&products).await;
    assert_eq!((stored.version(), stored.allocation("o1").is_none()), (Version::INITIAL, true));
}

#[tokio::test]
async fn a_request_that_comes_twice_is_one_version() {
    let (products, service) = service();
    service.add_batch(SKU, "b1", 10, None).await.expect("a new batch");
    for _ in 0..2 {
        assert_eq!(service.allocate("o1", SKU, 10).await.expect("there is enough").batch, "b1");
    }
    assert_eq!(stored(&products).await.version(), Version::new(1));
}

#[tokio::test]
async fn a_changed_quantity_changes_what_is_available() {
    let (products, service) = service();
    service.add_batch(SKU, "b1", 100, None).await.expect("a new batch");
    let changed = service.change_batch_quantity(SKU, "b1", 50).await.expect("there is such a batch");
    assert!(changed.moved.is_empty() && changed.unallocated.is_empty(), "{changed:?}");
    assert_eq!(available(&products).await, [50]);
    assert_eq!(stored(&products).await.version(), Version::new(1));
}

#[tokio::test]
async fn lines_that_a_batch_gives_up_are_allocated_to_the_next_one_in_the_same_save() {
    let (products, service) = service();
    service.add_batch(SKU, "b1", 50, None).await.expect("a new batch");
    service.add_batch(SKU, "b2", 50, tomorrow()).await.expect("a new batch");
    for order_id in ["o1", "o2"] {
        service.allocate(order_id, SKU, 20).await.expect("there is enough");
    }
    let before = stored(&products).await.version();
    let changed = service.change_batch_quantity(SKU, "b1", 25).await.expect("there is such a batch");
    let moved: Vec<_> =
        changed.moved.iter().map(|(line, to)| (line.order_id.as_str(), to.as_str())).collect();
    assert_eq!((moved, changed.unallocated), (vec![("o2", "b2")], vec![]));
    assert_eq!(available(&products).await, [5, 30]);
    assert_eq!(Some(stored(&products).await.version()), before.next());
}

#[tokio::test]
async fn lines_that_fit_nowhere_are_told() {
    let (products, service) = service();
    service.add_batch(SKU, "b1", 10, None).await.expect("a new batch");
    for (order_id, quantity) in [("o1", 2), ("o2", 8)] {
        service.allocate(order_id, SKU, quantity).await.expect("there is enough");
    }
    let changed = service.change_batch_quantity(SKU, "b1", 5).await.expect("there is such a batch");
    let unallocated: Vec<_> = changed.unallocated.iter().map(|line| line.order_id.as_str()).collect();
    assert_eq!((unallocated, changed.moved), (vec!["o2"], vec![]));
    assert_eq!(available(&products).await, [3]);
}

#[tokio::test]
async fn a_line_that_fits_again_where_it_was_has_not_moved() {
    let (products, service) = service();
    service.add_batch(SKU, "b1", 10, None).await.expect("a new batch");
    for (order_id, quantity) in [("o1", 8), ("o2", 2)] {
        service.allocate(order_id, SKU, quantity).await.expect("there is enough");
    }
    // `o2` is given up first, which does not do, and then `o1`.
    let changed = service.change_batch_quantity(SKU, "b1", 5).await.expect("there is such a batch");
    let unallocated: Vec<_> = changed.unallocated.iter().map(|line| line.order_id.as_str()).collect();
    assert_eq!((unallocated, changed.moved), (vec!["o1"], vec![]));
    assert_eq!(available(&products).await, [3]);
}

#[tokio::test]
async fn who_loses_a_race_loads_and_decides_again() {
    let (products, service) = service();
    service.add_batch(SKU, "b1", 10, None).await.expect("a new batch");
    let hurried = StockService::new(Arc::new(Hurried::new(&products, 2)));
    assert_eq!(hurried.allocate("o1", SKU, 10).await.expect("there is enough").attempts, 3);
    assert_eq!(available(&products).await, [0]);
}

#[tokio::test]
async fn who_loses_every_race_is_told_to_come_back() {
    let (products, service) = service();
    service.add_batch(SKU, "b1", 10, None).await.expect("a new batch");
    let hurried = StockService::new(Arc::new(Hurried::new(&products, 9)));
    let hurried = hurried.retries(RetryPolicy::default().attempts(3));
    let refused = hurried.allocate("o1", SKU, 10).await;
    assert!(matches!(refused, Err(ServiceError::Busy { attempts: 3 })), "{refused:?}");
    assert_eq!(available(&products).await, [10]);
}

#[tokio::test]
async fn two_that_bring_the_same_product_both_add_their_batches() {
    let (products, _) = service();
    let hurried = StockService::new(Arc::new(Hurried::new(&products, 1)));
    hurried.add_batch(SKU, "b1", 10, None).await.expect("a new batch");
    assert_eq!(available(&products).await, [10, 7]);
}

#[tokio::test]
async fn crowds_never_oversell_in_memory_either() {
    let (products, _) = service();
    let service = StockService::new(Arc::new(Hurried::new(&products, 0)));
    let service = service.retries(RetryPolicy::default().attempts(100));
    for _ in 0..5 {
        let race =
            races::for_the_last_stock(&products, &service, SKU).await.expect("what was told is stored");
        assert_eq!((race.allocated, race.out_of_stock, race.versions, race.available), (20, 20, 20, 0));
        assert!(race.attempts > 20, "nobody was refused by the version, so this shows nothing: {race:?}");
        let race = races::against_changes(&products, &service, SKU).await.expect("what was told is stored");
        assert_eq!(race.allocated + race.out_of_stock, races::ORDERS);
        assert_eq!(i64::try_from(race.allocated + race.changes), Ok(race.versions));
        assert_eq!(race.lines + race.unallocated, race.allocated);
    }
}

/// A repository in which somebody else is faster, so many times.
struct Hurried {
    products: MemoryRepository<Product>,
    rivals: AtomicU32,
}

impl Hurried {
    fn new(products: &MemoryRepository<Product>, rivals: u32) -> Self {
        Self { products: products.clone(), rivals: AtomicU32::new(rivals) }
    }

    async fn let_a_rival_go_first(&self) -> Result<(), Error> {
        let left = self.rivals.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        if left.is_err() {
            return Ok(());
        }
        match self.products.find(&SKU.to_owned()).await? {
            Some(mut product) => self.products.touch(&mut product).await?,
            None => {
                let mut product = Product::new(SKU);
                product.add_batch(Batch::new("b2", 7, None)).expect("the first batch");
                self.products.save(&mut Tracked::new(product)).await?
            }
        };
        Ok(())
    }
}

#[async_trait]
impl Repository<Product> for Hurried {
    async fn find_many(&self, ids: &[String]) -> Result<Vec<Option<Tracked<Product>>>, Error> {
        self.products.find_many(ids).await
    }

    async fn save(&self, product: &mut Tracked<Product>) -> Result<SaveReport, Error> {
        self.let_a_rival_go_first().await?;
        self.products.save(product).await
    }

    async fn save_all(&self, products: &mut [Tracked<Product>]) -> Result<Vec<SaveReport>, Error> {
        self.products.save_all(products).await
    }

    async fn delete(&self, product: &mut Tracked<Product>) -> Result<SaveReport, Error> {
        self.products.delete(product).await
    }
}
