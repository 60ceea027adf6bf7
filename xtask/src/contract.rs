//! `cargo xtask contract`: each promise names tests, and the tests exist.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::server::KINDS;
use crate::summary::{Summary, Verdict};
use crate::targets::Targets;
use crate::workspace::Workspace;

/// The file of the promises, whose text also explains its form.
const FILE: &str = "docs/contract.md";

/// Targets of this prefix run the one suite, each on its database.
const SUITES: &str = "suite_";

/// Builds the tests to list them, then checks the contract.
pub(crate) fn run(workspace: &Workspace) -> Result<bool, Failure> {
    let mut summary = Summary::default();
    let mut targets = None;
    summary.step("build", || {
        targets = Targets::build(workspace, &KINDS, None)?;
        Ok(Verdict::new(targets.is_some()))
    })?;
    if let Some(targets) = targets {
        summary.step("contract", || check(workspace, &targets))?;
    }
    Ok(summary.close())
}

/// Checks the contract against the tests that were built.
pub(crate) fn check(workspace: &Workspace, targets: &Targets<'_>) -> Result<Verdict, Failure> {
    let text = fs::read_to_string(workspace.root().join(FILE)).map_err(Failure::io(FILE))?;
    let promises = match parse(&text) {
        Ok(promises) => promises,
        Err(problem) => return Ok(Verdict::failed(problem)),
    };
    let mut known = Known { files: workspace.files()?, ..Known::default() };
    for target in targets.all() {
        known.tests.insert(target.name().to_owned(), targets.list(target)?);
    }
    for member in workspace.members()? {
        known.examples.extend(member.examples().map(str::to_owned));
    }
    let mut problems = 0;
    for promise in &promises {
        for problem in promise.tests.iter().filter_map(|test| known.problem(test)) {
            println!("{FILE}:{}: {problem}", promise.line);
            problems += 1;
        }
    }
    let tests: usize = promises.iter().map(|promise| promise.tests.len()).sum();
    let note = format!("{} promises, {tests} tests named, {problems} wrong", promises.len());
    println!("contract: {note}");
    Ok(Verdict { passed: problems == 0, note })
}

/// A row of the contract.
#[derive(Debug, PartialEq, Eq)]
struct Promise {
    line: usize,
    tests: Vec<String>,
}

/// Reads the rows of all tables with the columns `promise | test`.
fn parse(text: &str) -> Result<Vec<Promise>, String> {
    let mut promises = Vec::new();
    let mut in_table = false;
    for (index, line) in text.lines().enumerate() {
        let line_number = index + 1;
        let Some(cells) = cells(line) else {
            in_table = false;
            continue;
        };
        if !in_table {
            in_table = cells.len() == 2 && cells[0] == "promise" && cells[1].starts_with("test");
            continue;
        }
        if cells.iter().all(|cell| cell.chars().all(|c| "-: ".contains(c))) {
            continue;
        }
        let [_, tests] = cells.as_slice() else {
            return Err(format!("{FILE}:{line_number}: a row has two cells, promise and test"));
        };
        // What stands between backticks is a name; all else separates.
        let parts: Vec<_> = tests.split('`').collect();
        if parts.len() % 2 == 0 || parts.iter().step_by(2).any(|between| !matches!(between.trim(), "" | ","))
        {
            return Err(format!("{FILE}:{line_number}: write tests as `name`, `name`"));
        }
        let tests: Vec<_> = parts.iter().skip(1).step_by(2).map(|&name| name.to_owned()).collect();
        if tests.is_empty() {
            return Err(format!("{FILE}:{line_number}: this promise names no test"));
        }
        promises.push(Promise { line: line_number, tests });
    }
    if promises.is_empty() {
        return Err(format!("{FILE} has no promise"));
    }
    Ok(promises)
}

/// The cells of a table's line, trimmed; `\|` is no border.
fn cells(line: &str) -> Option<Vec<String>> {
    let inner = line.trim().strip_prefix('|')?.strip_suffix('|')?.replace("\\|", "\0");
    Some(inner.split('|').map(|cell| cell.trim().replace('\0', "|")).collect())
}

/// What a row may name.
#[derive(Debug, Default)]
struct Known {
    tests: BTreeMap<String, BTreeSet<String>>,
    examples: BTreeSet<String>,
    files: Vec<PathBuf>,
}

