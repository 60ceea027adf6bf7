// The default is made of two names, and may be too long where neither is.

use aggregate_core::{Aggregate, Entity, Version};

#[derive(Entity, Clone)]
struct Line {
    #[id]
    no: i32,
}

#[derive(Aggregate, Clone)]
struct AnInvoiceWithQuiteALongName {
    #[id]
    and_an_id_with_a_name_of_some_length: i64,
    #[version]
    version: Version,
    #[child]
    lines: Vec<Line>,
}

fn main() {}
