//! The domain: an invoice and its lines. It knows no SQL and no HTTP; serde's derives are its only way out and back in.

use aggregate_core::{Aggregate, Entity, Version};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An invoice of one tenant. Its total is the sum of its lines, always: that is what makes it an aggregate.
#[derive(Aggregate, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[aggregate(table = "edited_invoices", invariant = Invoice::check)]
pub(crate) struct Invoice {
    /// Part of the id, so that no id leads from one tenant to another one's invoice.
    #[id]
    pub(crate) tenant: String,
    #[id]
    pub(crate) number: i64,
    #[version]
    pub(crate) version: Version,
    pub(crate) customer: String,
    pub(crate) note: String,
    /// In cents.
    pub(crate) total: i64,
    #[child(foreign_key("tenant", "invoice_number"))]
    pub(crate) lines: Vec<Line>,
}

/// What is charged for.
///
/// Its id is unique among the lines of all invoices: a page can make one without asking the server.
#[derive(Entity, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[entity(table = "edited_invoice_lines")]
pub(crate) struct Line {
    #[id]
    pub(crate) id: Uuid,
    pub(crate) product: String,
    pub(crate) quantity: i32,
    /// In cents.
    pub(crate) unit_price: i64,
}

impl Invoice {
    /// The invoice that the example begins with, not stored yet.
    pub(crate) fn sample(tenant: &str, number: i64) -> Self {
        let first = u128::from(number.unsigned_abs()) << 64;
        let line = |no, product: &str, quantity, unit_price| {
            // The high bits are the number, so that samples share no line unless they are one invoice.
            Line { id: Uuid::from_u128(first + no), product: product.into(), quantity, unit_price }
        };
        let mut sample = Self {
            tenant: tenant.into(),
            number,
            version: Version::UNSAVED,
            customer: "Lighthouse Society".into(),
            note: "Payable within 30 days".into(),
            total: 0,
            lines: vec![
                line(1, "Replace the lamp", 2, 8_500),
                line(2, "Paint the railing", 6, 4_200),
                line(3, "Travel", 1, 12_000),
            ],
        };
        sample.add_up();
        sample
    }

    /// Makes the total the sum of the lines, after a change of these.
    pub(crate) fn add_up(&mut self) {
        self.total = self.sum_of_lines().unwrap_or_default();
    }

    /// `None` where it is more than a total can say: what comes from outside may hold any numbers.
    pub(crate) fn sum_of_lines(&self) -> Option<i64> {
        self.lines
            .iter()
            .try_fold(0_i64, |sum, line| sum.checked_add(line.unit_price.checked_mul(line.quantity.into())?))
    }

    /// Runs after every load and before every save that writes.
    fn check(&self) -> Result<(), String> {
        let products = self.lines.iter().map(|line| &line.product);
        if products.chain([&self.customer, &self.note]).any(|text| text.len() > 1_000 || text.contains('\0'))
        {
            // Whatever a database would make of them.
            return Err("a text is longer than 1000 bytes, or has a NUL in it".into());
        }
        match self.sum_of_lines() {
            Some(sum) if sum == self.total => Ok(()),
            Some(sum) => Err(format!("the total is {} cents, the sum of the lines {sum}", self.total)),
            None => Err("the sum of the lines is more than a total can say".into()),
        }
    }
}
