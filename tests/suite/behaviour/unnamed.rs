//! Statements that leave nothing on their connection.

use aggregate_core::{Error, SqlRepository, Tracked, UnitOfWork};
use aggregate_tests::model::basket::{self, Basket};
use aggregate_tests::model::document::{self, Document};
use aggregate_tests::{Engine, assert_refused};
use sqlx::{Connection, Pool};

use super::{Db, Lab, Repo};

async fn baskets(lab: &Lab) -> (Pool<Db>, Repo<Basket>) {
    lab.create(&basket::TABLES).await;
    let pool = lab.pool_of_one().await;
    (pool.clone(), SqlRepository::new(pool).unnamed_statements())
}

/// How many statements the only connection of a pool keeps.
async fn kept(pool: &Pool<Db>) -> usize {
    pool.acquire().await.unwrap().cached_statements_size()
}

fn edit(basket: &mut Tracked<Basket>) {
    basket.items[0].pieces += 1;
    basket.pieces += 1;
}

pub(crate) async fn a_repository_keeps_no_statement(lab: &Lab) {
    let (pool, baskets) = baskets(lab).await;
    let mut basket = Tracked::new(Basket::sample(1));
    baskets.save(&mut basket).await.unwrap();
    edit(&mut basket);
    baskets.clone().save(&mut basket).await.unwrap();
    assert_eq!(*baskets.get(&1).await.unwrap(), *basket);
    assert_eq!(baskets.find_many(&[1, 2, 3]).await.unwrap().iter().flatten().count(), 1);
    let mut stale = basket.clone();
    edit(&mut basket);
    baskets.save(&mut basket).await.unwrap();
    edit(&mut stale);
    assert_refused!(baskets.save(&mut stale).await, Error::Conflict(conflict) if conflict.actual.is_some());
    assert_refused!(baskets.save(&mut Tracked::new(Basket::sample(1))).await, Error::AlreadyExists { .. });
    baskets.delete(&mut basket).await.unwrap();
    assert_eq!(kept(&pool).await, 0);
    SqlRepository::<Basket, Db>::new(pool.clone()).find(&1).await.unwrap();
    assert!(kept(&pool).await > 0, "this is how they are counted");
}

pub(crate) async fn a_repository_keeps_none_where_it_sends_several(lab: &Lab) {
    lab.create(&document::TABLES).await;
    let pool = lab.pool_of_one().await;
    let documents = SqlRepository::<Document, Db>::new(pool.clone()).unnamed_statements();
    let mut document = Tracked::new(Document::sample(1));
    documents.save(&mut document).await.unwrap();
    document.views += 1;
    document.remarks.remove(0);
    documents.save(&mut document).await.unwrap();
    assert_eq!(*documents.get(&1).await.unwrap(), *document);
    documents.delete(&mut document).await.unwrap();
    assert_eq!(kept(&pool).await, 0);
}

pub(crate) async fn loads_on_a_connection_of_the_callers_keep_none(lab: &Lab) {
    let (pool, baskets) = baskets(lab).await;
    baskets.save(&mut Tracked::new(Basket::sample(1))).await.unwrap();
    let mut conn = pool.acquire().await.unwrap();
    assert!(baskets.find_on(&mut conn, &1).await.unwrap().is_some());
    let mut transaction = conn.begin().await.unwrap();
    assert!(baskets.find_on(&mut transaction, &1).await.unwrap().is_some());
    assert_eq!(baskets.find_many_on(&mut transaction, &[1, 2]).await.unwrap().len(), 2);
    transaction.commit().await.unwrap();
    assert_eq!(conn.cached_statements_size(), 0);
}

pub(crate) async fn a_unit_keeps_none(lab: &Lab) {
    let (pool, baskets) = baskets(lab).await;
    baskets.save(&mut Tracked::new(Basket::sample(1))).await.unwrap();
    let options = UnitOfWork::options().unnamed_statements();
    let unit = options.begin(&pool).await.unwrap();
    let mut basket = unit.get_locked::<Basket>(&1).await.unwrap();
    edit(&mut basket);
    unit.save(&mut basket).unwrap();
    let savepoint = unit.savepoint().await.unwrap();
    let mut new = Tracked::new(Basket::sample(2));
    unit.repository().save(&mut new).await.unwrap();
    unit.save(&mut Tracked::new(Basket::sample(2))).unwrap();
    assert_refused!(unit.flush().await, Error::AlreadyExists { transaction_lost: false, .. });
    savepoint.rollback().await.unwrap();
    unit.commit().await.unwrap();

    let adopted = options.adopt(pool.begin().await.unwrap()).await.unwrap();
    let mut basket = adopted.get::<Basket>(&1).await.unwrap();
    edit(&mut basket);
    adopted.repository().save(&mut basket).await.unwrap();
    adopted.commit().await.unwrap();

    let pieces = options.transact(&pool, |unit| async move {
        let basket = unit.get::<Basket>(&1).await?;
        unit.check(&basket)?;
        Ok::<_, Error>(basket.pieces)
    });
    assert_eq!(pieces.await.unwrap(), 7);
    assert_eq!(kept(&pool).await, 0);
}

/// Who knows that it is unnamed looks into the transaction, once nothing of it can be lost.
pub(crate) async fn a_unit_that_lost_keeps_none(lab: &Lab) {
    let (pool, baskets) = baskets(lab).await;
    baskets.save(&mut Tracked::new(Basket::sample(1))).await.unwrap();
    let unit = UnitOfWork::options().unnamed_statements().begin(&pool).await.unwrap();
    unit.save(&mut Tracked::new(Basket::sample(1))).unwrap();
    assert_refused!(unit.commit().await, Error::AlreadyExists { .. });
    assert_eq!(kept(&pool).await, 0);
}

pub(crate) async fn a_save_counts_what_stands_around_it(lab: &Lab) {
    let (_, baskets) = baskets(lab).await;
    let mut basket = Tracked::new(Basket::sample(1));
    baskets.save(&mut basket).await.unwrap();
    drop(lab.sent());
    edit(&mut basket);
    let report = baskets.save(&mut basket).await.unwrap();
    let kinds: Vec<_> = lab.sent().into_iter().map(|sent| sent.kind).collect();
    assert_eq!(report.statements, kinds.len() as u64);
    if Db::SAVES_AT_ONCE {
        assert_eq!(kinds, ["begin", "save", "commit"]);
    }
}
