use super::{
    Arm, Dialect, Kind, RootWrite, Set, delete_below, delete_below_rows, delete_in_one, one_table,
    save_in_one, step, union, write_root,
};
use crate::entity::Entity;
use crate::layout::Layout;
use crate::samples::Order;

const DIALECT: Dialect = Dialect {
    placeholder: '$',
    bind_limit: 100,
    loads_by_union: true,
    saves_in_one: true,
    begin_write: "BEGIN",
    begin_read: "BEGIN",
    begin_after_wait: "BEGIN",
    lock_shared: " FOR SHARE",
    lock_alone: " FOR UPDATE",
    names_ignore_case: false,
};

const LINES: usize = 1;
const ALLOCATIONS: usize = 2;
const PARCELS: usize = 3;
const STAMPS: usize = 4;

fn layout() -> Layout {
    Layout::of(Order::TABLE)
}

#[test]
fn a_row_below_a_parent_with_its_own_id_is_found_by_a_join() {
    assert_eq!(
        one_table(DIALECT, &layout(), ALLOCATIONS, 1),
        r#"SELECT t."line_id", t."id", t."quantity" FROM "allocations" AS t JOIN "lines" AS p1 ON p1."id" = t."line_id" WHERE p1."order_id" = $1 ORDER BY t."id""#
    );
}

#[test]
fn a_row_below_a_parent_with_a_local_id_carries_the_roots_id() {
    assert_eq!(
        one_table(DIALECT, &layout(), STAMPS, 2),
        r#"SELECT t."order_id", t."parcel_no", t."no", t."text" FROM "stamps" AS t WHERE t."order_id" IN ($1, $2) ORDER BY t."no""#
    );
}

#[test]
fn a_union_gives_each_slot_its_type_in_the_first_arm() {
    // Slots: INT8, INT8, TEXT, then what the tables below need.
    let at = [vec![1, 2, 3], vec![1, 2, 4], vec![1, 2, 4], vec![1, 4, 5], vec![1, 4, 6, 3]];
    let types = ["INT8", "INT8", "TEXT", "INT4", "FLOAT8", "INT4"].map(String::from);
    let sql = union(DIALECT, &layout(), &at, &types, 1);
    let arms: Vec<_> = sql.split(" UNION ALL ").collect();
    assert_eq!(
        arms[0],
        r#"(SELECT 0::int8, t."id", t."version", t."status", NULL::INT4, NULL::FLOAT8, NULL::INT4 FROM "orders" AS t WHERE t."id" = $1 ORDER BY t."id")"#
    );
    assert_eq!(
        arms[1],
        r#"(SELECT 1::int8, t."order_id", t."id", NULL, t."quantity", NULL, NULL FROM "lines" AS t WHERE t."order_id" = $1 ORDER BY t."id")"#
    );
    assert_eq!(arms.len(), 5);
}

