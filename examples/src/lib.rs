//! The examples of `aggregate-core`, each started with `cargo run --example NAME`:
//!
//! - `quickstart`: create a table, save an aggregate, load it, change it, save it again;
//! - `unit_of_work`: money that moves between aggregates, by many tasks at once;
//! - `conflict`: two writers, and the loop that redoes what was refused;
//! - `unversioned`: views and comments, which never come between the authors of an article;
//! - `offline_edit`: an invoice in two browsers at once, with `ETag`, `If-Match` and both sides shown where they meet;
//! - `in_doubt`: time-outs that cut saves short at any moment, and payments that are booked once all the same;
//! - `unnamed_statements`: what statements cost that leave nothing on a pooler's server connections;
//! - `invoices`: 412 real invoices, the lost-update trap, and how the root's version closes it.

/// Compiled as doc tests, so that the guide stays true.
#[doc = include_str!("../../docs/columns.md")]
mod columns {}

/// As the other one.
#[doc = include_str!("../../docs/transactions.md")]
mod transactions {}
