#[derive(Entity, Clone, Debug)]
#[entity(table = "invoice_lines")]
pub struct Line {
    #[id(local)]
    no: i32,
    #[parent]
    invoice_id: InvoiceId,
    track: TrackId,
    unit_price: Cents,
    quantity: i32,
}
