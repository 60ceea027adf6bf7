//! Many rows in one statement, and statements that are made once.

use super::super::{
    Arm, Dialect, Form, Kind, Part, RootWrite, Set, Shape, Write, one_table, save_in_one, step,
};
use super::{DIALECT, LINES, PARCELS, layout};
use crate::mask::ColumnMask;

#[test]
fn arrays_are_rows_again_in_the_statement() {
    let layout = layout();
    let arm = |kind| Arm { node: &layout.nodes()[LINES], kind, form: Form::Arrays };
    let text = |kind| step(DIALECT, &arm(kind)).text.to_string();
    assert_eq!(
        text(Kind::Delete),
        r#"DELETE FROM "lines" AS t WHERE (t."order_id", t."id") IN (SELECT * FROM unnest($1, $2))"#
    );
    assert_eq!(
        text(Kind::Update(vec![Set::always("quantity")])),
        r#"UPDATE "lines" AS t SET "quantity" = v.column3 FROM unnest($1, $2, $3) AS v(column1, column2, column3) WHERE t."order_id" = v.column1 AND t."id" = v.column2"#
    );
    assert_eq!(
        text(Kind::Insert(vec!["id"])),
        r#"INSERT INTO "lines" ("order_id", "id") SELECT * FROM unnest($1, $2)"#
    );
    let arms = [Kind::Delete, Kind::Insert(vec!["id"])].map(arm);
    let sql = save_in_one(DIALECT, layout.root(), &RootWrite::Update(ColumnMask::new()), &arms, "arm ").text;
    assert!(
        sql.contains(concat!(
            r#"a0 AS (DELETE FROM "lines" AS t USING root, unnest($3, $4) AS v(column1, column2)"#,
            r#" WHERE t."order_id" = v.column1 AND t."id" = v.column2 RETURNING 1), a1 AS (INSERT INTO "lines""#,
            r#" ("order_id", "id") SELECT v.* FROM root, unnest($5, $6) AS v(column1, column2),"#,
            r" (SELECT count(*) FROM a0) AS z RETURNING 1) SELECT CASE WHEN n0 = $7",
        )),
        "{sql}"
    );
    assert!(
        one_table(DIALECT, &layout, LINES, Form::Arrays)
            .text
            .contains(r#"WHERE t."order_id" = ANY($1) ORDER"#)
    );
}

#[test]
fn a_text_is_made_once_for_each_shape() {
    let layout = layout();
    let part = |form| Shape::Step(Part { node: LINES, write: Write::Insert, form });
    let first = layout.sql(DIALECT, part(Form::List(4)));
    assert!(std::sync::Arc::ptr_eq(&first, &layout.sql(DIALECT, part(Form::List(4)))));
    assert_ne!(first.text, layout.sql(DIALECT, part(Form::List(8))).text);
}

#[test]
fn a_row_has_as_many_values_as_its_text_names() {
    let layout = layout();
    for (node, table) in layout.nodes().iter().enumerate().skip(1) {
        let mut set = ColumnMask::new();
        set.insert(table.table.columns().len() - 1);
        let update = Write::Update { set: set.clone(), flagged: set, moves: true };
        for write in [Write::Delete, update, Write::Insert] {
            let width = write.width(table);
            let part = Part { node, write, form: Form::Arrays };
            let text = layout.sql(DIALECT, Shape::Step(part)).text.clone();
            assert!(
                text.contains(&format!("${width})")) && !text.contains(&format!("${}", width + 1)),
                "{text}"
            );
        }
    }
}

#[test]
fn one_update_of_wide_rows_writes_few_of_them() {
    let layout = layout();
    let line = &layout.nodes()[LINES];
    let most = |update_cells, moves| {
        let mut set = ColumnMask::new();
        set.insert(1);
        let update = Write::Update { set, flagged: ColumnMask::new(), moves };
        update.most_rows(line, Dialect { update_rows: 100, update_cells, ..DIALECT })
    };
    assert_eq!((most(1000, false), most(99, false), most(99, true)), (100, 99, 49));
    assert_eq!(most(1, true), 1, "a row at least");
    assert_eq!(Write::Delete.most_rows(line, DIALECT), usize::MAX);
}

#[test]
fn a_list_is_looked_up_in_the_table_and_not_the_table_in_the_list() {
    let layout = layout();
    let dialect = Dialect { scans_for_lists: true, ..DIALECT };
    let text = |node: usize, kind| {
        step(dialect, &Arm { node: &layout.nodes()[node], kind, form: Form::List(2) }).text.to_string()
    };
    // A column behind a plus cannot be indexed.
    assert!(
        text(LINES, Kind::Update(vec![Set::always("quantity")]))
            .ends_with(r#"AS v WHERE t."order_id" = +v.column1 AND t."id" = +v.column2"#)
    );
    assert_eq!(
        text(LINES, Kind::Delete),
        concat!(
            r"WITH aggregate_rows AS (VALUES ($1, $2), ($3, $4))",
            r#" DELETE FROM "lines" AS t WHERE t."id" IN (SELECT column2 FROM aggregate_rows)"#,
            r#" AND (t."order_id", t."id") IN (SELECT * FROM aggregate_rows)"#,
        )
    );
    // The key of a local id has an index on all its columns.
    assert!(
        text(PARCELS, Kind::Delete).ends_with(r#"(t."order_id", t."no") IN (VALUES ($1, $2), ($3, $4))"#)
    );
}
