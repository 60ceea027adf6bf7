//! `PostgreSQL`.

mod arrays;
mod own_types;

use std::sync::Arc;

use sqlx::error::BoxDynError;
use sqlx::postgres::{
    PgArgumentBuffer, PgArguments, PgColumn, PgConnection, PgDatabaseError, PgRow, PgSeverity, PgTypeInfo,
    PgValueRef,
};
use sqlx::{AssertSqlSafe, Column, Connection, Encode, Executor, Postgres, Row, SqlSafeStr, TypeInfo};

use super::{
    After, Backend, CancelSafe, Described, Level, Meaning, OUT_OF_BAND, Pending, Role, are_same, is_lost,
    sealed,
};
use crate::equality::FloatLimits;
use crate::error::ConstraintKind;
use crate::session::{Purpose, announce};
use crate::sql::{ArrayRows, Dialect, IsolationSyntax, Union};
use crate::values::{Array, Bound};

impl sealed::Sealed for Postgres {}

impl Backend for Postgres {
    const FLOATS: FloatLimits = FloatLimits { nan: true, infinite: true, negative_zero: true };
    const DIALECT: Dialect = Dialect {
        quote: '"',
        placeholder: '$',
        numbered: true,
        // The protocol counts a statement's parameters in 16 bits.
        bind_limit: 65_535,
        // The first arm casts its NULLs, so that every slot has its type before the other arms pad theirs.
        union: Some(Union {
            tag_cast: "::int8",
            null: |ty, first| if first { format!("NULL::{ty}") } else { "NULL".to_owned() },
            in_order: "",
        }),
        saves_in_one: true,
        delete_from: "DELETE FROM ",
        deletes_by_joins: false,
        // The planner finds an order by itself, for up to eight tables.
        join_in_order: " JOIN ",
        joins_lists: true,
        scans_for_lists: false,
        // Measured; see docs/performance.md. The planner takes an array for ten rows, so that for fewer it plans anew
        // each time.
        arrays: Some(ArrayRows { inserts: 2, keyed: 9 }),
        update_rows: usize::MAX,
        update_cells: usize::MAX,
        begin_write: "BEGIN",
        begin_read: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        // Others may be the session's default: https://www.postgresql.org/docs/current/transaction-iso.html
        begin_after_wait: "BEGIN ISOLATION LEVEL READ COMMITTED",
        names_ignore_case: false,
        share_lock: " FOR SHARE",
        // As an UPDATE of the version does.
        update_lock: " FOR NO KEY UPDATE",
        reads_old_snapshots: false,
        writes_by_snapshot: true,
        isolation: IsolationSyntax::InBegin,
        has_dirty_reads: false,
    };
    const CANCEL_SAFE: CancelSafe = CancelSafe::Statements;
    const PARSES_UNNAMED_APART: bool = true;

    fn array_of(element: &PgTypeInfo) -> Option<PgTypeInfo> {
        arrays::array_of(element)
    }

    fn append_element<'v, T: Encode<'v, Self>>(
        elements: &mut PgArgumentBuffer,
        value: T,
    ) -> Result<(), BoxDynError> {
        arrays::append(elements, value)
    }

    fn bind_array(arguments: &mut Bound<Self>, array: Array<Self>, rows: usize) -> Result<(), BoxDynError> {
        arguments.add(arrays::Sent::new(array, rows)?)
    }

    fn bind_number(arguments: &mut Bound<Self>, number: i64) -> Result<(), BoxDynError> {
        arguments.add(number)
    }

    fn read_number(row: &PgRow, at: usize) -> Result<Option<i64>, sqlx::Error> {
        row.try_get(at)
    }

