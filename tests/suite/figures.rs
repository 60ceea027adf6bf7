//! What a run counted: how often a race truly overlapped, how many faults were injected.

use std::fmt::Display;
use std::fs::OpenOptions;
use std::io::Write as _;

/// The variable with the path of the file that figures are appended to.
const VARIABLE: &str = "AGGREGATE_TEST_FIGURES";

/// Prints a figure, and tells it `cargo xtask test`, which prints those of all tests at its end.
///
/// # Panics
///
/// If it cannot be told.
pub fn figure(what: impl Display) {
    println!("{what}");
    if let Some(path) = std::env::var_os(VARIABLE) {
        let mut file = OpenOptions::new().create(true).append(true).open(path).expect("a file for figures");
        // One write, since tests run at the same time.
        file.write_all(format!("{what}\n").as_bytes()).expect("the file takes figures");
    }
}

/// How many rounds a test takes that can take any number: this many, or those of `cargo xtask test --rounds`.
///
/// # Panics
///
/// If the variable is not a number.
#[must_use]
pub fn rounds(usual: i64) -> i64 {
    let asked = std::env::var("AGGREGATE_TEST_ROUNDS").ok();
    asked.map_or(usual, |rounds| rounds.parse().expect("AGGREGATE_TEST_ROUNDS is a number"))
}
