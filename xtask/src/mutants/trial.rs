//! Runs the named tests, with and without a patch.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::patch::{NamedTest, Patch};
use super::tree::Tree;
use crate::failure::Failure;
use crate::process::{self, Ended, Keep};
use crate::server::{KINDS, Server, tell};
use crate::targets::{Target, Targets};

const BUILD_LIMIT: Duration = Duration::from_mins(20);
/// A broken library may well hang; that a test waits for ever is not the failure we ask for.
const TEST_LIMIT: Duration = Duration::from_mins(5);

/// What became of a patch.
#[derive(Debug)]
pub(super) enum Fate {
    /// Each named test failed.
    Caught,
    /// A named test did not fail.
    Survived(String),
    /// The patch does not fit the tree any more.
    DoesNotApply(String),
    /// The patched tree does not build.
    DoesNotBuild,
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Caught => f.write_str("caught"),
            Self::Survived(how) => write!(f, "SURVIVED: {how}"),
            Self::DoesNotApply(why) => write!(f, "does not apply: {}", why.trim_end()),
            Self::DoesNotBuild => f.write_str("does not build"),
        }
    }
}

/// Runs tests in the copy of the tree.
#[derive(Debug)]
pub(super) struct Trials<'a> {
    tree: &'a Tree<'a>,
    /// Those of the copy, with all features always: the same for every command, and the same as the tests',
    /// or cargo would build the dependencies again.
    targets: Targets<'a>,
    servers: &'a [Server],
    temporary: PathBuf,
}

impl<'a> Trials<'a> {
    /// Tests run with the addresses of the servers.
    pub(super) fn new(
        tree: &'a Tree<'a>,
        servers: &'a [Server],
        temporary: PathBuf,
    ) -> Result<Self, Failure> {
        Ok(Self { tree, targets: Targets::of(&tree.copy, &KINDS)?, servers, temporary })
    }

    /// Runs all tests that the patches name on the tree as it is; returns what does not pass there.
    pub(super) fn baseline(&self, patches: &[Patch]) -> Result<Vec<String>, Failure> {
        let named: BTreeSet<_> = patches.iter().flat_map(|patch| &patch.tests).collect();
        if !self.build(&named)? {
            return Ok(vec!["the tree does not build".to_owned()]);
        }
        let results = self.test(&named)?;
        let wrong = named.iter().filter_map(|test| {
            let result = results.get(*test).map_or("there is no such test", String::as_str);
            (result != "ok").then(|| format!("`{}` in {}: {result}", test.name, test.target.name()))
        });
        Ok(wrong.collect())
    }

    /// Runs the tests that a patch names on the tree with the patch: they must fail.
    pub(super) fn patched(&self, patch: &Patch) -> Result<Fate, Failure> {
        self.tree.restore()?;
        if let Err(why) = self.tree.apply(patch)? {
            return Ok(Fate::DoesNotApply(why));
        }
        let named: BTreeSet<_> = patch.tests.iter().collect();
        if !self.build(&named)? {
            return Ok(Fate::DoesNotBuild);
        }
        let results = self.test(&named)?;
        for test in named {
            let target = test.target.name();
            match results.get(test).map_or("no result", String::as_str) {
                "FAILED" => println!("  {target}: {} failed, as it must", test.name),
                other => return Ok(Fate::Survived(format!("`{}` in {target}: {other}", test.name))),
            }
        }
        Ok(Fate::Caught)
    }

    fn build(&self, named: &BTreeSet<&NamedTest>) -> Result<bool, Failure> {
        let targets: Vec<_> = by_target(named).into_keys().collect();
        let mut command = self.command(&targets);
        command.arg("--no-run");
        let ended = process::run(command, Keep::Quietly, BUILD_LIMIT)?;
        if !ended.success() {
            println!("{}", ended.output);
        }
        Ok(ended.success())
    }

    /// The result of each test that gave one.
    fn test(&self, named: &BTreeSet<&NamedTest>) -> Result<BTreeMap<NamedTest, String>, Failure> {
        let mut results = BTreeMap::new();
        for (target, names) in by_target(named) {
            let mut command = self.command(&[target]);
            command.args(["--no-fail-fast", "--", "--exact"]).args(&names);
            command.env("TMPDIR", &self.temporary);
            tell(&mut command, self.servers);
            let ended = process::run(command, Keep::Quietly, TEST_LIMIT)?;
            closing_lines(&ended);
            results.extend(
                results_of(&ended.output)
                    .into_iter()
                    .map(|(name, result)| (NamedTest { target: target.clone(), name }, result)),
            );
        }
        Ok(results)
    }

    fn command(&self, targets: &[&Target]) -> Command {
        let mut command = self.targets.command(targets);
        command.env("CARGO_TARGET_DIR", &self.tree.target);
        command
    }
}

fn by_target<'a>(named: &BTreeSet<&'a NamedTest>) -> BTreeMap<&'a Target, Vec<&'a str>> {
    let mut targets: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for test in named {
        targets.entry(&test.target).or_default().push(test.name.as_str());
    }
    targets
}

fn closing_lines(ended: &Ended) {
    for line in ended.output.lines().filter(|line| line.starts_with("test result: ")) {
        println!("  {line}");
    }
    if ended.status.is_none() {
        println!("  stopped after {} s", TEST_LIMIT.as_secs());
    }
}

/// The results in lines such as `test versions::first ... ok`, by test.
fn results_of(output: &str) -> BTreeMap<String, String> {
    let lines = output.lines().filter_map(|line| line.strip_prefix("test ")?.split_once(" ... "));
    lines
        .map(|(name, result)| {
            let name = name.strip_suffix(" - should panic").unwrap_or(name);
            (name.to_owned(), result.trim().to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_results() {
        let output = "running 3 tests\n\
                      test a::b ... ok\n\
                      test c - should panic ... FAILED\n\
                      test d ... ignored, needs PostgreSQL\n\
                      test result: FAILED. 1 passed; 1 failed; 1 ignored\n";
        let results = results_of(output);
        assert_eq!(results["a::b"], "ok");
        assert_eq!(results["c"], "FAILED");
        assert_eq!(results["d"], "ignored, needs PostgreSQL");
        assert_eq!(results.len(), 3);
    }
}
