//! Where aggregates are kept.

mod sql;

pub use sql::SqlRepository;

/// A repository on `PostgreSQL`.
#[cfg(feature = "postgres")]
pub type PgRepository<A> = SqlRepository<A, sqlx::Postgres>;

/// A repository on `SQLite`.
#[cfg(feature = "sqlite")]
pub type SqliteRepository<A> = SqlRepository<A, sqlx::Sqlite>;
