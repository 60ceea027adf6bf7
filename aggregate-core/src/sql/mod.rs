//! SQL text. Nothing here names a type of sqlx.

mod begin;
mod delete;
mod dialect;
mod one;
mod path;
mod select;
mod shape;
mod text;
mod write;

pub(crate) use begin::begin;
use delete::{delete_below, delete_below_rows, delete_in_one, delete_root};
#[allow(unused_imports, reason = "one database takes arrays")]
pub(crate) use dialect::ArrayRows;
#[allow(unreachable_pub, reason = "named by a sealed public trait")]
pub use dialect::Dialect;
pub(crate) use dialect::{IsolationSyntax, Lock, Union};
use one::save_in_one;
use select::version;
pub(crate) use select::{all_columns, one_table, union};
pub(crate) use shape::{Form, Part, Shape, Texts, Write};
pub(crate) use text::{Order, Sql};
use write::{Arm, Kind, Set, lock_root, step, write_root};
pub(crate) use write::{RootWrite, lock_database};

#[cfg(test)]
mod tests;
