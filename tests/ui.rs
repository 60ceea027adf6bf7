//! What the derives refuse, and in which words; and what they take.
//!
//! Folders under `ui/fail` are topics, files are defects. To accept changed words, run
//! `TRYBUILD=overwrite cargo test -p aggregate-tests --test ui`, and read the difference as code.

#[test]
fn misuse_is_refused_in_words() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/fail/*.rs");
    cases.compile_fail("ui/fail/*/*.rs");
    cases.pass("ui/pass/*.rs");
}
