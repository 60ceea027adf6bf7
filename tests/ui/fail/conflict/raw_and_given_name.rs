// A raw identifier names its column without `r#`.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[column(name = "type")]
    kind: String,
    r#type: String,
}

fn main() {}
