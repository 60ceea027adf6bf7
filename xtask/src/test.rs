//! `cargo xtask test`: everything.

use std::fs;
use std::process::Command;

use crate::budget;
use crate::cli::{Engine, TestOptions};
use crate::contract;
use crate::examples;
use crate::failure::Failure;
use crate::leftovers::Leftovers;
use crate::process::Ended;
use crate::scratch::Scratch;
use crate::server::{Browser, KINDS, Kind, Server, tell};
use crate::summary::{Summary, Verdict};
use crate::targets::{Target, Targets};
use crate::tidy;
use crate::workspace::Workspace;

/// Runs what the options ask for; `false` if any of it failed.
pub(crate) fn run(workspace: &Workspace, options: &TestOptions) -> Result<bool, Failure> {
    let mut summary = Summary::default();
    let leftovers = Leftovers::watch(workspace)?;
    let scratch = Scratch::create()?;
    let everything = options.filter.is_none() && !matches!(options.only, Some(Engine::Server(_)));
    if everything {
        summary.step("tidy", || tidy::check(workspace))?;
    }
    // The servers first: whoever has none shall know before the build.
    let mut servers = Vec::new();
    let is_asked =
        |kind: &&'static Kind| options.only.is_none_or(|only| only == Engine::Server(kind.database()));
    let asked: Vec<_> = KINDS.into_iter().filter(is_asked).collect();
    let mut ready = budget::start(&asked, &scratch, &mut servers, &mut summary)?;
    let mut browser = None;
    if options.only.is_none() {
        ready &= summary.step(format!("find {}", Browser::NAME), || {
            browser = Some(Browser::find_or_install()?);
            Ok(Verdict::new(true))
        })?;
    }
    let kinds: Vec<&Kind> = servers.iter().map(Server::kind).collect();
    let mut targets = None;
    ready = ready
        && summary.step("build", || {
            targets = Targets::build(workspace, &kinds, browser.as_ref())?;
            Ok(Verdict::new(targets.is_some()))
        })?;
    if let Some(targets) = targets.filter(|_| ready) {
        let mut runner =
            Runner { options, scratch: &scratch, servers: &servers, browser: browser.as_ref(), ran: 0 };
        for target in targets.all() {
            runner.step(&mut summary, &targets, target)?;
        }
        examples::run(workspace, options, &scratch, &servers, &mut summary)?;
        if asks_for_budget(options) {
            let directory = scratch.directory(budget::SECTION)?;
            summary.step(budget::SECTION, || budget::count(&directory, &servers))?;
            runner.ran += 1;
        }
        if everything {
            summary.step("contract", || contract::check(workspace, &targets))?;
        } else if runner.ran == 0 {
            summary.step("filter", || Ok(Verdict::failed("no test has such a name")))?;
        }
        summary.step("leftovers", || leftovers.check())?;
    }
    drop(servers);
    Ok(summary.close())
}

/// It counts on all databases or not at all.
fn asks_for_budget(options: &TestOptions) -> bool {
    options.only.is_none() && options.filter.as_deref().is_none_or(|word| budget::SECTION.contains(word))
}

/// Runs the tests of one target after the other.
struct Runner<'a> {
    options: &'a TestOptions,
    scratch: &'a Scratch,
    servers: &'a [Server],
    browser: Option<&'a Browser>,
    /// How many tests ran.
    ran: u64,
}

