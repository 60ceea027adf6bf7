//! The domain: an invoice and its lines. No SQL, no database.

use aggregate_core::{Aggregate, Entity, Version};
use chrono::NaiveDate;

use crate::money::Cents;

/// Which invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(transparent)]
pub(crate) struct InvoiceId(pub(crate) i64);

/// Which line, of all lines of all invoices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(transparent)]
pub(crate) struct LineId(pub(crate) i64);

/// An invoice. Its total is the sum of its lines, always: that is what makes it an aggregate.
#[derive(Aggregate, Clone, Debug)]
#[aggregate(table = "invoices", invariant = Invoice::check_total)]
pub(crate) struct Invoice {
    #[id]
    pub(crate) id: InvoiceId,
    #[version]
    version: Version,
    customer_id: i64,
    issued_on: NaiveDate,
    billing_city: String,
    billing_country: String,
    total: Cents,
    #[child]
    lines: Vec<InvoiceLine>,
}

/// One track sold on an invoice.
#[derive(Entity, Clone, Debug)]
#[entity(table = "invoice_lines")]
pub(crate) struct InvoiceLine {
    #[id]
    pub(crate) id: LineId,
    pub(crate) track_id: i64,
    pub(crate) unit_price: Cents,
    pub(crate) quantity: i32,
}

/// What stands at the head of an invoice.
pub(crate) struct Head {
    pub(crate) customer_id: i64,
    pub(crate) issued_on: NaiveDate,
    pub(crate) billing_city: String,
    pub(crate) billing_country: String,
}

impl Invoice {
    /// A new invoice, not yet stored.
    pub(crate) fn new(id: InvoiceId, head: Head, lines: Vec<InvoiceLine>) -> Self {
        let Head { customer_id, issued_on, billing_city, billing_country } = head;
        let total = sum(&lines);
        let version = Version::UNSAVED;
        Self { id, version, customer_id, issued_on, billing_city, billing_country, total, lines }
    }

    /// What the customer owes.
    pub(crate) fn total(&self) -> Cents {
        self.total
    }

    /// The lines, in the order of their ids.
    pub(crate) fn lines(&self) -> &[InvoiceLine] {
        &self.lines
    }

    /// What the lines come to: the same as the total, between any two calls of a method.
    pub(crate) fn sum_of_lines(&self) -> Cents {
        sum(&self.lines)
    }

    /// Changes how many of a line's track were sold, and the total with it.
    pub(crate) fn set_quantity(&mut self, line: LineId, quantity: i32) {
        if let Some(line) = self.lines.iter_mut().find(|each| each.id == line) {
            line.quantity = quantity;
        }
        self.total = sum(&self.lines);
    }

    /// Runs after every load and before every save that writes.
    fn check_total(&self) -> Result<(), String> {
        let sum = sum(&self.lines);
        if self.total == sum {
            return Ok(());
        }
        Err(format!("the total is {}, the sum of its lines is {sum}", self.total))
    }
}

fn sum(lines: &[InvoiceLine]) -> Cents {
    lines.iter().map(|line| line.unit_price * line.quantity).sum()
}
