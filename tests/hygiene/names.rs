//! Raw identifiers, reserved words of SQL, mixed case, and names that are not ASCII.
#![allow(dead_code, non_snake_case, clippy::struct_field_names, reason = "the names are the test")]

use aggregate_core::{Aggregate, Entity, Version};

#[derive(Aggregate, Clone)]
#[aggregate(table = "Order", schema = "User")]
struct r#Order {
    #[id]
    r#type: i64,
    #[version]
    select: Version,
    order: String,
    r#where: Option<String>,
    FromDate: i64,
    größe: f64,
    #[column(name = "weird \"name\" `here` ; --")]
    weird: i64,
    #[child]
    r#match: Vec<r#Struct>,
}

#[derive(Entity, Clone)]
struct r#Struct {
    #[id(local)]
    r#fn: i64,
    #[parent]
    r#in: i64,
    __v: i64,
    __s: i64,
    __old: i64,
}

#[test]
fn columns_are_named_without_the_mark_of_raw_identifiers() {
    let names: Vec<_> = Order::TABLE.columns().iter().map(aggregate_core::schema::ColumnDef::name).collect();
    let weird = "weird \"name\" `here` ; --";
    assert_eq!(names, ["type", "select", "order", "where", "FromDate", "größe", weird]);
    assert_eq!((Order::TABLE.name(), Order::TABLE.schema_name()), ("Order", Some("User")));
    let [edge] = Order::TABLE.edges() else { panic!("one child field") };
    assert_eq!((edge.field(), edge.table_name()), ("match", "struct"));
    assert_eq!(edge.key().columns(), ["order_type"]);
    assert_eq!(Struct::TABLE.parent_fields(), ["in"]);
}
