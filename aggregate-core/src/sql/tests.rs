use super::{
    Arm, Dialect, Form, IsolationSyntax, Kind, Lock, Order as Places, RootWrite, Set, Union, begin,
    delete_below, delete_below_rows, delete_in_one, delete_root, one_table, save_in_one, step, union,
    version, write_root,
};
use crate::entity::Entity;
use crate::layout::Layout;
use crate::mask::ColumnMask;
use crate::samples::Order;

mod depth;
mod rows;

const DIALECT: Dialect = Dialect {
    quote: '"',
    placeholder: '$',
    numbered: true,
    bind_limit: 100,
    union: Some(UNION),
    saves_in_one: true,
    delete_from: "DELETE FROM ",
    deletes_by_joins: false,
    join_in_order: " CROSS JOIN ",
    joins_lists: true,
    scans_for_lists: false,
    arrays: None,
    update_rows: 100,
    update_cells: 1000,
    begin_write: "BEGIN",
    begin_read: "BEGIN",
    begin_after_wait: "BEGIN",
    names_ignore_case: false,
    share_lock: " FOR SHARE",
    update_lock: " FOR UPDATE",
    reads_old_snapshots: false,
    writes_by_snapshot: true,
    isolation: IsolationSyntax::InBegin,
    has_dirty_reads: false,
};

const UNION: Union = Union {
    tag_cast: "::int8",
    null: |ty, first| if first { format!("NULL::{ty}") } else { "NULL".to_owned() },
    in_order: "",
};

/// Without numbers, lists that can be joined, and a statement for more than one table.
const POSITIONAL: Dialect = Dialect {
    quote: '`',
    placeholder: '?',
    numbered: false,
    saves_in_one: false,
    delete_from: "DELETE t FROM ",
    deletes_by_joins: true,
    join_in_order: " STRAIGHT_JOIN ",
    joins_lists: false,
    ..DIALECT
};

const LINES: usize = 1;
const ALLOCATIONS: usize = 2;
const PARCELS: usize = 3;
const STAMPS: usize = 4;

fn layout() -> Layout {
    Layout::of(Order::TABLE)
}

/// The root's column `status`.
fn status() -> ColumnMask {
    let mut mask = ColumnMask::new();
    mask.insert(2);
    mask
}

#[test]
fn a_row_below_a_parent_with_its_own_id_is_found_by_a_join() {
    assert_eq!(
        &*one_table(DIALECT, &layout(), ALLOCATIONS, Form::One).text,
        r#"SELECT t."line_id", t."id", t."quantity" FROM "lines" AS p1 CROSS JOIN "allocations" AS t ON p1."id" = t."line_id" WHERE p1."order_id" = $1 ORDER BY t."id""#
    );
}

#[test]
fn a_row_below_a_parent_with_a_local_id_carries_the_roots_id() {
    assert_eq!(
        &*one_table(DIALECT, &layout(), STAMPS, Form::List(2)).text,
        r#"SELECT t."order_id", t."parcel_no", t."no", t."text" FROM "stamps" AS t WHERE t."order_id" IN ($1, $2) ORDER BY t."no""#
    );
}

