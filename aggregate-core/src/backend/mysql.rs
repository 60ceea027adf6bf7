//! `MariaDB` and `MySQL`.

use std::collections::HashMap;
use std::sync::Arc;

use sqlx::error::BoxDynError;
use sqlx::mysql::{
    MySqlArguments, MySqlColumn, MySqlConnection, MySqlDatabaseError, MySqlRow, MySqlTypeInfo, MySqlValueRef,
};
use sqlx::{AssertSqlSafe, Column, Connection, MySql, Row, TypeInfo};

use super::{After, Backend, CancelSafe, Described, Level, Meaning, Pending, Role, is_lost, sealed};
use crate::equality::FloatLimits;
use crate::error::ConstraintKind;
use crate::session::{Purpose, announce};
use crate::sql::{Dialect, IsolationSyntax, Union};
use crate::values::Bound;

/// The columns of a table as they were declared. The casts are for MySQL, which gives them as bytes.
const DECLARED: &str = "SELECT CAST(column_name AS CHAR), CAST(column_type AS CHAR), CAST(collation_name AS CHAR) \
     FROM information_schema.columns WHERE table_schema = coalesce(?, database()) AND table_name = ?";

impl sealed::Sealed for MySql {}

impl Backend for MySql {
    const FLOATS: FloatLimits = FloatLimits { nan: false, infinite: false, negative_zero: false };
    const DIALECT: Dialect = Dialect {
        quote: '`',
        placeholder: '?',
        numbered: false,
        // The protocol counts a statement's parameters in 16 bits.
        bind_limit: 65_535,
        union: Some(Union {
            tag_cast: "",
            null,
            // Without a limit the order of an arm is dropped:
            // https://mariadb.com/docs/server/reference/sql-statements/data-manipulation/selecting-data/set-operations/union
            in_order: " LIMIT 18446744073709551615",
        }),
        saves_in_one: false,
        // The form that knows aliases in every version of both.
        delete_from: "DELETE t FROM ",
        deletes_by_joins: true,
        join_in_order: " STRAIGHT_JOIN ",
        joins_lists: false,
        scans_for_lists: false,
        arrays: None,
        // Measured: 128 rows of 10 columns, 32 of 50 and 8 of 200 take the time of a round trip and no more than twice
        // what the same rows take by themselves.
        update_rows: 128,
        update_cells: 2048,
        begin_write: "START TRANSACTION",
        // The level holds for the next transaction only, whatever the session's is.
        begin_read: "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; \
                     START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
        // A statement that writes sees what is stored, whatever the snapshot.
        begin_after_wait: "START TRANSACTION",
        names_ignore_case: true,
        // MariaDB knows no FOR SHARE.
        share_lock: " LOCK IN SHARE MODE",
        update_lock: " FOR UPDATE",
        reads_old_snapshots: true,
        writes_by_snapshot: false,
        isolation: IsolationSyntax::BeforeBegin,
        has_dirty_reads: true,
    };
    // The driver takes the answer to a PREPARE whose future was dropped for a result, and waits for ever.
    const CANCEL_SAFE: CancelSafe = CancelSafe::Nothing;
    const PARSES_UNNAMED_APART: bool = false;

    fn sent_as(ty: &MySqlTypeInfo) -> Option<MySqlTypeInfo> {
        // A parameter of type TIMESTAMP that is not between 1970 and 2038 becomes NULL, whatever the column.
        if ty.name() == "TIMESTAMP" { datetime() } else { None }
    }

    fn bind_number(arguments: &mut Bound<Self>, number: i64) -> Result<(), BoxDynError> {
        arguments.add(number)
    }

    fn read_number(row: &MySqlRow, at: usize) -> Result<Option<i64>, sqlx::Error> {
        row.try_get(at)
    }

