// Only columns and children are unversioned: an aggregate as a whole is not.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
#[aggregate(unversioned)]
struct Invoice {
    #[id(unversioned)]
    id: i64,
    #[version(unversioned)]
    version: Version,
    #[skip(unversioned)]
    cache: Option<String>,
}

fn main() {}