impl Runner<'_> {
    fn step(&mut self, summary: &mut Summary, targets: &Targets<'_>, target: &Target) -> Result<(), Failure> {
        if !self.asks_for(target) {
            return Ok(());
        }
        let filter = self.filter(target);
        let temporary = self.scratch.directory("temporary")?;
        let figures = temporary.join(format!("figures of {}", target.name()));
        let prepare = |command: &mut Command| {
            // What a test that crashes leaves there goes with the directory.
            command.env("TMPDIR", &temporary).env("AGGREGATE_TEST_FIGURES", &figures);
            match self.options.rounds {
                Some(rounds) => command.env("AGGREGATE_TEST_ROUNDS", rounds.to_string()),
                None => command.env_remove("AGGREGATE_TEST_ROUNDS"),
            };
            tell(command, self.servers);
            Browser::tell(self.browser, command);
        };
        let mut ran = 0;
        summary.step(target.name(), || {
            let ended = targets.run(target, filter, prepare)?;
            let counts = Counts::of(&ended.output);
            ran = counts.passed + counts.failed;
            Ok(self.verdict(target, filter, &ended, &counts))
        })?;
        self.ran += ran;
        // Most targets count nothing.
        summary.figures(target.name(), &fs::read_to_string(&figures).unwrap_or_default());
        Ok(())
    }

    fn asks_for(&self, target: &Target) -> bool {
        !matches!(self.options.only, Some(Engine::Server(_))) || matches!(target, Target::Test(_))
    }

    /// Part of the names of the tests of a target that are asked for; all if `None`, as when it is the target
    /// itself that is asked for.
    fn filter(&self, target: &Target) -> Option<&str> {
        let asked = self.options.filter.as_deref().filter(|word| *word != target.name());
        match self.options.only {
            // A target for all databases has the database in the name of the test.
            Some(Engine::Server(kind)) if !target.name().contains(kind.word) => asked.or(Some(kind.word)),
            _ => asked,
        }
    }

    fn verdict(&self, target: &Target, filter: Option<&str>, ended: &Ended, counts: &Counts) -> Verdict {
        if ended.status.is_none() {
            return Verdict::failed("stopped, it took too long");
        }
        let mut note = counts.note();
        let mut passed = ended.success();
        // The tests say in these words what they are ignored for.
        let wants = |name: &str| ended.output.contains(&format!("needs {name}"));
        let here =
            self.servers.iter().map(|server| server.kind().name).chain(self.browser.map(|_| Browser::NAME));
        if here.into_iter().any(wants) {
            note.push_str("; some were ignored for want of what is here");
            passed = false;
        }
        if filter.is_none() && matches!(target, Target::Test(_)) && counts.none() {
            note.push_str("; a target without tests");
            passed = false;
        }
        Verdict { passed, note }
    }
}

/// The sums of a runner's closing lines.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    lines: u64,
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Counts {
    /// Adds up lines such as `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; …`.
    fn of(output: &str) -> Self {
        let mut counts = Self::default();
        let closing = output.lines().filter_map(|line| line.strip_prefix("test result: "));
        for line in closing {
            counts.lines += 1;
            for part in line.split_once(". ").map_or("", |(_, counts)| counts).split("; ") {
                match part.split_once(' ') {
                    Some((number, "passed")) => counts.passed += number.parse().unwrap_or(0),
                    Some((number, "failed")) => counts.failed += number.parse().unwrap_or(0),
                    Some((number, "ignored")) => counts.ignored += number.parse().unwrap_or(0),
                    _ => {}
                }
            }
        }
        counts
    }

    /// Whether there are closing lines, and they count nothing.
    fn none(&self) -> bool {
        self.lines > 0 && self.passed + self.failed + self.ignored == 0
    }

    fn note(&self) -> String {
        if self.lines == 0 {
            return String::new();
        }
        format!("{} passed, {} failed, {} ignored", self.passed, self.failed, self.ignored)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_the_budget_with_everything_and_by_its_name() {
        let asks = |only, filter: Option<&str>| {
            asks_for_budget(&TestOptions { only, filter: filter.map(str::to_owned), rounds: None })
        };
        assert!(asks(None, None));
        assert!(asks(None, Some("budget")));
        assert!(!asks(None, Some("crowds")));
        assert!(!asks(Some(Engine::Sqlite), None));
    }

    #[test]
    fn adds_up_the_closing_lines() {
        let output = "running 4 tests\n\
            test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\n\
            test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 7 filtered out; finished in 0.01s\n";
        let counts = Counts::of(output);
        assert_eq!(counts, Counts { lines: 2, passed: 4, failed: 2, ignored: 1 });
        assert_eq!(counts.note(), "4 passed, 2 failed, 1 ignored");
    }

    #[test]
    fn a_runner_of_another_kind_is_not_an_empty_one() {
        assert!(!Counts::of("all fine\n").none());
        assert!(Counts::of("test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured\n").none());
    }
}
