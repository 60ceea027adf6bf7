#[derive(Aggregate, Clone, Debug)]
#[aggregate(table = "invoices")]
pub struct Invoice {
    #[id]
    id: InvoiceId,
    #[version]
    version: Version,
    customer: CustomerId,
    total: Cents,
    #[child]
    lines: Vec<Line>,
}
