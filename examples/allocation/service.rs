//! The service layer: what the outside may ask for. It knows a repository, and not what is behind it.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use aggregate_core::{
    ConstraintKind, Error, Rejected, Repository, RepositoryExt, RetryPolicy, UpdateError, Updated,
};
use chrono::NaiveDate;

use crate::model::{Batch, OrderLine, Product, Refusal};

/// Each call loads one product, changes it and saves it, in one transaction; again from the load if others were faster.
#[derive(Clone)]
pub(crate) struct StockService {
    products: Arc<dyn Repository<Product>>,
    retries: RetryPolicy,
}

/// Where a line is allocated.
#[derive(Debug)]
pub(crate) struct Allocated {
    /// The batch's reference.
    pub(crate) batch: String,
    /// How often it was tried: more than once if others were faster.
    pub(crate) attempts: u32,
}

/// What became of the lines that a batch could not hold any more.
#[derive(Debug)]
pub(crate) struct QuantityChanged {
    /// Lines that are allocated to other batches now, each with the batch's reference.
    pub(crate) moved: Vec<(OrderLine, String)>,
    /// Lines that no batch has enough for. They are allocated nowhere: somebody must tell the customers.
    pub(crate) unallocated: Vec<OrderLine>,
    /// How often it was tried.
    pub(crate) attempts: u32,
}

impl StockService {
    /// A service over these products.
    pub(crate) fn new(products: Arc<dyn Repository<Product>>) -> Self {
        Self { products, retries: RetryPolicy::default() }
    }

    /// How often to try while others are faster.
    pub(crate) fn retries(mut self, retries: RetryPolicy) -> Self {
        self.retries = retries;
        self
    }

    /// Takes in a batch, of a product that need not be known yet.
    pub(crate) async fn add_batch(
        &self,
        sku: &str,
        reference: &str,
        quantity: i32,
        eta: Option<NaiveDate>,
    ) -> Result<(), ServiceError> {
        let batch = || Batch::new(reference, quantity, eta);
        let added = self.update(sku, |product| product.add_batch(batch())).await;
        let added = match added {
            Err(ServiceError::UnknownSku { .. }) => {
                let mut product = Product::new(sku);
                product.add_batch(batch())?;
                match self.products.add(product).await {
                    Ok(_) => return Ok(()),
                    // Somebody else has added the product meanwhile.
                    Err(Rejected { error: Error::AlreadyExists { .. }, .. }) => {
                        self.update(sku, |product| product.add_batch(batch())).await
                    }
                    Err(rejected) => Err(ServiceError::Stored(rejected.error)),
                }
            }
            added => added,
        };
        match added {
            // The product sees its own batches only; this one is another product's.
            Err(ServiceError::Stored(Error::ConstraintViolated { kind: ConstraintKind::Unique, .. })) => {
                Err(Refusal::BatchExists { reference: reference.into() }.into())
            }
            added => added.map(drop),
        }
    }

    /// Allocates an order's line. Asking again is harmless, also after [`Error::CommitUnknown`]: a line that is
    /// allocated stays where it is, and nothing is written.
    pub(crate) async fn allocate(
        &self,
        order_id: &str,
        sku: &str,
        quantity: i32,
    ) -> Result<Allocated, ServiceError> {
        let allocate = |product: &mut Product| product.allocate(OrderLine::new(order_id, sku, quantity));
        let updated = self.update(sku, allocate).await?;
        Ok(Allocated { batch: updated.value, attempts: updated.attempts })
    }

    /// Says how many a batch really holds, and allocates anew what it gives up. All that is one save: the lines stay
    /// within the product, so nobody sees them allocated nowhere in between.
    pub(crate) async fn change_batch_quantity(
        &self,
        sku: &str,
        reference: &str,
        quantity: i32,
    ) -> Result<QuantityChanged, ServiceError> {
        let change = |product: &mut Product| {
            let (mut moved, mut unallocated) = (Vec::new(), Vec::new());
            for line in product.change_batch_quantity(reference, quantity)? {
                match product.allocate(line.clone()) {
                    // A batch gives up lines one after the other, so that an earlier one may fit again.
                    Ok(batch) if batch == reference => {}
                    Ok(batch) => moved.push((line, batch)),
                    Err(Refusal::OutOfStock { .. }) => unallocated.push(line),
                    Err(refusal) => return Err(refusal),
                }
            }
            Ok((moved, unallocated))
        };
        let updated = self.update(sku, change).await?;
        let (moved, unallocated) = updated.value;
        Ok(QuantityChanged { moved, unallocated, attempts: updated.attempts })
    }

    async fn update<T: Send>(
        &self,
        sku: &str,
        change: impl FnMut(&mut Product) -> Result<T, Refusal> + Send,
    ) -> Result<Updated<Product, T>, ServiceError> {
        let updated = self.products.update_with(self.retries, &sku.to_owned(), change).await;
        updated.map_err(|error| match error {
            UpdateError::Failed { error: Error::NotFound { .. }, .. } => {
                ServiceError::UnknownSku { sku: sku.into() }
            }
            UpdateError::Failed { error, attempts, .. } if error.is_retryable() => {
                ServiceError::Busy { attempts }
            }
            UpdateError::Failed { error, .. } => ServiceError::Stored(error),
            UpdateError::Refused(refusal) => ServiceError::Refused(refusal),
        })
    }
}

/// Why the service did not do what it was asked for. Nothing of it is stored, unless [`Error::CommitUnknown`] is the
/// reason.
#[derive(Debug)]
pub(crate) enum ServiceError {
    /// The domain says no, whenever it is asked.
    Refused(Refusal),
    /// No product has this SKU.
    UnknownSku { sku: String },
    /// Others were faster each time. It may work later.
    Busy { attempts: u32 },
    /// The repository failed.
    Stored(Error),
}

impl From<Refusal> for ServiceError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(f),
            Self::UnknownSku { sku } => write!(f, "there is no product `{sku}`"),
            Self::Busy { attempts } => write!(f, "others were faster {attempts} times; try again later"),
            Self::Stored(error) => error.fmt(f),
        }
    }
}

impl StdError for ServiceError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Stored(error) => error.source(),
            Self::Refused(_) | Self::UnknownSku { .. } | Self::Busy { .. } => None,
        }
    }
}
