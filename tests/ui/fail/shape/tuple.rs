// Columns are named after fields, and these have no names.

use aggregate_core::{Aggregate, Version};

#[derive(Aggregate, Clone)]
struct Invoice(i64, Version);

fn main() {}
