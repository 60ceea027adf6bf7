//! Loads of many ids, and on a connection of the caller's.

use aggregate_core::{Aggregate, Error, Persist, Tracked};
use aggregate_tests::Engine;
use aggregate_tests::assert_refused;
use aggregate_tests::model::bare::{self, Bare};
use aggregate_tests::model::invoice::{self, Invoice, InvoiceId};

use sqlx::Connection;

use super::{Db, Lab};
use crate::repositories::spans::{Listener, only};

fn ids<A: Aggregate + Persist<Db>>(found: &[Option<Tracked<A>>], id: impl Fn(&A) -> i64) -> Vec<Option<i64>> {
    found.iter().map(|found| found.as_ref().map(|tracked| id(tracked))).collect()
}

pub(crate) async fn many_come_in_the_order_asked_with_repeats(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    for id in [3, 1, 2] {
        lab.saved(&invoices, Invoice::sample(id)).await;
    }
    let asked = [2, 9, 3, 2, 1, 9].map(InvoiceId);
    let mut found = invoices.find_many(&asked).await.unwrap();
    assert_eq!(ids(&found, |invoice| invoice.id.0), [Some(2), None, Some(3), Some(2), Some(1), None]);
    for invoice in found.iter().flatten() {
        assert_eq!(invoice.lines, Invoice::sample(1).lines);
        assert!(!invoice.is_dirty());
    }
    let (first, rest) = found.split_at_mut(1);
    let (one, same) = (first[0].as_mut().unwrap(), rest[2].as_mut().unwrap());
    one.total = 31;
    same.total = 32;
    lab.save(&invoices, one).await.unwrap();
    assert_refused!(lab.save(&invoices, same).await, Error::Conflict(_));
}

pub(crate) async fn many_beyond_the_bind_limit(lab: &Lab) {
    let bares = lab.with::<Bare>(&bare::TABLES).await;
    for id in [1, 500, 40_000, Db::BEYOND_BINDS] {
        lab.saved(&bares, Bare { id, version: 0 }).await;
    }
    let asked: Vec<i64> = (1..=Db::BEYOND_BINDS).rev().collect();
    let found = bares.find_many(&asked).await.unwrap();
    assert_eq!(found.len(), asked.len());
    let found: Vec<_> = ids(&found, |bare| bare.id).into_iter().flatten().collect();
    let expected: Vec<_> =
        [Db::BEYOND_BINDS, 40_000, 500, 1].into_iter().filter(|id| *id <= Db::BEYOND_BINDS).collect();
    assert_eq!(found, expected);
}

pub(crate) async fn a_load_on_the_callers_connection_sees_its_transaction(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    lab.saved(&invoices, Invoice::sample(1)).await;
    let mut transaction = lab.pool().begin().await.unwrap();
    Db::run(&mut transaction, "UPDATE invoices SET total = 77".to_owned()).await.unwrap();
    Db::run(&mut transaction, "DELETE FROM batches".to_owned()).await.unwrap();
    let inside = invoices.find_on(&mut transaction, &InvoiceId(1)).await.unwrap().unwrap();
    assert_eq!((inside.total, inside.lines[0].allocations[0].batches.len()), (77, 0));
    let inside = invoices.get_on(&mut transaction, &InvoiceId(1)).await.unwrap();
    assert_eq!(inside.total, 77);
    let many = invoices.find_many_on(&mut transaction, &[InvoiceId(2), InvoiceId(1)]).await.unwrap();
    assert_eq!(ids(&many, |invoice| invoice.total), [None, Some(77)]);
    assert_refused!(
        invoices.get_on(&mut transaction, &InvoiceId(2)).await,
        Error::NotFound { aggregate: "invoices", .. }
    );
    // The transaction is still the caller's, to roll back.
    transaction.rollback().await.unwrap();
    let outside = invoices.get(&InvoiceId(1)).await.unwrap();
    assert_eq!((*outside).clone(), Invoice { version: outside.version, ..Invoice::sample(1) });
}

