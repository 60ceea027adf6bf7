// Aggregates move between threads.

use aggregate_core::{Aggregate, Version};

use std::rc::Rc;

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[skip]
    cache: Rc<u8>,
}

fn main() {}