#[test]
fn every_arm_names_the_parents_key_beside_the_id() {
    let layout = layout();
    let node = &layout.nodes()[LINES];
    let arm = |kind, rows| step(DIALECT, &Arm { node, kind, rows });
    assert_eq!(arm(Kind::Delete, 1), r#"DELETE FROM "lines" AS t WHERE t."order_id" = $1 AND t."id" = $2"#);
    assert_eq!(
        arm(Kind::Delete, 2),
        r#"DELETE FROM "lines" AS t WHERE (t."order_id", t."id") IN (VALUES ($1, $2), ($3, $4))"#
    );
    assert_eq!(
        arm(Kind::Update(vec![Set::always("quantity")]), 1),
        r#"UPDATE "lines" AS t SET "quantity" = $3 WHERE t."order_id" = $1 AND t."id" = $2"#
    );
    assert_eq!(
        arm(Kind::Update(vec![Set::always("quantity")]), 2),
        r#"UPDATE "lines" AS t SET "quantity" = v.column3 FROM (VALUES ($1, $2, $3), ($4, $5, $6)) AS v WHERE t."order_id" = v.column1 AND t."id" = v.column2"#
    );
}

#[test]
fn lists_are_padded_to_a_power_of_two() {
    let layout = layout();
    let node = &layout.nodes()[LINES];
    let insert = |rows| step(DIALECT, &Arm { node, kind: Kind::Insert(vec!["id"]), rows });
    assert_eq!(insert(1), r#"INSERT INTO "lines" ("order_id", "id") VALUES ($1, $2)"#);
    assert_eq!(insert(3), insert(4));
    assert_eq!(
        insert(3),
        r#"INSERT INTO "lines" ("order_id", "id") SELECT * FROM (VALUES ($1, $2), ($3, $4), ($5, $6), ($7, $8)) AS v LIMIT $9"#
    );
}

#[test]
fn one_statement_checks_the_version_and_every_count() {
    let layout = layout();
    let arm = |node: usize, kind| Arm { node: &layout.nodes()[node], kind, rows: 1 };
    let arms = [arm(LINES, Kind::Delete), arm(LINES, Kind::Insert(vec!["id", "quantity"]))];
    assert_eq!(
        save_in_one(DIALECT, layout.root(), &RootWrite::Update(vec!["status"]), 3, &arms, "arm "),
        concat!(
            r#"WITH root AS (UPDATE "orders" AS t SET "version" = t."version" + 1, "status" = $3"#,
            r#" WHERE t."id" = $1 AND t."version" = $2 RETURNING 1),"#,
            r#" a0 AS (DELETE FROM "lines" AS t USING root WHERE t."order_id" = $4 AND t."id" = $5 RETURNING 1),"#,
            r#" a1 AS (INSERT INTO "lines" ("order_id", "id", "quantity") SELECT $6, $7, $8 FROM root,"#,
            r" (SELECT count(*) FROM a0) AS z RETURNING 1)",
            r" SELECT CASE WHEN (SELECT count(*) FROM a0) = $9 AND (SELECT count(*) FROM a1) = $10 THEN 0",
            r" ELSE CAST('arm ' || CASE WHEN (SELECT count(*) FROM a0) <> $9 THEN '0'",
            r" WHEN (SELECT count(*) FROM a1) <> $10 THEN '1' END AS int) END FROM root",
        )
    );
}

#[test]
fn a_save_of_unversioned_rows_locks_the_root_and_asks_for_no_version() {
    let layout = layout();
    let arms = [Arm { node: &layout.nodes()[LINES], kind: Kind::Delete, rows: 1 }];
    let sql = save_in_one(DIALECT, layout.root(), &RootWrite::Lock { shared: true }, 1, &arms, "arm ");
    assert!(
        sql.starts_with(concat!(
            r#"WITH root AS (SELECT 1 FROM "orders" AS t WHERE t."id" = $1 FOR SHARE),"#,
            r#" a0 AS (DELETE FROM "lines" AS t USING root WHERE t."order_id" = $2 AND t."id" = $3 RETURNING 1)"#,
        )),
        "{sql}"
    );
    assert_eq!(
        write_root(DIALECT, layout.root(), &RootWrite::Set(vec!["status"])),
        r#"UPDATE "orders" AS t SET "status" = $2 WHERE t."id" = $1"#
    );
}

#[test]
fn a_delete_below_rows_finds_them_by_their_whole_keys() {
    let layout = layout();
    assert_eq!(
        delete_below_rows(DIALECT, &layout, ALLOCATIONS, LINES, 2),
        r#"DELETE FROM "allocations" AS t WHERE t."line_id" IN ($1, $2)"#
    );
    assert_eq!(
        delete_below_rows(DIALECT, &layout, STAMPS, PARCELS, 1),
        r#"DELETE FROM "stamps" AS t WHERE t."order_id" = $1 AND t."parcel_no" = $2"#
    );
    assert_eq!(
        delete_below_rows(DIALECT, &layout, STAMPS, PARCELS, 2),
        r#"DELETE FROM "stamps" AS t WHERE (t."order_id", t."parcel_no") IN (VALUES ($1, $2), ($3, $4))"#
    );
}

#[test]
fn each_row_says_by_a_flag_if_it_is_set() {
    let layout = layout();
    let set = vec![Set { column: "quantity", flagged: true }, Set::always("order_id")];
    let arm = |rows| Arm { node: &layout.nodes()[LINES], kind: Kind::Update(set.clone()), rows };
    assert_eq!(
        step(DIALECT, &arm(2)),
        concat!(
            r#"UPDATE "lines" AS t SET "quantity" = CASE WHEN v.column5 = 1 THEN v.column3 ELSE t."quantity" END,"#,
            r#" "order_id" = v.column4 FROM (VALUES ($1, $2, $3, $4, $5), ($6, $7, $8, $9, $10)) AS v"#,
            r#" WHERE t."order_id" = v.column1 AND t."id" = v.column2"#,
        )
    );
    // The last row of a list that was cut at the bind limit.
    assert_eq!(
        step(DIALECT, &arm(1)),
        concat!(
            r#"UPDATE "lines" AS t SET "quantity" = CASE WHEN $5 = 1 THEN $3 ELSE t."quantity" END,"#,
            r#" "order_id" = $4 WHERE t."order_id" = $1 AND t."id" = $2"#,
        )
    );
}

#[test]
fn a_delete_reaches_every_row_below_the_root() {
    assert_eq!(
        delete_below(DIALECT, &layout(), ALLOCATIONS),
        r#"DELETE FROM "allocations" AS t WHERE EXISTS (SELECT 1 FROM "lines" AS p1 WHERE p1."id" = t."line_id" AND p1."order_id" = $1)"#
    );
    let sql = delete_in_one(DIALECT, &layout());
    assert!(sql.starts_with(
        r#"WITH aggregate_root AS (DELETE FROM "orders" AS t WHERE t."id" = $1 AND t."version" = $2 RETURNING 1), aggregate_1 AS"#
    ));
    assert_eq!(sql.matches("USING aggregate_root").count(), 4);
}
