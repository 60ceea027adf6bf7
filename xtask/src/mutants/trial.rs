//! Runs the named tests, with and without a patch.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::patch::{NamedTest, Patch};
use super::tree::Tree;
use crate::failure::Failure;
use crate::postgres::{Server, URL_VARIABLE};
use crate::process::{self, Ended, Keep};
use crate::workspace::Workspace;

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
    server: Option<&'a Server>,
    temporary: PathBuf,
    features: String,
}

impl<'a> Trials<'a> {
    /// Tests run with the server's address, if there is one.
    pub(super) fn new(
        tree: &'a Tree<'a>,
        server: Option<&'a Server>,
        temporary: PathBuf,
    ) -> Result<Self, Failure> {
        let copy = Workspace::at(tree.root.clone());
        // The same for every command, or each would build its own dependencies.
        let features = copy.features(|member, feature| !member.is_published() && feature == "postgres")?;
        Ok(Self { tree, server, temporary, features })
    }

    /// Runs all tests that the patches name on the tree as it is; returns what does not pass there.
    pub(super) fn baseline(&self, patches: &[Patch]) -> Result<Vec<String>, Failure> {
        let named: BTreeSet<_> = patches.iter().flat_map(|patch| &patch.tests).collect();
        if !self.build(&named)? {
            return Ok(vec!["the tree does not build".to_owned()]);
        }
        let results = self.test(&named)?;
        let wrong = named.iter().filter_map(|test| match results.get(*test).map(String::as_str) {
            Some("ok") => None,
            Some(other) => Some(format!("`{}` in {}: {other}", test.name, test.target)),
            None => Some(format!("`{}` in {}: there is no such test", test.name, test.target)),
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
            match results.get(test).map(String::as_str) {
                Some("FAILED") => println!("  {}: {} failed, as it must", test.target, test.name),
                Some(other) => {
                    return Ok(Fate::Survived(format!("`{}` in {}: {other}", test.name, test.target)));
                }
                None => {
                    return Ok(Fate::Survived(format!("`{}` in {} gave no result", test.name, test.target)));
                }
            }
        }
        Ok(Fate::Caught)
    }

    fn build(&self, named: &BTreeSet<&NamedTest>) -> Result<bool, Failure> {
        for (target, _) in by_target(named) {
            let mut command = self.cargo(target);
            command.arg("--no-run");
            let ended = process::run(command, Keep::Quietly, BUILD_LIMIT)?;
            if !ended.success() {
                println!("{}", ended.output);
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The result of each test that gave one.
    fn test(&self, named: &BTreeSet<&NamedTest>) -> Result<BTreeMap<NamedTest, String>, Failure> {
        let mut results = BTreeMap::new();
        for (target, names) in by_target(named) {
            let mut command = self.cargo(target);
            command.args(["--no-fail-fast", "--", "--exact"]).args(&names);
            command.env("TMPDIR", &self.temporary);
            match self.server {
                Some(server) => command.env(URL_VARIABLE, server.url()),
                None => command.env_remove(URL_VARIABLE),
            };
            let ended = process::run(command, Keep::Quietly, TEST_LIMIT)?;
            closing_lines(&ended);
            results.extend(results_of(&ended.output).into_iter().map(|(name, result)| {
                let (package, target) = (target.0.to_owned(), target.1.to_owned());
                (NamedTest { package, target, name }, result)
            }));
        }
        Ok(results)
    }

    fn cargo(&self, (package, target): (&str, &str)) -> Command {
        let copy = Workspace::at(self.tree.root.clone());
        let mut command = copy.cargo(["test", "--package", package]);
        command.env("CARGO_TARGET_DIR", &self.tree.target);
        // What a patch leaves unused is no news, also where the workspace denies it.
        command.env("RUSTFLAGS", "--cap-lints=allow");
        let features: Vec<_> =
            self.features.split(',').filter(|feature| feature.split('/').next() == Some(package)).collect();
        if !features.is_empty() {
            command.args(["--features", &features.join(",")]);
        }
        match target {
            "lib" => command.arg("--lib"),
            name => command.args(["--test", name]),
        };
        command
    }
}

fn by_target<'a>(named: &BTreeSet<&'a NamedTest>) -> BTreeMap<(&'a str, &'a str), Vec<&'a str>> {
    let mut targets: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for test in named {
        targets.entry((test.package.as_str(), test.target.as_str())).or_default().push(test.name.as_str());
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
