//! The tests that stand in the examples themselves.

#[allow(dead_code, reason = "`main` and what it calls is run as a program")]
#[path = "../conflict.rs"]
mod conflict;
