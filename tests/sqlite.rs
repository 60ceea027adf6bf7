//! The behaviour suite on SQLite.
#![cfg(feature = "sqlite")]

#[macro_use]
#[path = "suite/behaviour/list.rs"]
mod list;

#[macro_use]
#[path = "suite/repository/list.rs"]
mod repository_list;

#[path = "suite/behaviour/mod.rs"]
mod behaviour;

type Db = sqlx::Sqlite;

suite!(run);

#[path = "suite/repository/mod.rs"]
mod repositories;

#[path = "suite/repository/on_rows.rs"]
mod source;

repositories!(run);

#[path = "sqlite/killed.rs"]
mod killed;

#[path = "sqlite/plans.rs"]
mod plans;
