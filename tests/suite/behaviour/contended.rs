//! Locks that are not had in time: nothing is written, memory is as it was, a later try succeeds.

use std::time::Duration;

use aggregate_core::{Error, SqlRepository, Version};
use aggregate_tests::Engine;
use aggregate_tests::assert_refused;
use aggregate_tests::model::invoice::{self, Invoice};

use super::{Db, Lab};

pub(crate) async fn a_lock_that_is_not_had_in_time(lab: &Lab) {
    let patient = lab.with::<Invoice>(&invoice::TABLES).await;
    let mut invoice = lab.saved(&patient, Invoice::sample(1)).await;
    let pool = lab.another_pool(1, Duration::from_millis(50)).await;
    let hasty: SqlRepository<Invoice, Db> = SqlRepository::new(pool.clone());
    let mut holder = lab.pool().begin().await.unwrap();
    Db::run(&mut holder, "UPDATE invoices SET customer = customer".to_owned()).await.unwrap();

    invoice.lines[0].quantity = 9;
    let edited = (*invoice).clone();
    let error = hasty.save(&mut invoice).await.unwrap_err();
    assert!(error.is_retryable() && !error.is_conflict());
    assert_refused!(Err::<(), _>(error), Error::Contended { source: Some(_), transaction_lost: false });
    assert_eq!(((*invoice).clone(), invoice.version()), (edited, Version::INITIAL));
    assert_refused!(hasty.delete(&mut invoice).await, Error::Contended { .. });
    holder.rollback().await.unwrap();
    lab.forget().await;

    assert_eq!(hasty.save(&mut invoice).await.unwrap().new_version.get(), 1);
    assert_eq!(lab.written().await, ["invoices U 1", "lines U 1/1"]);
    pool.close().await;
}
