//! `cargo xtask tidy`: the invariants of ARCHITECTURE.md that a search can see.

mod rules;

use std::fs;
use std::path::Path;

use crate::failure::Failure;
use crate::summary::{Summary, Verdict};
use crate::workspace::Workspace;
use rules::{LINES, NAMES, RULES, Rule, Search};

/// A file of more lines is doing too much.
const MOST_LINES: usize = 400;

/// Expansions of the derives, which are as long as what they show.
const GENERATED: &str = "aggregate-derive/expansions";

/// Endings of the files that are text of ours.
const TEXT: [&str; 12] =
    ["rs", "toml", "md", "sql", "csv", "stderr", "patch", "sh", "yml", "yaml", "py", "txt"];

/// Checks, and prints what it finds.
pub(crate) fn run(workspace: &Workspace) -> Result<bool, Failure> {
    let mut summary = Summary::default();
    summary.step("tidy", || check(workspace))?;
    Ok(summary.close())
}

/// Checks all files against all rules.
pub(crate) fn check(workspace: &Workspace) -> Result<Verdict, Failure> {
    let mut found = Vec::new();
    let mut checked = 0;
    for file in workspace.files()? {
        if !is_text(&file) {
            continue;
        }
        let text = fs::read_to_string(workspace.root().join(&file)).map_err(Failure::io(file.display()))?;
        checked += 1;
        found.extend(
            problems(&file, &text)
                .into_iter()
                .map(|(line, what)| format!("{}:{line}: {what}", file.display())),
        );
    }
    for problem in &found {
        println!("{problem}");
    }
    let note = format!("{checked} files, {} problems", found.len());
    println!("tidy: {note}");
    Ok(Verdict { passed: found.is_empty(), note })
}

fn is_text(file: &Path) -> bool {
    file.extension().is_some_and(|extension| TEXT.iter().any(|text| extension == *text))
        || file.starts_with(".ci")
}

/// What is wrong with a file: line and words.
fn problems(file: &Path, text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    if file.file_name().is_some_and(|name| NAMES.iter().any(|bad| name == *bad)) {
        found.push((1, "name a file by what it knows".to_owned()));
    }
    let lines = text.lines().count();
    let is_written =
        file.extension().is_some_and(|extension| extension == "rs") && !file.starts_with(GENERATED);
    if is_written && lines > MOST_LINES {
        found.push((lines, format!("{lines} lines; {LINES}")));
    }
    for rule in RULES.iter().filter(|rule| rule.applies_to(file)) {
        let lines = text.lines().enumerate();
        let hits = lines.filter_map(|(index, line)| Some((index + 1, rule.hit(line)?)));
        found.extend(hits.map(|(line, word)| (line, format!("`{word}`: {}", rule.why))));
    }
    found
}

impl Rule {
    fn applies_to(&self, file: &Path) -> bool {
        let ends = self.endings.is_empty()
            || file
                .extension()
                .is_some_and(|extension| self.endings.iter().any(|ending| extension == *ending));
        ends && file.starts_with(self.within) && !self.except.iter().any(|except| file.starts_with(except))
    }

    /// The forbidden word that a line has.
    fn hit(&self, line: &str) -> Option<&'static str> {
        let line = match self.search {
            Search::Everywhere => line.to_owned(),
            Search::Code => code(line).to_owned(),
            Search::CodeAnyCase => code(line).to_lowercase(),
        };
        self.words.iter().find(|word| line.contains(*word)).copied()
    }
}

/// A line without its comment.
fn code(line: &str) -> &str {
    if line.trim_start().starts_with("//") { "" } else { line.split(" // ").next().unwrap_or(line) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(file: &str, text: &str) -> Vec<String> {
        problems(Path::new(file), text).into_iter().map(|(_, what)| what).collect()
    }

    #[test]
    fn sql_text_names_no_driver() {
        let line = "use sqlx::Row;\n";
        assert_eq!(words("aggregate-core/src/sql/insert.rs", line).len(), 1);
        assert!(words("aggregate-core/src/load/mod.rs", line).is_empty());
        assert!(words("aggregate-core/src/sql/insert.rs", "/// As `sqlx::Row` says.\n").is_empty());
    }

    #[test]
    fn emission_names_no_attribute() {
        assert_eq!(words("aggregate-derive/src/expand/entity.rs", "fn f(a: &Attribute) {}\n").len(), 1);
        assert!(words("aggregate-derive/src/attr/field.rs", "fn f(a: &Attribute) {}\n").is_empty());
    }

    #[test]
    fn databases_are_chosen_in_few_places() {
        let line = "#[cfg(feature = \"postgres\")]\n";
        assert!(words("aggregate-core/src/backend/mod.rs", line).is_empty());
        assert!(words("aggregate-core/src/lib.rs", line).is_empty());
        assert_eq!(words("aggregate-core/src/save/mod.rs", line).len(), 1);
        assert_eq!(words("aggregate-derive/src/lib.rs", "let x = \"PostgreSQL\";\n").len(), 1);
    }

    #[test]
    fn nothing_is_left_undone_or_tied_to_a_machine() {
        let undone = concat!("fn f() { to", "do!() }\n");
        assert_eq!(words("tests/src/lib.rs", undone).len(), 1);
        assert_eq!(words("docs/contract.md", concat!("see /ro", "ot/x\n")).len(), 1);
    }

    #[test]
    fn files_have_a_size_and_a_name() {
        assert_eq!(words("tests/long.rs", &"\n".repeat(401)).len(), 1);
        assert!(words("tests/long.rs", &"\n".repeat(400)).is_empty());
        assert!(words("README.md", &"\n".repeat(401)).is_empty());
        assert_eq!(words(concat!("tests/src/ut", "il.rs"), "").len(), 1);
    }
}
