//! A product with one batch: what the batch takes, and what it gives up.

use crate::model::{Batch, OrderLine, Product, Refusal};

const SKU: &str = "SMALL-TABLE";

fn product(purchased: i32) -> Product {
    let mut product = Product::new(SKU);
    product.add_batch(Batch::new("batch-1", purchased, None)).expect("the first batch");
    product
}

fn line(order_id: &str, quantity: i32) -> OrderLine {
    OrderLine::new(order_id, SKU, quantity)
}

fn available(product: &Product) -> i64 {
    product.batches()[0].available()
}

#[test]
fn allocating_reduces_what_is_available() {
    let mut product = product(20);
    assert_eq!(product.allocate(line("order-1", 2)), Ok("batch-1".into()));
    assert_eq!(available(&product), 18);
}

#[test]
fn a_batch_gives_all_that_it_holds_and_no_more() {
    let mut product = product(2);
    assert_eq!(product.allocate(line("order-1", 3)), Err(Refusal::OutOfStock { sku: SKU.into() }));
    assert_eq!(product.allocate(line("order-2", 2)), Ok("batch-1".into()));
    assert_eq!(available(&product), 0);
}

#[test]
fn a_line_for_another_sku_is_refused() {
    let ordered = OrderLine::new("order-1", "LARGE-TABLE", 1);
    let refusal = Refusal::AnotherSku { sku: SKU.into(), ordered: "LARGE-TABLE".into() };
    assert_eq!(product(20).allocate(ordered), Err(refusal));
}

#[test]
fn a_line_that_asks_for_nothing_or_less_is_refused() {
    for quantity in [0, -5] {
        assert_eq!(product(20).allocate(line("order-1", quantity)), Err(Refusal::NotPositive { quantity }));
    }
}

#[test]
fn allocating_the_same_line_twice_is_once() {
    let mut product = product(20);
    for _ in 0..2 {
        assert_eq!(product.allocate(line("order-1", 2)), Ok("batch-1".into()));
    }
    assert_eq!(available(&product), 18);
}

#[test]
fn an_order_that_is_allocated_cannot_change_its_quantity_by_asking_again() {
    let mut product = product(20);
    product.allocate(line("order-1", 2)).expect("there is enough");
    let refusal = Refusal::AnotherQuantity { order_id: "order-1".into(), allocated: 2 };
    assert_eq!(product.allocate(line("order-1", 3)), Err(refusal));
}

#[test]
fn a_quantity_that_covers_the_lines_takes_none_away() {
    let mut product = product(20);
    product.allocate(line("order-1", 2)).expect("there is enough");
    assert_eq!(product.change_batch_quantity("batch-1", 2), Ok(Vec::new()));
    assert_eq!(available(&product), 0);
}

#[test]
fn a_reduced_quantity_gives_up_the_last_lines_until_it_covers_the_rest() {
    let mut product = product(20);
    for order_id in ["order-1", "order-2", "order-3"] {
        product.allocate(line(order_id, 5)).expect("there is enough");
    }
    let given_up = product.change_batch_quantity("batch-1", 7);
    assert_eq!(given_up, Ok(vec![line("order-3", 5), line("order-2", 5)]));
    assert_eq!(available(&product), 2);
}

#[test]
fn an_empty_batch_is_promised_to_nobody() {
    let mut product = product(20);
    product.allocate(line("order-1", 5)).expect("there is enough");
    assert_eq!(product.change_batch_quantity("batch-1", 0), Ok(vec![line("order-1", 5)]));
    assert!(product.allocation("order-1").is_none());
}

#[test]
fn a_quantity_below_nothing_and_an_unknown_batch_are_refused() {
    let mut product = product(20);
    assert_eq!(product.change_batch_quantity("batch-1", -1), Err(Refusal::Negative { quantity: -1 }));
    let refusal = Refusal::UnknownBatch { reference: "batch-2".into() };
    assert_eq!(product.change_batch_quantity("batch-2", 1), Err(refusal));
    assert_eq!(available(&product), 20);
}
