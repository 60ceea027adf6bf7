//! Two writers that load the same state, of which one saves, then the other: by the library. `by_hand` has the same by a
//! counter.

use aggregate_core::{Error, Repository, RepositoryExt, UpdateError};

use crate::model::{Batch, OrderLine, Product, Refusal};

/// What the only batch holds.
pub(crate) const PURCHASED: i32 = 10;
/// What a line asks for.
pub(crate) const QUANTITY: i32 = 10;
/// What the batch turns out to hold.
pub(crate) const CUT_TO: i32 = 5;

const SKU: &str = "SMALL-TABLE";
const BATCH: &str = "table-batch";

/// What a writer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// Allocates a line.
    Allocate,
    /// Changes the batch's quantity, and gives up the lines that are too much.
    Cut,
}

/// Who comes first, and who second.
pub(crate) const RACES: [(&str, [Deed; 2]); 3] = [
    ("two allocations", [Deed::Allocate, Deed::Allocate]),
    ("cut, then allocation", [Deed::Cut, Deed::Allocate]),
    ("allocation, then cut", [Deed::Allocate, Deed::Cut]),
];

impl Deed {
    /// Gives the number of lines that are allocated nowhere any more.
    fn carry_out(self, product: &mut Product, order_id: &str) -> Result<usize, Refusal> {
        match self {
            Self::Allocate => product.allocate(OrderLine::new(order_id, SKU, QUANTITY)).map(|_| 0),
            Self::Cut => product.change_batch_quantity(BATCH, CUT_TO).map(|given_up| given_up.len()),
        }
    }
}

/// How it ended.
#[derive(Debug)]
pub(crate) struct Ending {
    /// What the second writer's save said; `None` if it was stored.
    pub(crate) refused: Option<Error>,
    /// What came of it when the second writer loaded and decided again.
    pub(crate) again: Result<usize, Refusal>,
    /// What is stored then.
    pub(crate) available: i64,
}

/// Lets two writers load and decide, then save one after the other.
pub(crate) async fn interleave(
    products: &dyn Repository<Product>,
    [first, second]: [Deed; 2],
) -> Result<Ending, Box<dyn std::error::Error>> {
    let sku = SKU.to_owned();
    if let Some(mut left_over) = products.find(&sku).await? {
        products.delete(&mut left_over).await?;
    }
    let mut product = Product::new(SKU);
    product.add_batch(Batch::new(BATCH, PURCHASED, None))?;
    products.add(product).await?;

    let (mut one, mut other) = (products.get(&sku).await?, products.get(&sku).await?);
    first.carry_out(&mut one, "order-1")?;
    second.carry_out(&mut other, "order-2")?;
    products.save(&mut one).await?;
    let refused = products.save(&mut other).await.err();

    let again = match products.update(&sku, |product| second.carry_out(product, "order-2")).await {
        Ok(updated) => Ok(updated.value),
        Err(UpdateError::Refused(refusal)) => Err(refusal),
        Err(error) => return Err(error.into()),
    };
    let available = products.get(&sku).await?.batches().iter().map(Batch::available).sum();
    Ok(Ending { refused, again, available })
}
