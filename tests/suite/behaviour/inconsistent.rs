//! Rows that make no aggregate are named, never dropped.

use aggregate_core::{Error, Inconsistency};
use aggregate_tests::assert_refused;
use aggregate_tests::model::invoice::{self, Invoice, InvoiceId};
use aggregate_tests::model::person::{self, Address, Licence, Passport, Person};

use super::{Lab, Repo};

async fn persons(lab: &Lab) -> Repo<Person> {
    let persons = lab.with::<Person>(&person::TABLES).await;
    lab.saved(&persons, Person::sample(1)).await;
    lab.saved(&persons, Person::sample(2)).await;
    persons
}

/// The load of person 1 is refused for this table; person 2 is as it was.
async fn refused(lab: &Lab, sql: &str, expected: &str, expected_kind: Inconsistency) {
    let persons = persons(lab).await;
    lab.sql(sql).await;
    for result in [persons.find(&1).await, persons.get(&1).await.map(Some)] {
        assert_refused!(result, Error::Inconsistent { table, kind, .. } if table == expected && kind == expected_kind);
    }
    assert_refused!(
        persons.find_many(&[2, 1]).await,
        Error::Inconsistent { table, kind, .. } if table == expected && kind == expected_kind
    );
    assert_eq!(persons.get(&2).await.unwrap().into_inner().address.id, 2);
}

pub(crate) async fn a_required_child_without_its_row(lab: &Lab) {
    refused(lab, "DELETE FROM address WHERE id = 1", "address", Inconsistency::Missing).await;
}

pub(crate) async fn a_required_child_in_a_box_without_its_row(lab: &Lab) {
    refused(lab, "DELETE FROM licence WHERE id = 1", "licence", Inconsistency::Missing).await;
}

pub(crate) async fn two_rows_for_a_required_child(lab: &Lab) {
    refused(lab, "INSERT INTO address VALUES (7, 1, 'second')", "address", Inconsistency::Duplicate).await;
}

pub(crate) async fn two_rows_for_an_optional_child(lab: &Lab) {
    refused(lab, "INSERT INTO passport VALUES (7, 1, 'P2')", "passport", Inconsistency::Duplicate).await;
}

pub(crate) async fn two_rows_of_one_key(lab: &Lab) {
    refused(lab, "INSERT INTO visa VALUES (1, 1, 'SE')", "visa", Inconsistency::Duplicate).await;
}

pub(crate) async fn two_rows_of_one_root(lab: &Lab) {
    refused(lab, "INSERT INTO person VALUES (1, 0, 'second')", "person", Inconsistency::Duplicate).await;
}

pub(crate) async fn a_local_row_whose_parent_is_not_there(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::LOOSE_TABLES).await;
    lab.saved(&invoices, Invoice::sample(1)).await;
    lab.sql("INSERT INTO allocations VALUES (1, 77, 1, 5)").await;
    assert_refused!(
        invoices.find(&InvoiceId(1)).await,
        Error::Inconsistent { table: "allocations", kind: Inconsistency::Orphan, .. }
    );
    lab.sql("DELETE FROM allocations WHERE line_no = 77; INSERT INTO batches VALUES (1, 1, 77, 'a', 1)")
        .await;
    assert_refused!(
        invoices.find(&InvoiceId(1)).await,
        Error::Inconsistent { table: "batches", kind: Inconsistency::Orphan, .. }
    );
    lab.sql("DELETE FROM batches WHERE allocation_warehouse = 77").await;
    assert!(invoices.find(&InvoiceId(1)).await.unwrap().is_some());
}

pub(crate) async fn two_local_rows_of_one_key(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::LOOSE_TABLES).await;
    lab.saved(&invoices, Invoice::sample(1)).await;
    lab.sql("INSERT INTO \"lines\" VALUES (1, 2, 'second', 1)").await;
    assert_refused!(
        invoices.find(&InvoiceId(1)).await,
        Error::Inconsistent { table: "lines", kind: Inconsistency::Duplicate, .. }
    );
}

/// A NULL is no number and no text, also where the engine would read it as one.
pub(crate) async fn a_null_where_the_field_has_none(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::LOOSE_TABLES).await;
    lab.saved(&invoices, Invoice::sample(1)).await;
    for (column, set, back) in [
        ("quantity", "quantity = NULL", "quantity = no"),
        ("track", "track = NULL", "track = 'track'"),
        ("no", "no = NULL", "no = 2"),
    ] {
        lab.sql(&format!("UPDATE \"lines\" SET {set} WHERE no = 2")).await;
        assert_refused!(
            invoices.find(&InvoiceId(1)).await,
            Error::Decode { table: "lines", column: c, .. } if c == column
        );
        lab.sql(&format!("UPDATE \"lines\" SET {back} WHERE no = 2 OR no IS NULL")).await;
    }
    assert!(invoices.find(&InvoiceId(1)).await.unwrap().is_some());
}

pub(crate) async fn rows_of_a_root_that_is_not_there(lab: &Lab) {
    let invoices = lab.with::<Invoice>(&invoice::LOOSE_TABLES).await;
    lab.sql("INSERT INTO \"lines\" VALUES (5, 1, 'left behind', 1)").await;
    assert_refused!(
        invoices.find(&InvoiceId(5)).await,
        Error::Inconsistent { table: "lines", kind: Inconsistency::Orphan, .. }
    );
}

pub(crate) async fn required_and_optional_children_are_saved_in_place(lab: &Lab) {
    let persons = persons(lab).await;
    let mut person = persons.get(&1).await.unwrap();
    assert_eq!(*person, Person { version: person.version, ..Person::sample(1) });
    lab.forget().await;
    person.address.city = "moved".into();
    person.licence.class = "C".into();
    person.passport = None;
    lab.save(&persons, &mut person).await.unwrap();
    let rows = ["address U 1", "licence U 1", "passport D 1", "person U 1", "visa D 1"];
    assert_eq!(lab.written().await, rows);

    person.passport = Some(Box::new(Passport { id: 5, number: "P5".to_owned(), visas: vec![] }));
    person.address = Address { id: 5, city: "replaced".to_owned() };
    *person.licence = Licence { id: 5, class: "D".to_owned() };
    lab.save(&persons, &mut person).await.unwrap();
    let rows = ["address D 1", "address I 5", "licence D 1", "licence I 5", "passport I 5", "person U 1"];
    assert_eq!(lab.written().await, rows);
    assert_eq!(*persons.get(&1).await.unwrap(), *person);
}
