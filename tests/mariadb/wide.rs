//! Rows of many columns, of which one UPDATE writes few.

use aggregate_core::{Aggregate, Entity, Version};
use aggregate_tests::{Lab, Tables, run};
use sqlx::MySql;

/// Declares a row with these columns, and how they are filled.
macro_rules! wide {
    ($($column:ident)*) => {
        #[derive(Entity, Clone, Debug, PartialEq)]
        #[entity(table = "sheet_rows")]
        struct SheetRow {
            #[id]
            id: i64,
            $($column: i64,)*
        }

        const COLUMNS: &[&str] = &[$(stringify!($column)),*];

        impl SheetRow {
            /// A row whose values differ from each other, and from those of other rows and other times.
            fn of(id: i64, time: i64) -> Self {
                let mut value = (time * 1_000 + id) * 1_000;
                $(value += 1; let $column = value;)*
                Self { id, $($column),* }
            }
        }
    };
}

wide! {
    c00 c01 c02 c03 c04 c05 c06 c07 c08 c09 c10 c11 c12 c13 c14 c15 c16 c17 c18 c19 c20 c21 c22 c23
    c24 c25 c26 c27 c28 c29 c30 c31 c32 c33 c34 c35 c36 c37 c38 c39
}

#[derive(Aggregate, Clone, Debug, PartialEq)]
#[aggregate(table = "sheets")]
struct Sheet {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[child]
    rows: Vec<SheetRow>,
}

#[test]
fn wide_rows_are_written_a_few_at_a_time() {
    run(async |lab: &Lab<MySql>| {
        let ddl = "CREATE TABLE sheets (id BIGINT PRIMARY KEY, version BIGINT NOT NULL)";
        let sheets = lab.with::<Sheet>(&Tables { ddl, keys: &[("sheets", &["id"])] }).await;
        let columns = COLUMNS.join(" BIGINT NOT NULL, ") + " BIGINT NOT NULL";
        lab.sql(&format!(
            "CREATE TABLE sheet_rows (id BIGINT PRIMARY KEY, {columns}, sheet_id BIGINT NOT NULL)"
        ))
        .await;
        let sheet = Sheet {
            id: 1,
            version: Version::UNSAVED,
            rows: (1..=70).map(|id| SheetRow::of(id, 1)).collect(),
        };
        let mut sheet = lab.saved(&sheets, sheet).await;
        drop(lab.sent());
        sheet.rows = (1..=70).map(|id| SheetRow::of(id, 2)).collect();
        sheets.save(&mut sheet).await.unwrap();
        let updates =
            lab.sent().into_iter().filter(|sent| sent.sql.starts_with("UPDATE `sheet_rows`")).count();
        assert_eq!(updates, 3, "32 rows of 40 columns each");
        assert_eq!(*sheets.get(&1).await.unwrap(), *sheet);
    });
}
