//! The blessed expansions of the derive crate are code that compiles and does what it says.
//!
//! The files are made by `BLESS=1 cargo test -p aggregate-core-derive --lib snapshots`.
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    unused_imports,
    unused_qualifications,
    clippy::all,
    clippy::pedantic,
    reason = "generated code is exempt as long as it comes from the macro; here it stands as text"
)]

use aggregate_core::{Aggregate, Entity, Version};

/// A newtype that is a column, as users write them.
macro_rules! column {
    ($($name:ident($inner:ty)),* $(,)?) => {$(
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type)]
        #[sqlx(transparent)]
        pub struct $name($inner);
    )*};
}

mod invoice {
    use super::*;

    column!(InvoiceId(i64), CustomerId(i64), Cents(i64), TrackId(i64));

    include!("../aggregate-derive/expansions/invoice.rs");

    mod line {
        use super::*;

        include!("../aggregate-derive/expansions/line.rs");

        impl Line {
            pub(super) fn new(no: i32, invoice_id: InvoiceId) -> Self {
                Self { no, invoice_id, track: TrackId(1), unit_price: Cents(2), quantity: 3 }
            }
        }
    }
    use line::Line;

    #[test]
    fn the_root_shows_its_version_and_its_changes() {
        let mut invoice = Invoice {
            id: InvoiceId(1),
            version: Version::UNSAVED,
            customer: CustomerId(2),
            total: Cents(3),
            lines: vec![Line::new(1, InvoiceId(1))],
        };
        let old = invoice.clone();
        invoice.total = Cents(4);
        invoice.lines.clear();
        Aggregate::set_version(&mut invoice, Version::INITIAL);
        assert_eq!(Aggregate::version(&invoice), Version::INITIAL);
        assert_eq!((invoice.key(), invoice.id()), (&InvoiceId(1), InvoiceId(1)));
        let changed = invoice.changed(&old);
        assert!(changed.contains(3) && !changed.contains(2) && !changed.contains(1));
    }

    #[test]
    fn the_description_holds_the_names() {
        let names: Vec<_> = Line::TABLE.columns().iter().map(|column| column.name()).collect();
        assert_eq!(names, ["no", "track", "unit_price", "quantity"]);
        assert!(Line::TABLE.is_local());
        assert_eq!(Line::TABLE.parent_fields(), ["invoice_id"]);
        let [edge] = Invoice::TABLE.edges() else { panic!("one child field") };
        assert_eq!((edge.field(), edge.table_name()), ("lines", "invoice_lines"));
        assert_eq!(edge.key().columns(), ["invoice_id"]);
    }
}

mod every_attribute {
    use super::*;

    column!(OrderNumber(i64));

    impl From<i64> for OrderNumber {
        fn from(number: i64) -> Self {
            Self(number)
        }
    }

    impl From<OrderNumber> for i64 {
        fn from(number: OrderNumber) -> Self {
            number.0
        }
    }

    #[derive(Clone, Debug, PartialEq)]
    pub struct State(String);

    impl From<State> for String {
        fn from(state: State) -> Self {
            state.0
        }
    }

    impl From<String> for State {
        fn from(state: String) -> Self {
            Self(state)
        }
    }

    #[derive(Clone, Copy, Debug, PartialEq, sqlx::Type)]
    #[sqlx(transparent)]
    pub struct Weight(f64);

    impl Weight {
        fn same(&self, other: &Self) -> bool {
            self.0.to_bits() == other.0.to_bits()
        }
    }

    #[derive(Entity, Clone)]
    pub struct Address {
        #[id]
        id: i64,
    }

    #[derive(Entity, Clone)]
    pub struct Note {
        #[id]
        id: i64,
    }

    impl Order {
        fn check_total(&self) -> Result<(), String> {
            if self.weight.0 < 0.0 { Err("lighter than air".to_owned()) } else { Ok(()) }
        }
    }

    include!("../aggregate-derive/expansions/every_attribute.rs");

    fn order() -> Order {
        Order {
            year: 2024,
            number: OrderNumber(7),
            version: -1,
            r#type: "sale".to_owned(),
            created_by: "clerk".to_owned(),
            search_rank: None,
            tags: Vec::new(),
            state: State("open".to_owned()),
            weight: Weight(f64::NAN),
            views: 0,
            cache: None,
            address: Box::new(Address { id: 1 }),
            gift_note: None,
            notes: Vec::new(),
        }
    }

    #[test]
    fn only_what_saves_write_is_compared() {
        let old = order();
        let mut order = order();
        assert!(order.changed(&old).is_empty(), "NaN is the same by `same`");
        order.search_rank = Some(1.0);
        order.version = 5;
        assert!(order.changed(&old).is_empty(), "read-only columns and the version are not compared");
        order.r#type = "gift".to_owned();
        assert!(order.changed(&old).contains(3));
    }

    #[test]
    fn the_description_holds_what_the_attributes_say() {
        let table = Order::TABLE;
        assert_eq!((table.schema_name(), table.name()), (Some("sales"), "Orders"));
        assert_eq!((table.id_columns(), table.version_column()), (&[0, 1][..], Some(2)));
        let tables: Vec<_> = table.edges().iter().map(|edge| edge.table_name()).collect();
        assert_eq!(tables, ["address", "gift_notes", "notes"]);
        let unversioned = table.columns().iter().filter(|column| column.is_unversioned());
        assert_eq!(unversioned.map(|column| column.name()).collect::<Vec<_>>(), ["views"]);
        assert_eq!(
            table.edges().iter().map(|edge| edge.is_unversioned()).collect::<Vec<_>>(),
            [false, false, true]
        );
        assert_eq!(order().check().map_err(|e| e.to_string()), Ok(()));
    }
}

mod wide {
    use super::*;

    include!("../aggregate-derive/expansions/wide.rs");

    #[test]
    fn sixty_five_columns_are_described() {
        assert_eq!(Wide::TABLE.columns().len(), 65);
    }
}

/// The impls are for every backend: for the one that is switched on, too.
#[cfg(feature = "sqlite")]
#[test]
fn expansions_are_kept_in_sqlite() {
    fn needs<A: aggregate_core::Persist<sqlx::Sqlite>>() {}
    needs::<invoice::Invoice>();
    needs::<every_attribute::Order>();
    needs::<wide::Wide>();
}
