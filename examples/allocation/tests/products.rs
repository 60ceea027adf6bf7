//! A product with several batches: which one is chosen.

use aggregate_core::{Aggregate, Version};
use chrono::NaiveDate;

use crate::model::{Batch, OrderLine, Product, Refusal};

const SKU: &str = "RETRO-CLOCK";

fn day(day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(2031, 5, day)
}

fn product(batches: impl IntoIterator<Item = Batch>) -> Product {
    let mut product = Product::new(SKU);
    for batch in batches {
        product.add_batch(batch).expect("a batch of its own");
    }
    product
}

fn line(order_id: &str, quantity: i32) -> OrderLine {
    OrderLine::new(order_id, SKU, quantity)
}

#[test]
fn stock_is_preferred_to_shipments() {
    let mut product = product([Batch::new("at-sea", 100, day(1)), Batch::new("in-stock", 100, None)]);
    assert_eq!(product.allocate(line("order-1", 10)), Ok("in-stock".into()));
    let available: Vec<_> = product.batches().iter().map(Batch::available).collect();
    assert_eq!(available, [100, 90]);
}

#[test]
fn earlier_shipments_are_preferred() {
    let batches = [("slow", 30), ("soon", 1), ("later", 8)].map(|(name, on)| Batch::new(name, 100, day(on)));
    assert_eq!(product(batches).allocate(line("order-1", 10)), Ok("soon".into()));
}

#[test]
fn a_batch_that_has_too_little_is_passed_over() {
    let mut product = product([Batch::new("in-stock", 5, None), Batch::new("at-sea", 100, day(1))]);
    assert_eq!(product.allocate(line("order-1", 6)), Ok("at-sea".into()));
    assert_eq!(product.allocate(line("order-2", 5)), Ok("in-stock".into()));
}

#[test]
fn it_is_out_of_stock_if_no_batch_has_enough_by_itself() {
    let mut product = product([Batch::new("in-stock", 5, None), Batch::new("at-sea", 5, day(1))]);
    assert_eq!(product.allocate(line("order-1", 6)), Err(Refusal::OutOfStock { sku: SKU.into() }));
    assert_eq!(Product::new(SKU).allocate(line("order-1", 1)), Err(Refusal::OutOfStock { sku: SKU.into() }));
}

/// In the book only the batch knows its lines, so that a second request goes to the next batch once the first is full.
#[test]
fn the_same_line_again_is_not_allocated_to_the_next_batch() {
    let mut product = product([Batch::new("in-stock", 5, None), Batch::new("at-sea", 5, day(1))]);
    for _ in 0..2 {
        assert_eq!(product.allocate(line("order-1", 5)), Ok("in-stock".into()));
    }
    let (batch, allocated) = product.allocation("order-1").expect("it is allocated");
    assert_eq!((batch.available(), allocated), (0, &line("order-1", 5)));
}

#[test]
fn a_batch_is_taken_in_once_and_holds_nothing_less_than_nothing() {
    let mut product = product([Batch::new("in-stock", 5, None)]);
    let refusal = Refusal::BatchExists { reference: "in-stock".into() };
    assert_eq!(product.add_batch(Batch::new("in-stock", 7, None)), Err(refusal));
    assert_eq!(product.add_batch(Batch::new("broken", -7, None)), Err(Refusal::Negative { quantity: -7 }));
    assert_eq!(product.batches().len(), 1);
}

/// Where the book's test wants the counter raised.
#[test]
fn the_domain_leaves_the_version_alone() {
    let mut product = product([Batch::new("in-stock", 5, None)]);
    product.allocate(line("order-1", 5)).expect("there is enough");
    product.change_batch_quantity("in-stock", 4).expect("there is such a batch");
    assert_eq!(product.version(), Version::UNSAVED);
}
