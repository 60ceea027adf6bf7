//! What the derives refuse, and in which words; and what they take.
//!
//! Folders under `ui/fail` are topics, files are defects. To accept changed words, run
//! `TRYBUILD=overwrite cargo test -p aggregate-tests --test ui`, and read the difference as code.
#![allow(
    dead_code,
    unused_imports,
    missing_docs,
    clippy::vec_box,
    reason = "of the cases under `ui/pass` it is enough that they compile"
)]

// Modules here and no cases of `trybuild`, which would build sqlx a second time to run them; for cases to
// refuse it only checks.
#[path = "ui/pass/child_shapes.rs"]
mod child_shapes;
#[path = "ui/pass/composite_ids.rs"]
mod composite_ids;
#[path = "ui/pass/foreign_keys.rs"]
mod foreign_keys;
#[path = "ui/pass/minimal.rs"]
mod minimal;
#[path = "ui/pass/unversioned.rs"]
mod unversioned;

#[test]
fn misuse_is_refused_in_words() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/fail/*.rs");
    cases.compile_fail("ui/fail/*/*.rs");
}

#[test]
fn every_case_that_passes_is_compiled_here() {
    let here = include_str!("ui.rs");
    let cases = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/ui/pass")).unwrap();
    for case in cases {
        let name = case.unwrap().file_name().into_string().unwrap();
        assert!(here.contains(&format!("#[path = \"ui/pass/{name}\"]")), "{name} is compiled nowhere");
    }
}
