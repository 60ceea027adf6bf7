//! The behaviour suite on MariaDB, on the server that `AGGREGATE_TEST_MARIADB` names.
//!
//! Without the feature `mysql` every test is listed as ignored.

#[macro_use]
#[path = "suite/behaviour/list.rs"]
mod list;

#[macro_use]
#[path = "suite/repository/list.rs"]
mod repository_list;

#[cfg(feature = "mysql")]
#[path = "suite/behaviour/mod.rs"]
mod behaviour;

#[cfg(feature = "mysql")]
type Db = sqlx::MySql;

#[cfg(feature = "mysql")]
suite!(run);

#[cfg(not(feature = "mysql"))]
suite!(ignored "needs MariaDB: run `cargo xtask test`");

#[cfg(feature = "mysql")]
#[path = "suite/repository/mod.rs"]
mod repositories;

#[cfg(feature = "mysql")]
#[path = "suite/repository/on_rows.rs"]
mod source;

#[cfg(feature = "mysql")]
repositories!(run);

#[cfg(not(feature = "mysql"))]
repositories!(ignored "needs MariaDB: run `cargo xtask test`");

#[cfg(feature = "mysql")]
#[path = "mariadb/types.rs"]
mod types;

#[cfg(feature = "mysql")]
#[path = "mariadb/wide.rs"]
mod wide;

#[cfg(feature = "mysql")]
#[path = "suite/doubt/mod.rs"]
mod doubt;
