#![doc = include_str!("../README.md")]

// The derives name this crate from outside; its own tests use them too.
#[cfg(test)]
extern crate self as aggregate_core;

mod backend;
mod child;
mod column;
mod diff;
mod entity;
mod equality;
mod error;
mod etag;
mod invariant;
mod layout;
mod line;
mod load;
mod mask;
mod observe;
mod order;
mod plan;
#[doc(hidden)]
pub mod private;
mod report;
mod repository;
#[cfg(test)]
mod samples;
mod save;
pub mod schema;
mod session;
mod sql;
mod tables;
#[cfg(feature = "testing")]
pub mod testing;
mod three;
mod tracked;
mod unit;
mod values;
mod version;

#[doc(hidden)]
pub use private as __private;

/// What makes the methods of a [`Repository`] of your own async.
pub use async_trait::async_trait;
pub use backend::Backend;
pub use column::{Column, JsonColumn, ViaColumn};
pub use entity::{Aggregate, Cardinality, Entity, Persist};
pub use error::{Closed, Conflict, ConflictReason, ConstraintKind, Error, Inconsistency, SchemaProblem};
pub use etag::{EtagError, IfMatch};
pub use report::{Changes, SaveReport, TableWrites};
pub use repository::{
    Explanation, MemoryRepository, Rejected, Repository, RepositoryExt, RetryPolicy, RowRepository,
    SqlRepository, UpdateError, Updated,
};
pub use sqlx;
pub use three::{RowChange, RowDifference, ThreeWayDiff};
pub use tracked::Tracked;
pub use unit::{Isolation, Savepoint, UnitConnection, UnitOfWork, UnitOptions, UnitRepository};
pub use version::Version;

#[cfg(feature = "derive")]
pub use aggregate_core_derive::{Aggregate, Entity};

/// A repository on `MariaDB`, or on `MySQL`, which is not tested.
#[cfg(feature = "mysql")]
pub type MySqlRepository<A> = SqlRepository<A, sqlx::MySql>;

/// A repository on `PostgreSQL`.
#[cfg(feature = "postgres")]
pub type PgRepository<A> = SqlRepository<A, sqlx::Postgres>;

/// A repository on `SQLite`.
#[cfg(feature = "sqlite")]
pub type SqliteRepository<A> = SqlRepository<A, sqlx::Sqlite>;
