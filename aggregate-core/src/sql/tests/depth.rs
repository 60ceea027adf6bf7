//! Rows that stand several tables below the root and do not carry its id.

use super::{DIALECT, POSITIONAL, positional};
use crate::layout::Layout;
use crate::sql::{Form, delete_below, delete_below_rows, one_table};
use crate::{Aggregate, Entity, Version};

#[derive(Aggregate, Clone, Debug)]
#[aggregate(table = "houses")]
struct House {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[child]
    flats: Vec<Flat>,
}

#[derive(Entity, Clone, Debug)]
#[entity(table = "flats")]
struct Flat {
    #[id]
    id: i64,
    #[child(foreign_key = "flat_id")]
    rooms: Vec<Room>,
}

#[derive(Entity, Clone, Debug)]
#[entity(table = "rooms")]
struct Room {
    #[id]
    floor: i32,
    #[id]
    no: i32,
    #[child(foreign_key("room_floor", "room_no"))]
    lamps: Vec<Lamp>,
}

#[derive(Entity, Clone, Debug)]
#[entity(table = "lamps")]
struct Lamp {
    #[id]
    id: i64,
}

const FLATS: usize = 1;
const LAMPS: usize = 3;

#[test]
fn rows_are_looked_for_from_the_root_down() {
    let layout = Layout::of(House::TABLE);
    assert_eq!(
        &*one_table(DIALECT, &layout, LAMPS, Form::One).text,
        concat!(
            r#"SELECT t."room_floor", t."room_no", t."id" FROM "flats" AS p1"#,
            r#" CROSS JOIN "rooms" AS p2 ON p1."id" = p2."flat_id""#,
            r#" CROSS JOIN "lamps" AS t ON p2."floor" = t."room_floor" AND p2."no" = t."room_no""#,
            r#" WHERE p1."house_id" = $1 ORDER BY t."id""#,
        )
    );
}

#[test]
fn rows_are_deleted_by_the_keys_of_the_rows_above() {
    let layout = Layout::of(House::TABLE);
    assert_eq!(
        &*delete_below(DIALECT, &layout, LAMPS).text,
        concat!(
            r#"DELETE FROM "lamps" AS t WHERE (t."room_floor", t."room_no") IN"#,
            r#" (SELECT p2."floor", p2."no" FROM "flats" AS p1 CROSS JOIN "rooms" AS p2 ON p1."id" = p2."flat_id""#,
            r#" WHERE p1."house_id" = $1)"#,
        )
    );
    assert_eq!(
        &*delete_below_rows(DIALECT, &layout, LAMPS, FLATS, 2).text,
        concat!(
            r#"DELETE FROM "lamps" AS t WHERE (t."room_floor", t."room_no") IN"#,
            r#" (SELECT p2."floor", p2."no" FROM "rooms" AS p2 WHERE p2."flat_id" IN ($1, $2))"#,
        )
    );
}

#[test]
fn rows_are_deleted_by_a_join_where_a_delete_can_join() {
    let layout = Layout::of(House::TABLE);
    let (sql, order) = positional(delete_below(POSITIONAL, &layout, LAMPS));
    assert_eq!(
        sql,
        concat!(
            "DELETE t FROM `flats` AS p1 STRAIGHT_JOIN `rooms` AS p2 ON p1.`id` = p2.`flat_id`",
            " STRAIGHT_JOIN `lamps` AS t ON p2.`floor` = t.`room_floor` AND p2.`no` = t.`room_no`",
            " WHERE p1.`house_id` = ?",
        )
    );
    assert_eq!(order, [1]);
    let (sql, _) = positional(delete_below(POSITIONAL, &layout, FLATS));
    assert_eq!(sql, "DELETE t FROM `flats` AS t WHERE t.`house_id` = ?");
}
