//! The examples of `aggregate-core`, each started with `cargo run --example NAME`:
//!
//! - `quickstart`: create a table, save an aggregate, load it, change it, save it again;
//! - `unit_of_work`: money that moves between aggregates, by many tasks at once;
//! - `conflict`: two writers, and the loop that redoes what was refused;
//! - `unversioned`: views and comments, which never come between the authors of an article;
//! - `observed`: what the library tells `tracing`;
//! - `offline_edit`: an invoice in two browsers at once, with `ETag`, `If-Match` and both sides shown where they meet;
//! - `in_doubt`: time-outs that cut saves short at any moment, and payments that are booked once all the same;
//! - `unnamed_statements`: what statements cost that leave nothing on a pooler's server connections;
//! - `allocation`: stock that crowds of orders race for, by the model of a well-known book, whose counter leaves a hole;
//! - `invoices`: 412 real invoices, the lost-update trap, and how the root's version closes it.

/// Compiled as doc tests, so that the guide stays true.
#[doc = include_str!("../../docs/columns.md")]
mod columns {}

/// As the others.
#[doc = include_str!("../../docs/repositories.md")]
mod repositories {}

/// As the others.
#[doc = include_str!("../../docs/offline-edits.md")]
mod offline_edits {}

/// As the others.
#[doc = include_str!("../../docs/retries.md")]
mod retries {}

/// As the others.
#[doc = include_str!("../../docs/testing.md")]
mod testing {}

/// As the others, where `PostgreSQL` is compiled in, of which it has an example.
#[cfg(feature = "postgres")]
#[doc = include_str!("../../docs/transactions.md")]
mod transactions {}