    fn value(row: &PgRow, at: usize) -> Result<PgValueRef<'_>, sqlx::Error> {
        row.try_get_raw(at)
    }

    fn prepare(conn: &mut PgConnection, sql: Arc<str>, types: Vec<PgTypeInfo>) -> Pending<'_, ()> {
        // The driver looks it up, or asks the server and keeps the answer.
        Box::pin(async move { conn.prepare_with(AssertSqlSafe(sql).into_sql_str(), &types).await.map(drop) })
    }

    fn execute(
        conn: &mut PgConnection,
        sql: Arc<str>,
        arguments: PgArguments,
        persistent: bool,
    ) -> Pending<'_, u64> {
        Box::pin(async move {
            let query = sqlx::query_with(AssertSqlSafe(sql), arguments).persistent(persistent);
            Ok(query.execute(conn).await?.rows_affected())
        })
    }

    fn fetch_all(
        conn: &mut PgConnection,
        sql: Arc<str>,
        arguments: PgArguments,
        persistent: bool,
    ) -> Pending<'_, Vec<PgRow>> {
        let query = sqlx::query_with(AssertSqlSafe(sql), arguments).persistent(persistent);
        Box::pin(query.fetch_all(conn))
    }

    fn name_types(arguments: &mut PgArguments, names: &[String]) -> Result<(), BoxDynError> {
        own_types::name(arguments, names)
    }

    fn describe<'c>(
        conn: &'c mut PgConnection,
        _: Option<&'static str>,
        _: &'static str,
        all_columns: Arc<str>,
        persistent: bool,
    ) -> Pending<'c, Vec<Described<Self>>> {
        Box::pin(async move {
            // Unprepared, since the driver remembers what a statement's columns were when it was prepared.
            let look = || sqlx::raw_sql(AssertSqlSafe(Arc::clone(&all_columns)));
            let mut row = match look().fetch_one(&mut *conn).await {
                Ok(row) => row,
                Err(error) if code(&error) == Some("42P01") => return Ok(Vec::new()),
                Err(error) => return Err(error),
            };
            let unknown = own_types::unknown(&row);
            if !unknown.is_empty() {
                own_types::ask(conn, &unknown, persistent).await?;
                row = look().fetch_one(conn).await?;
            }
            let described = |column: &PgColumn| Described {
                name: column.name().to_owned(),
                // The driver's name of `"char"` is not the server's.
                declared: column.type_info().name().replace("\"CHAR\"", "\"char\""),
                slot: None,
                ty: Some(column.type_info().clone()),
                is_own_type: own_types::is_own(column.type_info()),
            };
            Ok(row.columns().iter().map(described).collect())
        })
    }

    fn fits(column: &Described<Self>, _: &PgTypeInfo, reads: fn(&PgTypeInfo) -> bool, role: Role) -> bool {
        // CHAR(n) pads what it stores but is compared without the padding, so that no key equals itself.
        column.ty.as_ref().is_none_or(reads) && !(role == Role::Key && column.declared == "CHAR")
    }

    fn isolation(conn: &mut PgConnection) -> Pending<'_, Level> {
        Box::pin(async move {
            let sql = "SHOW transaction_isolation";
            announce::<Self>(Purpose::Describe, sql);
            let name: String = sqlx::raw_sql(sql).fetch_one(&mut *conn).await?.try_get(0)?;
            let keeps_snapshot =
                conn.is_in_transaction() && matches!(&*name, "repeatable read" | "serializable");
            // It is READ COMMITTED under another name here, and refused so that all databases agree.
            let reads_uncommitted = name == "read uncommitted";
            Ok(Level { name, keeps_snapshot, reads_uncommitted })
        })
    }

    fn after(_: &mut PgConnection, meaning: Meaning) -> Pending<'_, After> {
        // Any error fails the transaction: https://www.postgresql.org/docs/current/protocol-flow.html
        let after = if meaning == Meaning::Lost { After::Over } else { After::Failed };
        Box::pin(async move { Ok(after) })
    }

    fn has_failed(error: &sqlx::Error) -> bool {
        // in_failed_sql_transaction
        code(error) == Some("25P02")
    }

    fn command(conn: &mut PgConnection, sql: String) -> Pending<'_, ()> {
        Box::pin(async move { sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await.map(drop) })
    }

    fn meaning(error: &sqlx::Error) -> Meaning {
        if is_lost(error) || is_panic(error) {
            return Meaning::Lost;
        }
        // https://www.postgresql.org/docs/current/errcodes-appendix.html
        match code(error).unwrap_or_default() {
            "23505" => Meaning::Violated(ConstraintKind::Unique),
            "23503" | "23001" => Meaning::Violated(ConstraintKind::ForeignKey),
            "23502" => Meaning::Violated(ConstraintKind::NotNull),
            "23514" => Meaning::Violated(ConstraintKind::Check),
            "23P01" => Meaning::Violated(ConstraintKind::Exclusion),
            // serialization_failure, deadlock_detected
            "40001" | "40P01" => Meaning::Rerun,
            // lock_not_available; query_canceled, which a statement time-out is
            "55P03" | "57014" => Meaning::Contended,
            // statement_completion_unknown; a shutdown may follow a commit whose answer it swallows
            "40003" | "57P01" | "57P02" => Meaning::Lost,
            "22P02" => out_of_band_arm(error).map_or(Meaning::Other, Meaning::OutOfBand),
            class if class.starts_with("08") => Meaning::Lost,
            _ => Meaning::Other,
        }
    }

    fn may_blame(error: &sqlx::Error, table: &str, columns: &[&str]) -> bool {
        let error = error.as_database_error().and_then(|e| e.try_downcast_ref::<PgDatabaseError>());
        let Some(error) = error else { return false };
        // Key (tenant, "Id")=(1, 2) already exists.
        let named = error.detail().and_then(|detail| Some(detail.split_once('(')?.1.split_once(")=(")?.0));
        error.table() == Some(table)
            && match named {
                Some(named) => are_same(named.replace('"', "").split(", "), columns),
                // Where policies guard the rows the server does not tell which.
                None => error.constraint() == Some(&*format!("{table}_pkey")),
            }
    }
}

fn code(error: &sqlx::Error) -> Option<&str> {
    Some(error.as_database_error()?.try_downcast_ref::<PgDatabaseError>()?.code())
}

/// Whether the whole server went down: what it was writing, it may find in its log when it starts again.
fn is_panic(error: &sqlx::Error) -> bool {
    let error = error.as_database_error().and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
    error.is_some_and(|error| error.severity() == PgSeverity::Panic)
}

/// The arm that our own failing cast names.
fn out_of_band_arm(error: &sqlx::Error) -> Option<usize> {
    let (_, arm) = error.as_database_error()?.message().split_once(OUT_OF_BAND)?;
    let digits = arm.find(|c: char| !c.is_ascii_digit()).unwrap_or(arm.len());
    arm[..digits].parse().ok()
}
