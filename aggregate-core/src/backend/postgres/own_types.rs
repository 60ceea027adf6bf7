//! Types of the user's own, such as enums, which the driver knows by what it asks on each connection.
//!
//! For the columns of a statement it asks between parsing and running it, by a simple query, which makes the server
//! forget an unnamed statement; for the types of its values it asks before. So a NULL of each type stands among the
//! values, which the text of the statement does not use.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgArguments, PgConnection, PgRow, PgTypeInfo};
use sqlx::{Arguments, Column, Connection, Encode, Executor, Postgres, Row, Type, TypeInfo};

/// The first number of what is not the system's: <https://www.postgresql.org/docs/current/system-catalog-initial-data.html>
const FIRST_OWN: u32 = 16_384;

/// A NULL of a type that is known by its name.
struct NullOf(&'static str);

impl Type<Postgres> for NullOf {
    fn type_info() -> PgTypeInfo {
        <String as Type<Postgres>>::type_info()
    }
}

impl Encode<'_, Postgres> for NullOf {
    fn encode_by_ref(&self, _: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Ok(IsNull::Yes)
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(PgTypeInfo::with_name(self.0))
    }
}

/// Makes the driver ask for these types before it parses the statement.
pub(super) fn name(arguments: &mut PgArguments, names: &[String]) -> Result<(), BoxDynError> {
    names.iter().try_for_each(|name| Arguments::add(arguments, NullOf(kept(name))))
}

/// The name for as long as the program runs, which the driver asks for; each is kept once.
fn kept(name: &str) -> &'static str {
    static NAMES: Mutex<BTreeSet<&str>> = Mutex::new(BTreeSet::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    names.get(name).copied().unwrap_or_else(|| {
        let name: &'static str = String::from(name).leak();
        names.insert(name);
        name
    })
}

pub(super) fn is_own(ty: &PgTypeInfo) -> bool {
    ty.oid().is_some_and(|Oid(oid)| oid >= FIRST_OWN)
}

/// The types of a row that the driver knows by their numbers only.
pub(super) fn unknown(row: &PgRow) -> Vec<Oid> {
    let types = row.columns().iter().map(Column::type_info);
    types.filter(|ty| is_own(ty) && ty.name() == "?").filter_map(PgTypeInfo::oid).collect()
}

/// Makes the driver learn about these types. In a transaction only where the next round trip may meet another
/// server connection: of one whose future is dropped the driver may not know.
pub(super) async fn ask(conn: &mut PgConnection, types: &[Oid], persistent: bool) -> Result<(), sqlx::Error> {
    let mut sql = String::from("SELECT DISTINCT oid::regtype::text FROM pg_catalog.pg_type WHERE oid IN (0");
    for Oid(oid) in types {
        // Writing to a `String` cannot fail.
        let _ = write!(sql, ", {oid}");
    }
    sql.push(')');
    let rows = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).fetch_all(&mut *conn).await?;
    let names = rows.iter().map(|row| row.try_get(0)).collect::<Result<Vec<String>, _>>()?;
    let mut arguments = PgArguments::default();
    name(&mut arguments, &names).map_err(sqlx::Error::Encode)?;
    let query = sqlx::query_with("SELECT 1", arguments).persistent(false);
    if persistent || conn.is_in_transaction() {
        return conn.execute(query).await.map(drop);
    }
    let mut transaction = conn.begin().await?;
    transaction.execute(query).await?;
    transaction.commit().await
}
