//! SQL text. Nothing here names a type of sqlx.

mod begin;
mod delete;
mod dialect;
mod one;
mod path;
mod select;
mod text;
mod write;

pub(crate) use begin::begin;
pub(crate) use delete::{delete_below, delete_below_rows, delete_in_one, delete_root};
#[allow(unreachable_pub, reason = "named by a sealed public trait")]
pub use dialect::Dialect;
pub(crate) use dialect::{IsolationSyntax, Lock, Union};
pub(crate) use one::save_in_one;
pub(crate) use select::{all_columns, one_table, union, version};
pub(crate) use text::{Order, Sql};
pub(crate) use write::{Arm, Kind, RootWrite, Set, lock_database, lock_root, step, write_root};

#[cfg(test)]
mod tests;
