//! The behaviour suite on PostgreSQL, on the server that `AGGREGATE_TEST_POSTGRES` names.
//!
//! Without the feature `postgres` every test is listed as ignored.

#[macro_use]
#[path = "suite/behaviour/list.rs"]
mod list;

#[macro_use]
#[path = "suite/repository/list.rs"]
mod repository_list;

#[cfg(feature = "postgres")]
#[path = "suite/behaviour/mod.rs"]
mod behaviour;

#[cfg(feature = "postgres")]
type Db = sqlx::Postgres;

#[cfg(feature = "postgres")]
suite!(run);

#[cfg(not(feature = "postgres"))]
suite!(ignored "needs PostgreSQL: run `cargo xtask test`");

#[cfg(feature = "postgres")]
#[path = "suite/repository/mod.rs"]
mod repositories;

#[cfg(feature = "postgres")]
#[path = "suite/repository/on_rows.rs"]
mod source;

#[cfg(feature = "postgres")]
repositories!(run);

#[cfg(not(feature = "postgres"))]
repositories!(ignored "needs PostgreSQL: run `cargo xtask test`");

#[cfg(feature = "postgres")]
#[path = "postgres/policies.rs"]
mod policies;

#[cfg(feature = "postgres")]
#[path = "postgres/pooler/mod.rs"]
mod pooler;

#[cfg(feature = "postgres")]
#[path = "suite/doubt/mod.rs"]
mod doubt;
