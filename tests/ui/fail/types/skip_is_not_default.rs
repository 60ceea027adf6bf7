// A load has nothing else to put there.

use aggregate_core::{Aggregate, Version};

#[derive(Clone)]
struct Cache(Vec<u8>);

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[skip]
    cache: Cache,
}

fn main() {}
