// An invariant looks at the aggregate and leaves it where it is.

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
    fn check(self) -> Result<(), String> {
        Ok(())
    }
}

fn main() {}
