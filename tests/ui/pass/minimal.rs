// A root needs an id and a version, and nothing else.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Counter {
    #[id]
    id: i64,
    #[version]
    version: Version,
}

fn main() {
    let counter = Counter { id: 1, version: Version::UNSAVED };
    assert_eq!(counter.version, Aggregate::version(&counter));
    assert_eq!(counter.id, 1);
}