impl Known {
    /// What is wrong with a name, if anything.
    fn problem(&self, name: &str) -> Option<String> {
        match name.split_once(": ") {
            Some(("ui", case)) => self.ui_problem(case),
            Some(("example", example)) => {
                (!self.examples.contains(example)).then(|| format!("there is no example `{example}`"))
            }
            Some((target, test)) => match self.tests.get(target) {
                Some(tests) => (!tests.contains(test)).then(|| format!("`{target}` has no test `{test}`")),
                None => Some(format!("there is no test target `{target}`")),
            },
            None => self.test_problem(name),
        }
    }

    /// A name without a target may stand in any, but what one suite runs all must.
    fn test_problem(&self, name: &str) -> Option<String> {
        let (with, without): (Vec<_>, Vec<_>) =
            self.tests.keys().partition(|target| self.tests[*target].contains(name));
        if with.is_empty() {
            return Some(format!("there is no test `{name}`"));
        }
        let suite = with.iter().find(|target| target.starts_with(SUITES))?;
        let missing = without.iter().find(|target| target.starts_with(SUITES))?;
        Some(format!(
            "`{name}` is in `{suite}` but not in `{missing}`; if that is meant, write `{suite}: {name}`"
        ))
    }

    fn ui_problem(&self, case: &str) -> Option<String> {
        let ends = |end: &Path| self.files.iter().any(|file| file.ends_with(end));
        let path = Path::new("ui").join(case);
        if path.extension().is_none_or(|extension| extension != "rs") || !ends(&path) {
            return Some(format!("there is no compile-fail case `{case}`"));
        }
        let fails = !case.starts_with("pass/");
        (fails && !ends(&path.with_extension("stderr"))).then(|| format!("`{case}` has no expected output"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# Contract

| other | table |
|---|---|
| not | a promise |

| promise | test |
|---|---|
| The first save writes 0. | `versions::first` |
| A `a \\| b` is refused. | `ui: missing/no_id.rs`, `versions::second` |
";

    fn known() -> Known {
        let suite = ["versions::first", "versions::second"].map(str::to_owned);
        let mut known = Known::default();
        known.tests.insert("suite_sqlite".to_owned(), suite.clone().into());
        known.tests.insert("suite_postgres".to_owned(), [suite[0].clone()].into());
        known.tests.insert("unit".to_owned(), ["diff::tests::moves".to_owned()].into());
        known.examples.insert("invoices".to_owned());
        known.files =
            ["a/ui/missing/no_id.rs", "a/ui/missing/no_id.stderr", "a/ui/bare.rs", "a/ui/pass/all.rs"]
                .map(PathBuf::from)
                .into();
        known
    }

    #[test]
    fn reads_the_rows_of_its_tables() {
        let promises = parse(TEXT).unwrap();
        assert_eq!(promises.len(), 2);
        assert_eq!(promises[0], Promise { line: 9, tests: vec!["versions::first".to_owned()] });
        assert_eq!(promises[1].tests, ["ui: missing/no_id.rs", "versions::second"]);
    }

    #[test]
    fn refuses_a_promise_without_a_test() {
        for cell in ["", "none", "`one`, two", "`open"] {
            let text = format!("| promise | test |\n|---|---|\n| It works. | {cell} |\n");
            assert!(parse(&text).unwrap_err().contains("docs/contract.md:3"), "{cell}");
        }
        assert!(parse("# Contract\n").unwrap_err().contains("no promise"));
    }

    #[test]
    fn knows_what_exists() {
        for name in [
            "versions::first",
            "suite_sqlite: versions::second",
            "diff::tests::moves",
            "ui: missing/no_id.rs",
            "ui: pass/all.rs",
            "example: invoices",
        ] {
            assert_eq!(known().problem(name), None, "{name}");
        }
    }

    #[test]
    fn says_what_is_missing() {
        for (name, words) in [
            ("versions::third", "no test `versions::third`"),
            ("versions::second", "not in `suite_postgres`"),
            ("suite_postgres: versions::second", "`suite_postgres` has no test"),
            ("suite_oracle: versions::first", "no test target"),
            ("ui: missing/no_version.rs", "no compile-fail case"),
            ("ui: bare.rs", "no expected output"),
            ("example: orders", "no example"),
        ] {
            let problem = known().problem(name).unwrap_or_default();
            assert!(problem.contains(words), "{name}: {problem}");
        }
    }
}
