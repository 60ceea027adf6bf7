// A refused struct is still an aggregate for the rest of the program.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice<T: Clone> {
    #[id]
    id: T,
    #[version]
    version: Version,
}

fn version_of<T: Clone>(invoice: &Invoice<T>) -> Version
where
    Invoice<T>: Clone + Send + Sync + 'static,
{
    Aggregate::version(invoice)
}

fn main() {}