#[test]
fn a_union_gives_each_slot_its_type_in_the_first_arm() {
    // Slots: INT8, INT8, TEXT, then what the tables below need.
    let at = [vec![1, 2, 3], vec![1, 2, 4], vec![1, 2, 4], vec![1, 4, 5], vec![1, 4, 6, 3]];
    let types = ["INT8", "INT8", "TEXT", "INT4", "FLOAT8", "INT4"].map(String::from);
    let sql = union(DIALECT, UNION, &layout(), &at, &types, Form::One, Lock::None).text;
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
    let arm = |kind, rows| step(DIALECT, &Arm { node, kind, form: Form::list(rows) }).text.to_string();
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
fn what_is_inserted_of_a_padded_list_is_cut_to_its_length() {
    let layout = layout();
    let node = &layout.nodes()[LINES];
    let insert = |rows| {
        step(DIALECT, &Arm { node, kind: Kind::Insert(vec!["id"]), form: Form::list(rows) }).text.to_string()
    };
    assert_eq!(insert(1), r#"INSERT INTO "lines" ("order_id", "id") VALUES ($1, $2)"#);
    assert_eq!(
        insert(4),
        r#"INSERT INTO "lines" ("order_id", "id") SELECT * FROM (VALUES ($1, $2), ($3, $4), ($5, $6), ($7, $8)) AS v LIMIT $9"#
    );
}

#[test]
fn one_statement_checks_the_version_and_every_count() {
    let layout = layout();
    let arm = |node: usize, kind| Arm { node: &layout.nodes()[node], kind, form: Form::One };
    let arms = [arm(LINES, Kind::Delete), arm(LINES, Kind::Insert(vec!["id", "quantity"]))];
    assert_eq!(
        &*save_in_one(DIALECT, layout.root(), &RootWrite::Update(status()), &arms, "arm ").text,
        concat!(
            r#"WITH root AS (UPDATE "orders" AS t SET "version" = t."version" + 1, "status" = $3"#,
            r#" WHERE t."id" = $1 AND t."version" = $2 RETURNING 1),"#,
            r#" a0 AS (DELETE FROM "lines" AS t USING root WHERE t."order_id" = $4 AND t."id" = $5 RETURNING 1),"#,
            r#" a1 AS (INSERT INTO "lines" ("order_id", "id", "quantity") SELECT $6, $7, $8 FROM root,"#,
            r" (SELECT count(*) FROM a0) AS z RETURNING 1)",
            r" SELECT CASE WHEN n0 = $9 AND n1 = $10 THEN 0",
            r" ELSE CAST('arm ' || CASE WHEN n0 <> $9 THEN '0' WHEN n1 <> $10 THEN '1' END AS int) END",
            r" FROM (SELECT (SELECT count(*) FROM a0) AS n0, (SELECT count(*) FROM a1) AS n1",
            r" FROM root OFFSET 0) AS counts",
        )
    );
}

#[test]
fn a_save_of_unversioned_rows_locks_the_root_and_asks_for_no_version() {
    let layout = layout();
    let arms = [Arm { node: &layout.nodes()[LINES], kind: Kind::Delete, form: Form::One }];
    let sql = save_in_one(DIALECT, layout.root(), &RootWrite::Lock { shared: true }, &arms, "arm ").text;
    assert!(
        sql.starts_with(concat!(
            r#"WITH root AS (SELECT 1 FROM "orders" AS t WHERE t."id" = $1 FOR SHARE),"#,
            r#" a0 AS (DELETE FROM "lines" AS t USING root WHERE t."order_id" = $2 AND t."id" = $3 RETURNING 1)"#,
        )),
        "{sql}"
    );
    assert_eq!(
        &*write_root(DIALECT, layout.root(), &RootWrite::Set(status())).text,
        r#"UPDATE "orders" AS t SET "status" = $2 WHERE t."id" = $1"#
    );
}

#[test]
fn a_delete_below_rows_finds_them_by_their_whole_keys() {
    let layout = layout();
    assert_eq!(
        &*delete_below_rows(DIALECT, &layout, ALLOCATIONS, LINES, 2).text,
        r#"DELETE FROM "allocations" AS t WHERE t."line_id" IN ($1, $2)"#
    );
    assert_eq!(
        &*delete_below_rows(DIALECT, &layout, STAMPS, PARCELS, 1).text,
        r#"DELETE FROM "stamps" AS t WHERE t."order_id" = $1 AND t."parcel_no" = $2"#
    );
    assert_eq!(
        &*delete_below_rows(DIALECT, &layout, STAMPS, PARCELS, 2).text,
        r#"DELETE FROM "stamps" AS t WHERE (t."order_id", t."parcel_no") IN (VALUES ($1, $2), ($3, $4))"#
    );
}

#[test]
fn each_row_says_by_a_flag_if_it_is_set() {
    let layout = layout();
    let set = vec![Set { column: "quantity", flagged: true }, Set::always("order_id")];
    let arm =
        |rows| Arm { node: &layout.nodes()[LINES], kind: Kind::Update(set.clone()), form: Form::list(rows) };
    assert_eq!(
        &*step(DIALECT, &arm(2)).text,
        concat!(
            r#"UPDATE "lines" AS t SET "quantity" = CASE WHEN v.column5 = 1 THEN v.column3 ELSE t."quantity" END,"#,
            r#" "order_id" = v.column4 FROM (VALUES ($1, $2, $3, $4, $5), ($6, $7, $8, $9, $10)) AS v"#,
            r#" WHERE t."order_id" = v.column1 AND t."id" = v.column2"#,
        )
    );
    // The last row of a list that was cut at the bind limit.
    assert_eq!(
        &*step(DIALECT, &arm(1)).text,
        concat!(
            r#"UPDATE "lines" AS t SET "quantity" = CASE WHEN $5 = 1 THEN $3 ELSE t."quantity" END,"#,
            r#" "order_id" = $4 WHERE t."order_id" = $1 AND t."id" = $2"#,
        )
    );
}

#[test]
fn a_delete_reaches_every_row_below_the_root() {
    assert_eq!(
        &*delete_below(DIALECT, &layout(), ALLOCATIONS).text,
        r#"DELETE FROM "allocations" AS t WHERE t."line_id" IN (SELECT p1."id" FROM "lines" AS p1 WHERE p1."order_id" = $1)"#
    );
    let sql = delete_in_one(DIALECT, &layout()).text;
    assert!(sql.starts_with(
        r#"WITH aggregate_root AS (DELETE FROM "orders" AS t WHERE t."id" = $1 AND t."version" = $2 RETURNING 1), aggregate_1 AS"#
    ));
    assert_eq!(sql.matches("USING aggregate_root").count(), 3);
    // The lines give their ids to the allocations.
    assert!(
        sql.contains(
            r#"AS t USING aggregate_root WHERE t."order_id" = $1 RETURNING t."id"), aggregate_2 AS"#
        ),
        "{sql}"
    );
    assert!(
        sql.contains(
            r#"DELETE FROM "allocations" AS t USING aggregate_1 AS a WHERE a."id" = t."line_id" RETURNING 1)"#
        ),
        "{sql}"
    );
}

#[test]
fn a_lock_ends_the_query() {
    let version = |lock| version(DIALECT, layout().root(), lock).text;
    assert_eq!(&*version(Lock::None), r#"SELECT t."version" FROM "orders" AS t WHERE t."id" = $1"#);
    assert!(version(Lock::Share).ends_with(r#"t."id" = $1 FOR SHARE"#));
    assert!(version(Lock::Update).ends_with(r#"t."id" = $1 FOR UPDATE"#));
}

#[test]
fn a_level_stands_where_the_dialect_wants_it() {
    let at = |isolation| Dialect { isolation, ..DIALECT };
    let level = Some("SERIALIZABLE");
    assert_eq!(begin(DIALECT, level, true), "START TRANSACTION ISOLATION LEVEL SERIALIZABLE READ ONLY");
    assert_eq!(
        begin(at(IsolationSyntax::BeforeBegin), level, false),
        "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; START TRANSACTION"
    );
    assert_eq!(begin(at(IsolationSyntax::Fixed), level, false), "BEGIN");
    assert_eq!(begin(DIALECT, None, false), "START TRANSACTION");
}

/// The text of a statement without numbers, and the numbers of its values.
fn positional(sql: super::Sql) -> (String, Vec<usize>) {
    let Places::Positional(runs) = sql.order else { panic!("{:?}", sql.order) };
    (sql.text.to_string(), runs.into_iter().flatten().collect())
}

#[test]
fn placeholders_without_numbers_tell_their_values_in_order() {
    let layout = layout();
    assert_eq!(
        positional(write_root(POSITIONAL, layout.root(), &RootWrite::Update(status()))),
        (
            "UPDATE `orders` AS t SET `version` = t.`version` + 1, `status` = ? WHERE t.`id` = ? AND t.`version` = ?"
                .to_owned(),
            vec![3, 1, 2]
        )
    );
    assert_eq!(
        positional(delete_root(POSITIONAL, layout.root())),
        ("DELETE t FROM `orders` AS t WHERE t.`id` = ? AND t.`version` = ?".to_owned(), vec![1, 2])
    );
    let node = &layout.nodes()[LINES];
    let arm = |kind, rows| positional(step(POSITIONAL, &Arm { node, kind, form: Form::list(rows) }));
    assert_eq!(
        arm(Kind::Update(vec![Set::always("quantity")]), 1),
        (
            "UPDATE `lines` AS t SET `quantity` = ? WHERE t.`order_id` = ? AND t.`id` = ?".to_owned(),
            vec![3, 1, 2]
        )
    );
    assert_eq!(
        arm(Kind::Delete, 2),
        (
            "DELETE t FROM `lines` AS t WHERE (t.`order_id`, t.`id`) IN ((?, ?), (?, ?))".to_owned(),
            vec![1, 2, 3, 4]
        )
    );
    let (sql, order) = arm(Kind::Insert(vec!["id"]), 3);
    assert_eq!(sql, "INSERT INTO `lines` (`order_id`, `id`) VALUES (?, ?), (?, ?), (?, ?)");
    assert_eq!(order, [1, 2, 3, 4, 5, 6]);
    // The number of rows stands behind the padded list.
    let joins = Dialect { joins_lists: true, ..POSITIONAL };
    let (sql, order) =
        positional(step(joins, &Arm { node, kind: Kind::Insert(vec!["id"]), form: Form::List(4) }));
    assert!(sql.ends_with("(?, ?)) AS v LIMIT ?"), "{sql}");
    assert_eq!(order, (1..=9).collect::<Vec<_>>());
}

#[test]
fn rows_are_updated_by_cases_where_lists_are_not_joined() {
    let layout = layout();
    let arm = |node: usize, set: &[Set]| {
        let node = &layout.nodes()[node];
        positional(step(POSITIONAL, &Arm { node, kind: Kind::Update(set.to_vec()), form: Form::List(2) }))
    };
    // A row that moves keeps its id, while its parent's key may be set before the next column is.
    let (sql, order) = arm(LINES, &["quantity", "order_id"].map(Set::always));
    assert_eq!(
        sql,
        concat!(
            "UPDATE `lines` AS t",
            " SET `quantity` = CASE t.`id` WHEN ? THEN ? WHEN ? THEN ? ELSE t.`quantity` END,",
            " `order_id` = CASE t.`id` WHEN ? THEN ? WHEN ? THEN ? ELSE t.`order_id` END",
            " WHERE (t.`order_id`, t.`id`) IN ((?, ?), (?, ?))",
        )
    );
    assert_eq!(order, [2, 3, 6, 7, 2, 4, 6, 8, 1, 2, 5, 6]);
    let (sql, _) = arm(STAMPS, &["text"].map(Set::always));
    assert!(sql.contains("CASE WHEN t.`order_id` = ? AND t.`parcel_no` = ? AND t.`no` = ? THEN ?"), "{sql}");
    // Each row says by a flag, which stands after its values, if it is set.
    let (sql, order) = arm(LINES, &[Set { column: "quantity", flagged: true }]);
    assert!(sql.contains("`quantity` = CASE WHEN t.`id` = ? AND ? = 1 THEN ? WHEN"), "{sql}");
    assert_eq!(order[..6], [2, 4, 3, 6, 8, 7]);
}

#[test]
fn each_arm_of_a_union_names_the_ids_anew() {
    let at = [vec![1, 2, 3], vec![1, 2, 4], vec![1, 2, 4], vec![1, 4, 5], vec![1, 4, 6, 3]];
    let types = ["bigint", "bigint", "text", "int", "double", "int"].map(String::from);
    let how = Union { tag_cast: "", null: |_, _| "NULL".to_owned(), in_order: " LIMIT 9" };
    let (sql, order) = positional(union(POSITIONAL, how, &layout(), &at, &types, Form::List(2), Lock::None));
    let arms: Vec<_> = sql.split(" UNION ALL ").collect();
    assert_eq!(
        arms[1],
        "(SELECT 1, t.`order_id`, t.`id`, NULL, t.`quantity`, NULL, NULL FROM `lines` AS t WHERE t.`order_id` IN (?, ?) ORDER BY t.`id` LIMIT 9)"
    );
    assert_eq!(order, [1, 2].repeat(5));
}
