//! The product in its tables, by the suite that the library has for aggregates of one's own.

use aggregate_core::SqliteRepository;
use chrono::NaiveDate;
use sqlx::SqlitePool;

use crate::database::create_tables;
use crate::model::{Batch, OrderLine, Product};

async fn products() -> SqliteRepository<Product> {
    let pool = SqlitePool::connect("sqlite::memory:").await.expect("a database in memory");
    create_tables(&pool).await.expect("the tables");
    SqliteRepository::new(pool)
}

/// A product of two batches, the first of which has the orders.
fn product(sku: &str, purchased: i32, year: i32, batches: [&str; 2], orders: &[(&str, i32)]) -> Product {
    let mut product = Product::new(sku);
    for (reference, year) in batches.into_iter().zip(year..) {
        let batch = Batch::new(reference, purchased, NaiveDate::from_ymd_opt(year, 1, 1));
        product.add_batch(batch).expect("a new batch");
    }
    for (order, quantity) in orders {
        product.allocate(OrderLine::new(order, sku, *quantity)).expect("enough is there");
    }
    product
}

aggregate_core::testing::conformance! {
    aggregate: Product,
    repository: products(),
    samples: [
        product("LAMP", 10, 2030, ["lamps-1", "lamps-2"], &[("order-1", 2), ("order-2", 1)]),
        product("LAMP", 20, 2031, ["lamps-1", "lamps-3"], &[("order-1", 3), ("order-3", 1)]),
    ],
    neighbour: product("CHAIR", 10, 2030, ["chairs-1", "chairs-2"], &[("order-1", 2)]),
}
