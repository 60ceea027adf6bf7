//! Tables written down once and created on every database.

use sqlx::{AssertSqlSafe, Database, Executor, Pool};

use crate::Failure;
pub use Kind::{Int, Text};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A number of 64 bits, never NULL.
    Int,
    /// A short text, or NULL.
    Text,
}

/// A table with a numeric `id`.
#[derive(Debug, Clone)]
pub struct Table {
    name: String,
    columns: Vec<(String, Kind)>,
    /// The parent and the column that refers to it.
    above: Option<(String, String)>,
}

impl Table {
    /// A table with this name and an `id`.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), columns: Vec::new(), above: None }
    }

    /// With a column.
    #[must_use]
    pub fn column(mut self, name: &str, kind: Kind) -> Self {
        self.columns.push((name.to_owned(), kind));
        self
    }

    /// With a foreign key to this table, and an index on it.
    #[must_use]
    pub fn below(mut self, table: &str, foreign_key: &str) -> Self {
        self.above = Some((table.to_owned(), foreign_key.to_owned()));
        self
    }

    /// The statements that create it.
    fn statements(&self, dialect: &Dialect) -> Vec<String> {
        let ty = |kind| if kind == Int { dialect.int } else { dialect.text };
        let mut parts = vec![format!("id {} PRIMARY KEY", dialect.id)];
        for (column, kind) in &self.columns {
            let null = if *kind == Int { " NOT NULL" } else { "" };
            parts.push(format!("{column} {}{null}", ty(*kind)));
        }
        let mut statements = Vec::new();
        if let Some((above, key)) = &self.above {
            parts.push(format!("{key} {} NOT NULL", dialect.int));
            parts.push(format!("FOREIGN KEY ({key}) REFERENCES {above} (id)"));
            statements.push(format!("CREATE INDEX {}_{key} ON {} ({key})", self.name, self.name));
        }
        statements.insert(0, format!("CREATE TABLE {} ({})", self.name, parts.join(", ")));
        statements
    }
}

/// The types of a database.
struct Dialect {
    id: &'static str,
    int: &'static str,
    text: &'static str,
}

impl Dialect {
    fn of(database: &str) -> Self {
        match database {
            "SQLite" => Self { id: "INTEGER", int: "INTEGER", text: "TEXT" },
            "PostgreSQL" => Self { id: "BIGINT", int: "BIGINT", text: "TEXT" },
            _ => Self { id: "BIGINT", int: "BIGINT", text: "VARCHAR(100)" },
        }
    }
}

/// Creates the tables, which stand in the order of their foreign keys.
///
/// # Errors
///
/// If the database refuses.
pub async fn create<DB: Database>(pool: &Pool<DB>, tables: &[Table]) -> Result<(), Failure>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    let statements = tables.iter().flat_map(|table| table.statements(&Dialect::of(DB::NAME)));
    run(pool, statements).await
}

/// Makes the database look at what the tables hold, as it does by itself sooner or later.
///
/// # Errors
///
/// If the database refuses.
pub async fn analyze<DB: Database>(pool: &Pool<DB>, tables: &[Table]) -> Result<(), Failure>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    let word = if DB::NAME == "MySQL" { "ANALYZE TABLE" } else { "ANALYZE" };
    run(pool, tables.iter().map(|table| format!("{word} {}", table.name))).await
}

async fn run<DB: Database>(pool: &Pool<DB>, statements: impl Iterator<Item = String>) -> Result<(), Failure>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    let mut conn = pool.acquire().await?;
    for sql in statements {
        (*conn).execute(AssertSqlSafe(sql)).await?;
    }
    Ok(())
}
