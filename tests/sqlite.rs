//! The behaviour suite on SQLite.
#![cfg(feature = "sqlite")]

#[macro_use]
#[path = "suite/behaviour/list.rs"]
mod list;

#[path = "suite/behaviour/mod.rs"]
mod behaviour;

type Db = sqlx::Sqlite;

suite!(run);

#[path = "sqlite/killed.rs"]
mod killed;

#[path = "sqlite/plans.rs"]
mod plans;
