// Several ids are one key, in their order; newtypes and strings can be ids.

use aggregate_core::{Aggregate, Entity, Version};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Year(i32);

impl From<i32> for Year {
    fn from(year: i32) -> Self {
        Self(year)
    }
}

impl From<Year> for i32 {
    fn from(year: Year) -> Self {
        year.0
    }
}

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    #[column(try_from = i32)]
    year: Year,
    #[id]
    number: String,
    #[version]
    version: Version,
}

fn main() {
    let invoice = Invoice { year: Year(2024), number: "7".to_owned(), version: Version::UNSAVED };
    let id = (Year(2024), "7".to_owned());
    assert_eq!(invoice.id(), id);
    assert!(invoice.key() == Invoice::as_key(&id));
}
