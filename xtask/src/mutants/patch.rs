//! A kept patch: what it breaks, and which tests must notice.

use std::path::PathBuf;

use crate::targets::Target;

/// The target of the tests, unless a patch names another.
const TARGET: &str = "suite_sqlite";

/// A patch, as its header lines describe it.
#[derive(Debug)]
pub(super) struct Patch {
    /// The file's name without `.patch`.
    pub(super) name: String,
    /// Where it is.
    pub(super) path: PathBuf,
    /// What it breaks, in a sentence.
    pub(super) why: String,
    /// The tests that must fail, at least one.
    pub(super) tests: Vec<NamedTest>,
}

/// A test that a patch names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct NamedTest {
    /// The target that has it.
    pub(super) target: Target,
    /// The whole name.
    pub(super) name: String,
}

impl Patch {
    /// Reads the header: the lines `# key: value` above the diff. A `target` line, a `[[test]]` or `unit`,
    /// holds for the `test` lines below it; `package`, where the target is, is for the reader.
    pub(super) fn parse(path: PathBuf, text: &str) -> Result<Self, String> {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let wrong = |what: &str| format!("{name}.patch: {what}");
        let mut target = Target::Test(TARGET.to_owned());
        let (mut why, mut tests) = (None, Vec::new());
        for line in text.lines().map_while(|line| line.strip_prefix('#')) {
            let Some((key, value)) = line.split_once(':') else { continue };
            let value = value.trim().to_owned();
            match key.trim() {
                _ if value.is_empty() => return Err(wrong(&format!("`{}` is empty", key.trim()))),
                "package" => {}
                "target" if value == "unit" => target = Target::Unit,
                "target" => target = Target::Test(value),
                "test" => tests.push(NamedTest { target: target.clone(), name: value }),
                "why" => why = Some(value),
                other => return Err(wrong(&format!("`{other}` is none of test, target, package, why"))),
            }
        }
        if tests.is_empty() {
            return Err(wrong("no line `# test: name` says which test must fail"));
        }
        let why = why.ok_or_else(|| wrong("no line `# why: …` says what it breaks"))?;
        if !text.lines().any(|line| line.starts_with("+++ ")) {
            return Err(wrong("there is no diff below the header"));
        }
        Ok(Self { name, path, why, tests })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIFF: &str = "\n--- a/x.rs\n+++ b/x.rs\n@@ -1 +1 @@\n-a\n+b\n";

    fn parse(header: &str) -> Result<Patch, String> {
        Patch::parse(PathBuf::from("tests/mutants/no_bump.patch"), &format!("{header}{DIFF}"))
    }

    #[test]
    fn reads_its_header() {
        let patch = parse(
            "# why: the version stays\n# test: a::b\n# target: suite_postgres\n# test: a::b\n# test: c\n",
        )
        .unwrap();
        assert_eq!((patch.name.as_str(), patch.why.as_str()), ("no_bump", "the version stays"));
        let tests: Vec<_> = patch.tests.iter().map(|test| (test.target.name(), test.name.as_str())).collect();
        assert_eq!(tests, [("suite_sqlite", "a::b"), ("suite_postgres", "a::b"), ("suite_postgres", "c")]);
    }

    #[test]
    fn refuses_a_header_that_says_too_little() {
        for (header, words) in [
            ("# why: x\n", "no line `# test"),
            ("# test: a\n", "no line `# why"),
            ("# test:\n# why: x\n", "`test` is empty"),
            ("# tests: a\n", "`tests` is none of"),
        ] {
            assert!(parse(header).unwrap_err().contains(words), "{header}");
        }
        let bare = Patch::parse(PathBuf::from("x.patch"), "# test: a\n# why: x\n");
        assert!(bare.unwrap_err().contains("no diff"));
    }
}
