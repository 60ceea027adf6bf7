//! The domain: a product, its batches, and the order lines that they are promised to. No SQL, no database.
//!
//! The version is a field, as the derive asks for one, but nothing here reads or writes it.

use std::error::Error;
use std::fmt;

use aggregate_core::{Aggregate, Entity, Version};
use chrono::NaiveDate;

/// All that is in stock or on its way under one SKU. No batch is promised to more than it holds, always: that rule spans
/// rows, and makes the product an aggregate.
#[derive(Aggregate, Clone, Debug)]
#[aggregate(table = "stock_products", invariant = Product::check_stock)]
pub(crate) struct Product {
    #[id]
    sku: String,
    #[version]
    version: Version,
    #[child]
    batches: Vec<Batch>,
}

/// What was bought at once: in the warehouse, or on a ship until some day.
#[derive(Entity, Clone, Debug)]
#[entity(table = "stock_batches")]
pub(crate) struct Batch {
    /// No two batches have one, of whatever product.
    #[id]
    reference: String,
    purchased: i32,
    /// When the ship arrives; `None` if it has.
    eta: Option<NaiveDate>,
    #[child]
    allocations: Vec<OrderLine>,
}

/// How much of a product an order asks for. An order has one line for a product.
#[derive(Entity, Clone, Debug, PartialEq, Eq)]
#[entity(table = "stock_order_lines")]
pub(crate) struct OrderLine {
    #[id(local)]
    pub(crate) order_id: String,
    pub(crate) sku: String,
    pub(crate) quantity: i32,
}

impl Product {
    /// A product without batches, not yet stored.
    pub(crate) fn new(sku: &str) -> Self {
        Self { sku: sku.into(), version: Version::UNSAVED, batches: Vec::new() }
    }

    /// The batches, in the order of their references.
    pub(crate) fn batches(&self) -> &[Batch] {
        &self.batches
    }

    /// Takes in a batch.
    pub(crate) fn add_batch(&mut self, batch: Batch) -> Result<(), Refusal> {
        not_negative(batch.purchased)?;
        if self.batches.iter().any(|each| each.reference == batch.reference) {
            return Err(Refusal::BatchExists { reference: batch.reference });
        }
        self.batches.push(batch);
        Ok(())
    }

    /// Promises stock to an order: of the first batch that has enough, those in stock before those on ships, and ships by
    /// their arrival. Gives the batch's reference.
    ///
    /// A line that is allocated already stays where it is, so that this may be asked for twice.
    pub(crate) fn allocate(&mut self, line: OrderLine) -> Result<String, Refusal> {
        if line.sku != self.sku {
            return Err(Refusal::AnotherSku { sku: self.sku.clone(), ordered: line.sku });
        }
        if line.quantity <= 0 {
            return Err(Refusal::NotPositive { quantity: line.quantity });
        }
        if let Some((batch, allocated)) = self.allocation(&line.order_id) {
            return if allocated.quantity == line.quantity {
                Ok(batch.reference.clone())
            } else {
                Err(Refusal::AnotherQuantity { order_id: line.order_id, allocated: allocated.quantity })
            };
        }
        let fitting = self.batches.iter_mut().filter(|batch| batch.can_allocate(&line));
        // `None`, in stock, is less than any day.
        match fitting.min_by(|a, b| (a.eta, &a.reference).cmp(&(b.eta, &b.reference))) {
            Some(batch) => {
                batch.allocations.push(line);
                Ok(batch.reference.clone())
            }
            None => Err(Refusal::OutOfStock { sku: self.sku.clone() }),
        }
    }

    /// Says how many a batch really holds. If it is promised to more, it gives up lines until it is not, the last ones in
    /// the order of their ids first; these are returned, and are allocated nowhere.
    pub(crate) fn change_batch_quantity(
        &mut self,
        reference: &str,
        quantity: i32,
    ) -> Result<Vec<OrderLine>, Refusal> {
        not_negative(quantity)?;
        let batch = self.batches.iter_mut().find(|batch| batch.reference == reference);
        let batch = batch.ok_or_else(|| Refusal::UnknownBatch { reference: reference.into() })?;
        batch.purchased = quantity;
        let mut given_up = Vec::new();
        while batch.available() < 0 {
            given_up.extend(batch.allocations.pop());
        }
        Ok(given_up)
    }

    /// Where an order's line is allocated, if it is.
    pub(crate) fn allocation(&self, order_id: &str) -> Option<(&Batch, &OrderLine)> {
        let mut lines =
            self.batches.iter().flat_map(|batch| batch.allocations.iter().map(move |line| (batch, line)));
        lines.find(|(_, line)| line.order_id == order_id)
    }

    /// Runs after every load and before every save that writes.
    fn check_stock(&self) -> Result<(), String> {
        for batch in &self.batches {
            if batch.available() < 0 {
                return Err(format!("batch `{}` is promised to more than it holds", batch.reference));
            }
            if batch.allocations.iter().any(|line| line.sku != self.sku || line.quantity <= 0) {
                return Err(format!(
                    "batch `{}` is promised to a line that asks for none of it",
                    batch.reference
                ));
            }
        }
        Ok(())
    }
}

impl Batch {
    /// A batch that nothing of is promised.
    pub(crate) fn new(reference: &str, purchased: i32, eta: Option<NaiveDate>) -> Self {
        Self { reference: reference.into(), purchased, eta, allocations: Vec::new() }
    }

    /// The lines that it is promised to, in the order of their ids.
    pub(crate) fn allocations(&self) -> &[OrderLine] {
        &self.allocations
    }

    /// How much of it is promised to nobody.
    pub(crate) fn available(&self) -> i64 {
        let allocated: i64 = self.allocations.iter().map(|line| i64::from(line.quantity)).sum();
        i64::from(self.purchased) - allocated
    }

    fn can_allocate(&self, line: &OrderLine) -> bool {
        self.available() >= i64::from(line.quantity)
    }
}

impl OrderLine {
    /// So many of a product for an order.
    pub(crate) fn new(order_id: &str, sku: &str, quantity: i32) -> Self {
        Self { order_id: order_id.into(), sku: sku.into(), quantity }
    }
}

fn not_negative(quantity: i32) -> Result<(), Refusal> {
    if quantity < 0 { Err(Refusal::Negative { quantity }) } else { Ok(()) }
}

/// Why the domain says no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No batch has as much as the line asks for.
    OutOfStock { sku: String },
    /// The line is for another product.
    AnotherSku { sku: String, ordered: String },
    /// The order's line is allocated, with another quantity.
    AnotherQuantity { order_id: String, allocated: i32 },
    /// A line asks for nothing, or less.
    NotPositive { quantity: i32 },
    /// A batch cannot hold less than nothing.
    Negative { quantity: i32 },
    /// There is a batch of this reference.
    BatchExists { reference: String },
    /// The product has no such batch.
    UnknownBatch { reference: String },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfStock { sku } => write!(f, "`{sku}` is out of stock"),
            Self::AnotherSku { sku, ordered } => {
                write!(f, "a line for `{ordered}` cannot be allocated to `{sku}`")
            }
            Self::AnotherQuantity { order_id, allocated } => {
                write!(f, "order `{order_id}` is allocated already, with a quantity of {allocated}")
            }
            Self::NotPositive { quantity } => write!(f, "a line cannot ask for {quantity}"),
            Self::Negative { quantity } => write!(f, "a batch cannot hold {quantity}"),
            Self::BatchExists { reference } => write!(f, "there is a batch `{reference}` already"),
            Self::UnknownBatch { reference } => write!(f, "there is no batch `{reference}` of this product"),
        }
    }
}

impl Error for Refusal {}
