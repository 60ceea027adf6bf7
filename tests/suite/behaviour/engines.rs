//! What engines do by rules of their own: triggers, RESTRICT, the case of names, padding.

use aggregate_core::{ConstraintKind, Error, SchemaProblem, Tracked};
use aggregate_tests::model::bare::{self, Bare, Customer};
use aggregate_tests::model::invoice::{self, Invoice};
use aggregate_tests::{Engine, Tables, assert_refused};

use super::{Db, Lab};

pub(crate) async fn what_others_refer_to_is_not_deleted(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::TABLES).await;
    let mut invoice = lab.saved(&invoices, Invoice::sample(1)).await;
    lab.sql("CREATE TABLE receipts (id BIGINT PRIMARY KEY, invoice_id BIGINT REFERENCES invoices (id) ON DELETE RESTRICT)")
        .await;
    lab.sql("INSERT INTO receipts VALUES (1, 1)").await;
    assert_refused!(
        invoices.delete(&mut invoice).await,
        Error::ConstraintViolated { kind: ConstraintKind::ForeignKey, .. }
    );
    assert!(invoices.get(&invoice.id).await.is_ok_and(|stored| *stored == *invoice));
}

/// `RAISE(ROLLBACK)` makes SQLite leave the transaction, so that a ROLLBACK finds none.
pub(crate) async fn a_transaction_that_the_engine_ended_spoils_no_connection(lab: &Lab) {
    let customers = lab.with::<Customer>(&bare::TABLES).await;
    let mut customer = lab.saved(&customers, Customer::new(1, "before")).await;
    lab.sql(Db::ENDS_UPDATES).await;
    "after".clone_into(&mut customer.name);
    for _ in 0..10 {
        assert_refused!(
            customers.save(&mut customer).await,
            Error::Database { .. } | Error::ConstraintViolated { .. }
        );
        assert_eq!(customers.get(&1).await.unwrap().name, "before");
    }
    lab.sql(Db::NO_GUARD).await;
    for number in 0..10 {
        customer.name = format!("after {number}");
        customers.save(&mut customer).await.unwrap();
    }
}

pub(crate) async fn a_write_that_a_trigger_swallows_is_no_success(lab: &Lab) {
    let customers = lab.with::<Customer>(&bare::TABLES).await;
    let mut customer = lab.saved(&customers, Customer::new(1, "before")).await;
    lab.sql(Db::SWALLOWS_UPDATES).await;
    "after".clone_into(&mut customer.name);
    let refused = customers.save(&mut customer).await;
    assert!(refused.as_ref().is_err_and(|error| !error.is_retryable()), "{refused:?}");
    if Db::HAS_SILENT_TRIGGERS {
        assert_refused!(refused, Error::OutOfBand { table: "customers", .. });
    } else {
        // There a trigger can only fail; a condition of "not found" is the mildest way.
        assert_refused!(refused, Error::Database { .. });
    }
    assert_eq!(
        (customer.version().get(), lab.cell("SELECT name FROM customers").await.as_str()),
        (0, "before")
    );
}

/// Names without quotes are folded by PostgreSQL and found in any case by SQLite and MariaDB.
pub(crate) async fn columns_may_be_declared_in_other_letters(lab: &Lab) {
    const SHOUTED: Tables =
        Tables { ddl: "CREATE TABLE bare (ID BIGINT PRIMARY KEY, VERSION BIGINT NOT NULL)", keys: &[] };
    let bares = lab.with::<Bare>(&SHOUTED).await;
    bares.save(&mut Tracked::new(Bare { id: 1, version: -1 })).await.unwrap();
    assert_eq!(bares.get(&1).await.unwrap().version, 0);
}

/// PostgreSQL pads CHAR(n) and compares it without the padding; SQLite takes it for TEXT, and MariaDB gives back
/// what it was given, unless that ends in blanks.
pub(crate) async fn a_padded_key_is_refused_where_there_is_one(lab: &Lab) {
    const PADDED: Tables =
        Tables { ddl: "CREATE TABLE tag (id CHAR(8) PRIMARY KEY, version BIGINT NOT NULL)", keys: &[] };
    let tags = lab.with::<bare::Tag>(&PADDED).await;
    let saved = tags.save(&mut Tracked::new(bare::Tag { id: "new".to_owned(), version: -1 })).await;
    if Db::PADS_KEYS {
        assert_refused!(
            saved,
            Error::Schema { column: Some("id"), problem: SchemaProblem::WrongType { .. }, .. }
        );
    } else {
        assert_eq!(tags.get(&"new".to_owned()).await.unwrap().id, "new");
        saved.unwrap();
    }
}
