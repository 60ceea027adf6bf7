// An invariant says what is wrong.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
#[aggregate(invariant = Invoice::is_sound)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    total: i64,
}

impl Invoice {
    fn is_sound(&self) -> bool {
        self.total >= 0
    }
}

fn main() {}