    fn value(row: &MySqlRow, at: usize) -> Result<MySqlValueRef<'_>, sqlx::Error> {
        row.try_get_raw(at)
    }

    fn execute(
        conn: &mut MySqlConnection,
        sql: Arc<str>,
        arguments: MySqlArguments,
        persistent: bool,
    ) -> Pending<'_, u64> {
        Box::pin(async move {
            let query = sqlx::query_with(AssertSqlSafe(sql), arguments).persistent(persistent);
            // Of rows that were matched, since the driver sets CLIENT_FOUND_ROWS.
            Ok(query.execute(conn).await?.rows_affected())
        })
    }

    fn fetch_all(
        conn: &mut MySqlConnection,
        sql: Arc<str>,
        arguments: MySqlArguments,
        persistent: bool,
    ) -> Pending<'_, Vec<MySqlRow>> {
        let query = sqlx::query_with(AssertSqlSafe(sql), arguments).persistent(persistent);
        Box::pin(query.fetch_all(conn))
    }

    fn describe<'c>(
        conn: &'c mut MySqlConnection,
        schema: Option<&'static str>,
        table: &'static str,
        all_columns: Arc<str>,
        persistent: bool,
    ) -> Pending<'c, Vec<Described<Self>>> {
        Box::pin(async move {
            // Unprepared, since the driver remembers what a statement's columns were when it was prepared. The
            // answer has the driver's types, but not the precision of times.
            let row = match sqlx::raw_sql(AssertSqlSafe(all_columns)).fetch_one(&mut *conn).await {
                Ok(row) => row,
                // ER_BAD_DB_ERROR, ER_NO_SUCH_TABLE
                Err(error) if matches!(code(&error), Some(1049 | 1146)) => return Ok(Vec::new()),
                Err(error) => return Err(error),
            };
            let query = sqlx::query_as(DECLARED).bind(schema).bind(table).persistent(persistent);
            let rows: Vec<(String, String, Option<String>)> = query.fetch_all(conn).await?;
            let declared: HashMap<_, _> =
                rows.into_iter().map(|(name, ty, collation)| (name, (ty, collation))).collect();
            let described = |column: &MySqlColumn| {
                let (declared, collation) = declared
                    .get(column.name())
                    .cloned()
                    .unwrap_or_else(|| (column.type_info().name().to_lowercase(), None));
                // A union mixes no collations.
                let slot = collation.map(|collation| format!("{declared} collate {collation}"));
                let (name, ty) = (column.name().to_owned(), Some(column.type_info().clone()));
                Described { name, declared, slot, ty, is_own_type: false }
            };
            Ok(row.columns().iter().map(described).collect())
        })
    }

    fn fits(
        column: &Described<Self>,
        sent: &MySqlTypeInfo,
        reads: fn(&MySqlTypeInfo) -> bool,
        role: Role,
    ) -> bool {
        let declared = &*column.declared;
        // What is stored and read back as something else, without an error.
        let keeps = match sent.name() {
            // https://mariadb.com/docs/server/reference/data-types/date-and-time-data-types/microseconds-in-mariadb
            "TIMESTAMP" | "DATETIME" | "TIME" => declared.contains("(6)"),
            // FLOAT(7,2) rounds.
            "DOUBLE" => declared.starts_with("double") && !declared.contains('('),
            "FLOAT" => !declared.contains('('),
            // A text takes bytes for text, and the type UUID wants a text.
            "BLOB" => declared.contains("binary") || declared.contains("blob"),
            _ => true,
        };
        column.ty.as_ref().is_none_or(reads) && (keeps || role == Role::ReadOnly)
    }

    fn isolation(conn: &mut MySqlConnection) -> Pending<'_, Level> {
        Box::pin(async move {
            // `tx_isolation` is its name in MariaDB, and was in MySQL.
            let sql = "SHOW VARIABLES WHERE Variable_name IN ('transaction_isolation', 'tx_isolation')";
            announce::<Self>(Purpose::Describe, sql);
            let name: String = sqlx::raw_sql(sql).fetch_one(&mut *conn).await?.try_get(1)?;
            let keeps_snapshot =
                conn.is_in_transaction() && matches!(&*name, "REPEATABLE-READ" | "SERIALIZABLE");
            let reads_uncommitted = name == "READ-UNCOMMITTED";
            Ok(Level { name, keeps_snapshot, reads_uncommitted })
        })
    }

    fn after(conn: &mut MySqlConnection, meaning: Meaning) -> Pending<'_, After> {
        Box::pin(async move {
            Ok(match meaning {
                Meaning::Violated(_) => After::GoesOn,
                // The statement alone was undone, unless the server is set to undo all.
                Meaning::Contended => {
                    let sql = "SELECT @@innodb_rollback_on_timeout";
                    announce::<Self>(Purpose::Check, sql);
                    let undoes_all: i64 = sqlx::raw_sql(sql).fetch_one(conn).await?.try_get(0)?;
                    if undoes_all == 0 { After::GoesOn } else { After::Over }
                }
                // A deadlock ends the transaction: what followed would be stored at once.
                _ => After::Over,
            })
        })
    }

    fn has_failed(_: &sqlx::Error) -> bool {
        false
    }

    fn command(conn: &mut MySqlConnection, sql: String) -> Pending<'_, ()> {
        Box::pin(async move { sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await.map(drop) })
    }

    fn meaning(error: &sqlx::Error) -> Meaning {
        if is_lost(error) {
            return Meaning::Lost;
        }
        // https://mariadb.com/docs/server/reference/error-codes/mariadb-error-code-reference
        // https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
        match code(error).unwrap_or_default() {
            // ER_DUP_KEY, ER_DUP_ENTRY, ER_DUP_ENTRY_WITH_KEY_NAME
            1022 | 1062 | 1586 => Meaning::Violated(ConstraintKind::Unique),
            // ER_NO_REFERENCED_ROW, ER_ROW_IS_REFERENCED, and both with the constraint's name
            1216 | 1217 | 1451 | 1452 => Meaning::Violated(ConstraintKind::ForeignKey),
            // ER_BAD_NULL_ERROR, ER_NO_DEFAULT_FOR_FIELD
            1048 | 1364 => Meaning::Violated(ConstraintKind::NotNull),
            // ER_CONSTRAINT_FAILED of MariaDB, ER_CHECK_CONSTRAINT_VIOLATED of MySQL
            4025 | 3819 => Meaning::Violated(ConstraintKind::Check),
            // ER_CHECKREAD (a row changed since the snapshot), ER_LOCK_DEADLOCK
            1020 | 1213 => Meaning::Rerun,
            // ER_LOCK_WAIT_TIMEOUT, ER_QUERY_INTERRUPTED, time-outs of a statement in both, NOWAIT in MySQL
            1205 | 1317 | 1969 | 3024 | 3572 => Meaning::Contended,
            // A shutdown, a connection that was killed; either may follow a commit whose answer it swallows.
            1053 | 1927 | 2006 | 2013 => Meaning::Lost,
            _ => Meaning::Other,
        }
    }

    fn may_blame(error: &sqlx::Error, _: &str, _: &[&str]) -> bool {
        // Duplicate entry '1' for key 'PRIMARY': MariaDB does not say of which table.
        error.as_database_error().is_some_and(|error| error.message().ends_with("PRIMARY'"))
    }
}

fn code(error: &sqlx::Error) -> Option<u16> {
    Some(error.as_database_error()?.try_downcast_ref::<MySqlDatabaseError>()?.number())
}

/// DATETIME; where no crate of times is switched on, there is no value to send as one.
#[allow(unreachable_code, reason = "either crate will do")]
fn datetime() -> Option<MySqlTypeInfo> {
    #[cfg(feature = "chrono")]
    return Some(<chrono::NaiveDateTime as sqlx::Type<MySql>>::type_info());
    #[cfg(feature = "time")]
    return Some(<time::PrimitiveDateTime as sqlx::Type<MySql>>::type_info());
    None
}

/// A NULL that leaves a slot's type as it is. MariaDB makes an unsigned number and a bare NULL a decimal.
fn null(ty: &str, _: bool) -> String {
    if ty.contains("unsigned") { "CAST(NULL AS UNSIGNED)" } else { "NULL" }.to_owned()
}
