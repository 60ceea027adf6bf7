//! The workspace's test targets: built once, then run or listed one by one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::failure::Failure;
use crate::process::{self, Ended, Keep};
use crate::server::{Browser, Kind};
use crate::workspace::Workspace;

/// More than any step takes; what hangs shall not hang for ever.
const LIMIT: Duration = Duration::from_mins(40);

/// The test targets, with the choice of features that they were built with. Every command selects the
/// whole workspace, or cargo would choose other features for the dependencies and build them again.
#[derive(Debug)]
pub(crate) struct Targets<'w> {
    workspace: &'w Workspace,
    features: String,
    names: Vec<Target>,
}

/// Something that `cargo test` runs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    /// The unit tests of all packages.
    Unit,
    /// A `[[test]]` target.
    Test(String),
    /// The doc tests of all packages.
    Doc,
}

impl Target {
    /// The name of the step that runs it.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Unit => "unit",
            Self::Test(name) => name,
            Self::Doc => "doc",
        }
    }

    fn selection(&self) -> Vec<&str> {
        match self {
            Self::Unit => vec!["--lib", "--bins"],
            Self::Test(name) => vec!["--test", name],
            Self::Doc => vec!["--doc"],
        }
    }
}

impl<'w> Targets<'w> {
    /// The targets of a workspace, not built yet, with what is tested on these servers.
    pub(crate) fn of(workspace: &'w Workspace, servers: &[&Kind]) -> Result<Self, Failure> {
        Self::with(workspace, servers, None)
    }

    fn with(workspace: &'w Workspace, servers: &[&Kind], browser: Option<&Browser>) -> Result<Self, Failure> {
        let features = workspace.features(|member, feature| {
            let is_browsers = browser.is_some() && feature == Browser::FEATURE;
            !member.is_published() && (is_browsers || servers.iter().any(|kind| kind.feature == feature))
        })?;
        Ok(Self { workspace, features, names: Vec::new() })
    }

    /// Builds all tests and examples; `None` if that fails, and cargo has said why.
    pub(crate) fn build(
        workspace: &'w Workspace,
        servers: &[&Kind],
        browser: Option<&Browser>,
    ) -> Result<Option<Self>, Failure> {
        let mut targets = Self::with(workspace, servers, browser)?;
        let mut command = targets.cargo(&["--no-run"]);
        command.env("CARGO_TERM_COLOR", "never");
        let ended = process::run(command, Keep::Stderr, LIMIT)?;
        targets.names = built(&ended.output);
        Ok(ended.success().then_some(targets))
    }

    /// The targets, unit tests first, doc tests last.
    pub(crate) fn all(&self) -> &[Target] {
        &self.names
    }

    /// Runs the tests of a target whose names contain `filter`.
    pub(crate) fn run(
        &self,
        target: &Target,
        filter: Option<&str>,
        prepare: impl FnOnce(&mut Command),
    ) -> Result<Ended, Failure> {
        let mut command = self.command(&[target]);
        command.args(["--no-fail-fast", "--"]).args(filter);
        if matches!(target, Target::Test(name) if name.starts_with("suite_")) {
            // Its tests wait most of the time: for locks, for a stalled network.
            let cores = thread::available_parallelism().map_or(1, usize::from);
            command.arg(format!("--test-threads={}", 2 * cores));
        }
        prepare(&mut command);
        process::run(command, Keep::Stdout, LIMIT)
    }

    /// The names of a target's tests.
    pub(crate) fn list(&self, target: &Target) -> Result<BTreeSet<String>, Failure> {
        let mut command = self.command(&[target]);
        command.args(["--", "--list"]);
        let ended = process::run(command, Keep::Quietly, LIMIT)?;
        if !ended.success() {
            return Err(Failure::Failed(format!("cannot list `{}`:\n{}", target.name(), ended.output)));
        }
        let names = ended.output.lines().filter_map(|line| line.strip_suffix(": test"));
        Ok(names.map(str::to_owned).collect())
    }

    /// Where the build left an example.
    pub(crate) fn example(name: &str) -> Result<PathBuf, Failure> {
        let target = Workspace::target_directory()?;
        Ok(target.join("debug/examples").join(name))
    }

    /// Where the build left a program: those of packages with `[[test]]` targets are built with these.
    pub(crate) fn program(name: &str) -> Result<PathBuf, Failure> {
        Ok(Workspace::target_directory()?.join("debug").join(name))
    }

    /// The command that runs targets, to be continued.
    pub(crate) fn command(&self, targets: &[&Target]) -> Command {
        let selection: Vec<_> = targets.iter().flat_map(|target| target.selection()).collect();
        self.cargo(&selection)
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = self.workspace.cargo(["test", "--workspace"]);
        if !self.features.is_empty() {
            command.args(["--features", &self.features]);
        }
        command.args(arguments);
        command
    }
}

/// The targets that cargo says it has built, from lines such as
/// `  Executable tests/ui.rs (target/debug/deps/ui-0123456789abcdef)`.
fn built(output: &str) -> Vec<Target> {
    let lines = output.lines().filter_map(|line| line.trim().strip_prefix("Executable "));
    let tests: BTreeSet<_> = lines
        .filter(|line| !line.starts_with("unittests "))
        .filter_map(|line| {
            let path = line.rsplit_once('(')?.1.strip_suffix(')')?;
            let file = Path::new(path).file_stem()?.to_str()?;
            Some(Target::Test(file.rsplit_once('-')?.0.to_owned()))
        })
        .collect();
    std::iter::once(Target::Unit).chain(tests).chain([Target::Doc]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_cargo_has_built() {
        let output = "   Compiling aggregate-tests v0.1.0 (/somewhere)\n\
                      \x20 Executable unittests src/lib.rs (target/debug/deps/aggregate_core-00ff)\n\
                      \x20 Executable tests/suite/sqlite.rs (/elsewhere (2)/debug/deps/suite_sqlite-0a1b)\n\
                      \x20 Executable tests/ui.rs (target/debug/deps/ui-ffff)\n";
        let names = built(output);
        let names: Vec<_> = names.iter().map(Target::name).collect();
        assert_eq!(names, ["unit", "suite_sqlite", "ui", "doc"]);
    }
}
