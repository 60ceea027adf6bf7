//! The hole of a counter that only allocations raise, on `SQLite`, and the same by the library. The program shows it on the
//! other databases too.

use std::sync::Arc;

use aggregate_core::{Error, MemoryRepository, Repository, SqliteRepository};
use sqlx::SqlitePool;
use tempfile::TempDir;

use crate::by_hand;
use crate::by_library::{self, Deed, RACES};
use crate::database::{PlainSql, create_tables, open_sqlite, oversold};
use crate::model::{Product, Refusal};
use crate::service::StockService;

const CUT_FIRST: [Deed; 2] = [Deed::Cut, Deed::Allocate];
const CUT_SECOND: [Deed; 2] = [Deed::Allocate, Deed::Cut];

async fn database() -> (TempDir, SqlitePool) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let pool = open_sqlite(folder.path()).await.expect("a new database");
    create_tables(&pool).await.expect("new tables");
    (folder, pool)
}

#[tokio::test]
async fn the_books_counter_sees_two_allocations() {
    let (_folder, pool) = database().await;
    for way in sqlx::Sqlite::WAYS {
        let ending =
            by_hand::interleave(&pool, way, [Deed::Allocate; 2]).await.expect("SQL that SQLite takes");
        let refused = by_hand::Ending { is_refused: true, purchased: 10, allocated: 10 };
        assert_eq!(ending, refused, "{}", way.name);
    }
}

#[tokio::test]
async fn the_books_counter_oversells_beside_a_change_of_quantity() {
    let (_folder, pool) = database().await;
    let way = sqlx::Sqlite::WAYS
        .iter()
        .find(|way| way.notices == Some(false))
        .expect("it loads before the transaction");
    for deeds in [CUT_FIRST, CUT_SECOND] {
        let ending = by_hand::interleave(&pool, way, deeds).await.expect("SQL that SQLite takes");
        assert_eq!(ending, by_hand::Ending { is_refused: false, purchased: 5, allocated: 10 });
        assert!(ending.is_oversold());
    }
}

#[tokio::test]
async fn an_engine_that_is_serializable_closes_the_hole_within_one_transaction() {
    let (_folder, pool) = database().await;
    let way =
        sqlx::Sqlite::WAYS.iter().find(|way| way.notices == Some(true)).expect("it loads in the transaction");
    for deeds in [CUT_FIRST, CUT_SECOND] {
        let ending = by_hand::interleave(&pool, way, deeds).await.expect("SQL that SQLite takes");
        assert!(ending.is_refused && !ending.is_oversold(), "{deeds:?}: {ending:?}");
    }
}

#[tokio::test]
async fn the_library_ends_each_of_them_in_a_conflict() {
    let (_folder, pool) = database().await;
    let rows: Arc<dyn Repository<Product>> = Arc::new(SqliteRepository::<Product>::new(pool));
    for products in [rows, Arc::new(MemoryRepository::new())] {
        for (name, deeds) in RACES {
            let ending = by_library::interleave(&*products, deeds).await.expect("it can be loaded and saved");
            assert!(matches!(ending.refused, Some(Error::Conflict(_))), "{name}: {ending:?}");
            // Who loads again decides by what is stored.
            match deeds[1] {
                Deed::Allocate => assert!(matches!(ending.again, Err(Refusal::OutOfStock { .. })), "{name}"),
                Deed::Cut => assert_eq!(ending.again, Ok(1), "{name}"),
            }
            assert!(ending.available >= 0, "{name}: {ending:?}");
        }
    }
}

#[tokio::test]
async fn what_is_oversold_by_other_means_is_not_loaded() {
    let (_folder, pool) = database().await;
    let products = Arc::new(SqliteRepository::<Product>::new(pool.clone()));
    let service = StockService::new(products.clone());
    service.add_batch("OAK-STOOL", "stools", 10, None).await.expect("a new batch");
    service.allocate("order-1", "OAK-STOOL", 10).await.expect("there is enough");
    assert_eq!(oversold(&pool).await.expect("SQL that SQLite takes"), 0);
    let mut connection = pool.acquire().await.expect("a connection");
    let cut = "UPDATE stock_batches SET purchased = 5";
    sqlx::Sqlite::write(&mut connection, cut).await.expect("SQL that SQLite takes");
    drop(connection);
    assert_eq!(oversold(&pool).await.expect("SQL that SQLite takes"), 1);
    let error = products.get(&"OAK-STOOL".to_owned()).await.expect_err("it is oversold");
    assert!(matches!(error, Error::Invariant { .. }), "{error:?}");
}
