//! The program `measure` as its callers see it. That this is a test of the package has it built with the tests.

use std::process::{Command, Output};

fn measure(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_measure"));
    command.args(arguments);
    command.env("AGGREGATE_TEST_POSTGRES", "postgres://nobody@127.0.0.1:1/none");
    command.env("AGGREGATE_TEST_MARIADB", "mysql://nobody@127.0.0.1:1/none");
    command.output().expect("it can be started")
}

fn assert_refused(output: &Output, words: &str) {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(errors.contains(words), "{errors}");
}

#[test]
fn what_it_cannot_measure_it_says() {
    assert_refused(&measure(&[]), "usage: measure SECTION DIRECTORY");
    assert_refused(&measure(&["weather", "."]), "there is no section `weather`");
}

/// An unreachable database is a failure, and no table without rows.
#[test]
fn a_budget_that_cannot_be_counted_is_no_passed_one() {
    let output = measure(&["budget", "."]);
    assert_refused(&output, "measure: ");
    assert!(output.stdout.is_empty());
}
