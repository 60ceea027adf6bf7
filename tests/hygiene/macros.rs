//! Structs whose names and types are fragments, which arrive in invisible groups.
#![allow(dead_code, reason = "it is enough that it compiles")]

use aggregate_core::{Aggregate, Entity, Version};

macro_rules! document {
    ($name:ident, $table:literal, $id:ty, { $($field:ident: $ty:ty),* $(,)? }, $lines:ident of $line:ty) => {
        #[derive(Aggregate, Clone)]
        #[aggregate(table = $table)]
        struct $name {
            #[id]
            id: $id,
            #[version]
            version: Version,
            $($field: $ty,)*
            #[child(table = $table, foreign_key = "document")]
            $lines: Vec<$line>,
        }
    };
}

macro_rules! line {
    ($name:ident $(, $(#[$attr:meta])* $field:ident: $ty:ty)*) => {
        #[derive(Entity, Clone)]
        struct $name {
            #[id(local)]
            no: i32,
            // A field of the macro's own beside one of the caller's with its name, but for the span.
            quantity: i32,
            $($(#[$attr])* $field: $ty,)*
        }
    };
}

line!(InvoiceLine, #[column(json)] tags: Vec<String>, #[skip] cache: Option<Box<str>>);
document!(Invoice, "invoices", i64, { total: i64, note: Option<String> }, lines of InvoiceLine);
document!(Order, "orders", String, {}, boxes of Box<InvoiceLine>);

/// An id type that only the macro names.
macro_rules! with_id {
    ($name:ident) => {
        #[derive(Clone, Debug, PartialEq, Eq, Hash, sqlx::Type)]
        #[sqlx(transparent)]
        struct HiddenId(i64);

        #[derive(Aggregate, Clone)]
        struct $name {
            #[id]
            id: HiddenId,
            #[version]
            version: i64,
        }
    };
}
with_id!(Hidden);

#[test]
fn fragments_are_read_through() {
    assert_eq!((Invoice::TABLE.name(), Order::TABLE.name()), ("invoices", "orders"));
    assert_eq!(Invoice::TABLE.columns().len(), 4);
    assert_eq!(InvoiceLine::TABLE.columns().len(), 3);
}

#[cfg(feature = "sqlite")]
#[test]
fn they_are_kept_as_any_other() {
    fn needs<A: aggregate_core::Persist<sqlx::Sqlite>>() {}
    needs::<Invoice>();
    needs::<Order>();
    needs::<Hidden>();
}