/// Several statements in a transaction of the caller's see one snapshot, or are refused.
pub(crate) async fn many_beyond_the_bind_limit_on_the_callers_connection(lab: &Lab) {
    let bares = lab.with::<Bare>(&bare::TABLES).await;
    lab.saved(&bares, Bare { id: 5, version: 0 }).await;
    let asked: Vec<i64> = (1..=Db::BEYOND_BINDS).collect();
    let pool = lab.pool_of_one().await;
    let mut conn = pool.acquire().await.unwrap();
    if let Some(torn) = Db::READ_COMMITTED {
        Db::run(&mut conn, torn.to_owned()).await.unwrap();
        let mut transaction = conn.begin().await.unwrap();
        let found = bares.find_many_on(&mut transaction, &asked).await;
        if Db::TAKES_ARRAYS {
            assert_eq!(found.unwrap().iter().flatten().count(), 1, "one statement, however many ids");
            transaction.rollback().await.unwrap();
        } else {
            assert_refused!(
                found,
                Error::Isolation { level } if level.replace('-', " ").eq_ignore_ascii_case("read committed")
            );
            transaction.rollback().await.unwrap();
            assert_refused!(bares.find_many_on(&mut conn, &asked).await, Error::Isolation { .. });
        }
    }
    Db::run(&mut conn, Db::REPEATABLE_READ.to_owned()).await.unwrap();
    let mut transaction = conn.begin().await.unwrap();
    let found = bares.find_many_on(&mut transaction, &asked).await.unwrap();
    assert_eq!((found.len(), found[4].as_ref().map(|bare| bare.id)), (asked.len(), Some(5)));
    assert_eq!(found.iter().flatten().count(), 1);
    transaction.rollback().await.unwrap();
}

pub(crate) async fn a_load_on_a_connection_outside_a_transaction(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    lab.saved(&invoices, Invoice::sample(1)).await;
    let mut conn = lab.pool().acquire().await.unwrap();
    let mut invoice = invoices.get_on(&mut conn, &InvoiceId(1)).await.unwrap();
    assert_eq!(lab.sent().len() as u64, Db::load_budget(4));
    drop(conn);
    invoice.total = 31;
    assert_eq!(lab.save(&invoices, &mut invoice).await.unwrap().new_version.get(), 1);
}

pub(crate) async fn a_reload_takes_what_is_stored(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    let mut invoice = lab.saved(&invoices, Invoice::sample(1)).await;
    let mut other = invoices.get(&InvoiceId(1)).await.unwrap();
    other.lines.remove(0);
    lab.save(&invoices, &mut other).await.unwrap();
    invoice.lines[0].quantity = 99;
    invoices.reload(&mut invoice).await.unwrap();
    assert_eq!(*invoice, *other);
    assert_eq!((invoice.version().get(), invoice.is_dirty()), (1, false));
    let mut new = Tracked::new(Invoice::sample(2));
    assert_refused!(invoices.reload(&mut new).await, Error::NotFound { aggregate: "invoices", .. });
}

pub(crate) async fn a_load_on_the_callers_connection_has_a_span(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    lab.saved(&invoices, Invoice::sample(1)).await;
    let mut conn = lab.pool().acquire().await.unwrap();
    let mut transaction = conn.begin().await.unwrap();
    for unnamed in [false, true] {
        let invoices = if unnamed { invoices.clone().unnamed_statements() } else { invoices.clone() };
        // The listener takes the place of the one that counts, so each load runs twice.
        drop(lab.sent());
        invoices.get_on(&mut transaction, &InvoiceId(1)).await.unwrap();
        let sent = lab.sent().len();
        let (_, told) = Listener::hear(invoices.get_on(&mut transaction, &InvoiceId(1))).await;
        let load = only(&told, "aggregate.load");
        assert_eq!(load.of(["aggregate", "ids", "rows", "outcome"]), ["invoices", "1", "15", "ok"]);
        assert_eq!(load.statements(), sent);
    }
    drop(transaction);
    for unnamed in [false, true] {
        let invoices = if unnamed { invoices.clone().unnamed_statements() } else { invoices.clone() };
        drop(lab.sent());
        invoices.get_on(&mut conn, &InvoiceId(1)).await.unwrap();
        let sent = lab.sent().len();
        let (_, told) = Listener::hear(invoices.get_on(&mut conn, &InvoiceId(1))).await;
        assert_eq!(only(&told, "aggregate.load").statements(), sent, "unnamed: {unnamed}");
    }
}
