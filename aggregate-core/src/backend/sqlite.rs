//! `SQLite`.

use std::sync::Arc;

use sqlx::error::{BoxDynError, DatabaseError};
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteRow, SqliteTypeInfo, SqliteValueRef};
use sqlx::{AssertSqlSafe, Row, Sqlite, TypeInfo};

use super::{
    After, Backend, CancelSafe, Described, Level, Meaning, Pending, Role, are_same, is_lost, sealed,
};
use crate::equality::FloatLimits;
use crate::error::ConstraintKind;
use crate::session::{Purpose, announce};
use crate::sql::{Dialect, IsolationSyntax};
use crate::values::Bound;

impl sealed::Sealed for Sqlite {}

impl Backend for Sqlite {
    // NaN is stored as NULL and -0.0 as the integer 0: https://sqlite.org/floatingpoint.html
    const FLOATS: FloatLimits = FloatLimits { nan: false, infinite: true, negative_zero: false };
    const DIALECT: Dialect = Dialect {
        quote: '"',
        placeholder: '?',
        // The driver asks for the name of each placeholder before it binds a value, and SQLite looks through all names
        // for each: the time would grow with the square of their number. Those without a number have no name.
        numbered: false,
        // SQLITE_MAX_VARIABLE_NUMBER: https://sqlite.org/limits.html
        bind_limit: 32_766,
        union: None,
        saves_in_one: false,
        delete_from: "DELETE FROM ",
        deletes_by_joins: false,
        // The planner keeps the order of these: https://sqlite.org/optoverview.html#manual_control_of_query_plans_using_cross_join
        join_in_order: " CROSS JOIN ",
        joins_lists: true,
        // With an index of its own making on the list, or without any for a pair of columns.
        scans_for_lists: true,
        arrays: None,
        update_rows: usize::MAX,
        update_cells: usize::MAX,
        // A transaction that reads first can never be upgraded once somebody else wrote (SQLITE_BUSY_SNAPSHOT).
        begin_write: "BEGIN IMMEDIATE",
        begin_read: "BEGIN",
        begin_after_wait: "BEGIN IMMEDIATE",
        names_ignore_case: true,
        // Who writes holds the whole database.
        share_lock: "",
        update_lock: "",
        reads_old_snapshots: false,
        writes_by_snapshot: false,
        isolation: IsolationSyntax::Fixed,
        has_dirty_reads: true,
    };
    const CANCEL_SAFE: CancelSafe = CancelSafe::All;
    const PARSES_UNNAMED_APART: bool = false;

    fn bind_number(arguments: &mut Bound<Self>, number: i64) -> Result<(), BoxDynError> {
        arguments.add(number)
    }

    fn read_number(row: &SqliteRow, at: usize) -> Result<Option<i64>, sqlx::Error> {
        row.try_get(at)
    }

