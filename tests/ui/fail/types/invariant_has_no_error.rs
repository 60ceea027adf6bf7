// The error of an invariant is shown to people.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
#[aggregate(invariant = Invoice::check)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    total: i64,
}

impl Invoice {
    fn check(&self) -> Result<(), ()> {
        Ok(())
    }
}

fn main() {}
