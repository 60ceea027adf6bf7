#[derive(Aggregate, Clone, Debug)]
#[aggregate(table = "Orders", schema = "sales", crate = ::aggregate_core, invariant = Order::check_total)]
pub struct Order {
    #[id]
    #[column(name = "Year")]
    year: i32,
    #[id]
    #[column(try_from = i64)]
    number: OrderNumber,
    #[version]
    #[column(name = "revision")]
    version: i64,
    r#type: String,
    #[column(name = "select", insert_only)]
    created_by: String,
    #[column(read_only)]
    search_rank: Option<f64>,
    #[column(json)]
    tags: Vec<String>,
    #[column(try_from = String)]
    state: State,
    #[column(same = Weight::same)]
    weight: Weight,
    #[column(unversioned)]
    views: i64,
    #[skip]
    cache: Option<String>,
    #[child]
    address: Box<Address>,
    #[child(table = "gift_notes")]
    gift_note: Option<Note>,
    #[child(table = "notes", foreign_key("order_year", "order_number"), unversioned)]
    notes: Vec<Box<Note>>,
}
