//! A private, throw-away PostgreSQL server for the tests.

mod account;
mod binaries;
mod server;

pub(crate) use server::Server;

/// The variable that tells the tests where the server is.
pub(crate) const URL_VARIABLE: &str = "AGGREGATE_TEST_POSTGRES";