    fn value(row: &SqliteRow, at: usize) -> Result<SqliteValueRef<'_>, sqlx::Error> {
        row.try_get_raw(at)
    }

    fn execute(
        conn: &mut SqliteConnection,
        sql: Arc<str>,
        arguments: SqliteArguments,
        persistent: bool,
    ) -> Pending<'_, u64> {
        Box::pin(async move {
            let query = sqlx::query_with(AssertSqlSafe(sql), arguments).persistent(persistent);
            Ok(query.execute(conn).await?.rows_affected())
        })
    }

    fn fetch_all(
        conn: &mut SqliteConnection,
        sql: Arc<str>,
        arguments: SqliteArguments,
        persistent: bool,
    ) -> Pending<'_, Vec<SqliteRow>> {
        let query = sqlx::query_with(AssertSqlSafe(sql), arguments).persistent(persistent);
        Box::pin(query.fetch_all(conn))
    }

    fn describe<'c>(
        conn: &'c mut SqliteConnection,
        schema: Option<&'static str>,
        table: &'static str,
        _: Arc<str>,
        persistent: bool,
    ) -> Pending<'c, Vec<Described<Self>>> {
        Box::pin(async move {
            // `table_xinfo` also lists generated columns, which a `read_only` field may read.
            let rows = match schema {
                None => sqlx::query("SELECT name, type FROM pragma_table_xinfo(?1)").bind(table),
                Some(schema) => {
                    sqlx::query("SELECT name, type FROM pragma_table_xinfo(?1, ?2)").bind(table).bind(schema)
                }
            };
            let rows = rows.persistent(persistent).fetch_all(conn).await?;
            rows.iter()
                .map(|row| {
                    let (name, declared) = (row.try_get(0)?, row.try_get(1)?);
                    Ok(Described { name, declared, slot: None, ty: None, is_own_type: false })
                })
                .collect()
        })
    }

    fn fits(
        column: &Described<Self>,
        sent: &SqliteTypeInfo,
        _: fn(&SqliteTypeInfo) -> bool,
        _: Role,
    ) -> bool {
        use Affinity::{Blob, Integer, Numeric, Real, Text};

        let affinity = Affinity::of(&column.declared);
        match sent.name() {
            "INTEGER" | "BOOLEAN" => matches!(affinity, Integer | Numeric | Blob),
            // NUMERIC keeps 1.0 as the integer 1, which does not read back as a float.
            "REAL" => matches!(affinity, Real | Blob),
            // NUMERIC and INTEGER turn the text '007' into the number 7.
            "TEXT" => matches!(affinity, Text | Blob),
            "DATE" | "TIME" | "DATETIME" => matches!(affinity, Text | Numeric | Blob),
            // Bytes stay bytes wherever they are put.
            "BLOB" => matches!(affinity, Text | Numeric | Blob),
            _ => true,
        }
    }

    fn isolation(conn: &mut SqliteConnection) -> Pending<'_, Level> {
        Box::pin(async move {
            // A transaction is a snapshot, but for a shared cache: https://sqlite.org/isolation.html
            let sql = "PRAGMA read_uncommitted";
            announce::<Self>(Purpose::Describe, sql);
            let dirty: i64 = sqlx::raw_sql(sql).fetch_one(conn).await?.try_get(0)?;
            let name = if dirty == 0 { "SERIALIZABLE" } else { "READ UNCOMMITTED" };
            Ok(Level { name: name.to_owned(), keeps_snapshot: dirty == 0, reads_uncommitted: dirty != 0 })
        })
    }

    fn after(conn: &mut SqliteConnection, meaning: Meaning) -> Pending<'_, After> {
        Box::pin(async move {
            // Somebody wrote since this transaction's snapshot: it can read on, but never write.
            if meaning == Meaning::Rerun {
                return Ok(After::Over);
            }
            // Refused within a transaction. If it is not, the engine had ended the transaction (a full disk,
            // RAISE(ROLLBACK)), and the driver, which did not hear of it, has one to roll back again.
            announce::<Self>(Purpose::Check, "BEGIN");
            let within = Self::command(conn, String::from("BEGIN")).await.is_err();
            Ok(if within { After::GoesOn } else { After::Over })
        })
    }

    fn has_failed(_: &sqlx::Error) -> bool {
        false
    }

    fn command(conn: &mut SqliteConnection, sql: String) -> Pending<'_, ()> {
        Box::pin(async move { sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await.map(drop) })
    }

    fn meaning(error: &sqlx::Error) -> Meaning {
        if is_lost(error) {
            return Meaning::Lost;
        }
        let code = error.as_database_error().and_then(DatabaseError::code);
        let Some(code) = code.and_then(|code| code.parse::<u32>().ok()) else {
            return Meaning::Other;
        };
        // Extended result codes: https://sqlite.org/rescode.html
        match code {
            // SQLITE_CONSTRAINT_UNIQUE, _PRIMARYKEY, _ROWID
            2067 | 1555 | 2579 => Meaning::Violated(ConstraintKind::Unique),
            787 => Meaning::Violated(ConstraintKind::ForeignKey),
            1299 => Meaning::Violated(ConstraintKind::NotNull),
            275 => Meaning::Violated(ConstraintKind::Check),
            // SQLITE_CONSTRAINT_TRIGGER, which ON DELETE RESTRICT is told as, and a user's RAISE(ABORT) too.
            1811 if is_foreign_key(error) => Meaning::Violated(ConstraintKind::ForeignKey),
            // SQLITE_IOERR: a COMMIT whose last sync failed may be found in the journal later.
            code if code & 0xff == 10 => Meaning::Lost,
            // SQLITE_BUSY_SNAPSHOT says that anybody wrote, not that this aggregate was written.
            517 => Meaning::Rerun,
            // SQLITE_BUSY, SQLITE_LOCKED, by their low byte.
            code if matches!(code & 0xff, 5 | 6) => Meaning::Contended,
            _ => Meaning::Other,
        }
    }

    fn may_blame(error: &sqlx::Error, table: &str, columns: &[&str]) -> bool {
        // UNIQUE constraint failed: t.a, t.b
        let named = error.as_database_error().and_then(|error| error.message().split_once(": "));
        let prefix = format!("{table}.").to_ascii_lowercase();
        named.is_some_and(|(_, named)| {
            let named = named.to_ascii_lowercase();
            let of_table: Option<Vec<_>> =
                named.split(", ").map(|name| name.strip_prefix(&*prefix)).collect();
            of_table.is_some_and(|named| are_same(named.into_iter(), columns))
        })
    }
}

fn is_foreign_key(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.message() == "FOREIGN KEY constraint failed")
}

/// What a column does to the values stored in it, by its declared type: <https://sqlite.org/datatype3.html>
enum Affinity {
    Integer,
    Text,
    Blob,
    Real,
    Numeric,
}

impl Affinity {
    fn of(declared: &str) -> Self {
        let declared = declared.to_ascii_uppercase();
        let has = |part: &str| declared.contains(part);
        if has("INT") {
            Self::Integer
        } else if has("CHAR") || has("CLOB") || has("TEXT") {
            Self::Text
        } else if has("BLOB") || declared.is_empty() {
            Self::Blob
        } else if has("REAL") || has("FLOA") || has("DOUB") {
            Self::Real
        } else {
            Self::Numeric
        }
    }
}
