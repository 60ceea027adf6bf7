//! The command line.

use std::path::PathBuf;

use crate::bench::SECTIONS;
use crate::failure::Failure;
use crate::server::{KINDS, Kind};

/// What `cargo xtask` prints when it is asked for nothing.
pub(crate) const USAGE: &str = "\
usage: cargo xtask <command>

  test [--only sqlite|postgres|mariadb] [--filter WORD] [--rounds N]
            everything: unit, expansion, compile-fail and hygiene tests, the suite on SQLite,
            PostgreSQL and MariaDB, doc tests, all examples, the budgets, the contract and tidy; starts its
            own servers, and without --only a browser;
            WORD is part of a test's or an example's name, or a whole target such as `ui`;
            N rounds of each race, which are 50 else
  lint      fmt, clippy, docs, the feature sets one by one, packaging
  mutants [--only NAME] [--minutes N]
            applies each patch of tests/mutants and requires that its named tests fail; begins
            with another one each day, and with none after N minutes
  budget [--write]
            counts statements, round trips and rows of each operation on each database, and fails where they
            are over their budgets; writes the table into docs/performance.md if asked to
  bench [--only SECTION]...
            measures times, memory, compile times, and writes docs/performance.md anew; takes half an hour;
            SECTION is one of times, shapes, curves, hot, compile, size
  contract  checks that each promise of docs/contract.md names tests that exist
  tidy      checks the invariants of ARCHITECTURE.md that grep can see
";

/// A command.
#[derive(Debug, PartialEq)]
pub(crate) enum Command {
    /// Prints the usage.
    Help,
    /// Runs the tests.
    Test(TestOptions),
    /// Runs the test of the tests.
    Mutants(MutantOptions),
    /// Counts what operations cost.
    Budget(BudgetOptions),
    /// Measures how long they take.
    Bench(BenchOptions),
    /// Leaves in the file what a program costs; how a measurement starts it.
    Weigh(PathBuf, Vec<String>),
    /// Checks the contract.
    Contract,
    /// Checks the invariants.
    Tidy,
    /// Checks what needs no run.
    Lint,
}

/// Which tests to run.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct TestOptions {
    /// One database alone.
    pub(crate) only: Option<Engine>,
    /// Part of the name of the tests and examples to run.
    pub(crate) filter: Option<String>,
    /// How many rounds a race takes.
    pub(crate) rounds: Option<u64>,
}

/// Which patches to run.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct MutantOptions {
    /// Part of the name of the patches to run.
    pub(crate) only: Option<String>,
    /// When to begin no other one.
    pub(crate) minutes: Option<u64>,
}

/// What becomes of what was counted.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct BudgetOptions {
    /// Whether it is written into the page of measurements.
    pub(crate) write: bool,
}

/// What to measure.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct BenchOptions {
    /// These sections alone; all if none is named.
    pub(crate) only: Vec<String>,
}

impl BenchOptions {
    /// Whether a section is to be measured.
    pub(crate) fn asks_for(&self, section: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == section)
    }
}

/// A database that the tests run on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Engine {
    /// Compiled in.
    Sqlite,
    /// A server.
    Server(&'static Kind),
}

/// Reads the arguments after the program's name.
pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Command, Failure> {
    let mut arguments = arguments;
    let command = match arguments.next().as_deref() {
        None | Some("help" | "--help" | "-h") => return Ok(Command::Help),
        Some("test") => Command::Test(test_options(&mut arguments)?),
        Some("mutants") => Command::Mutants(mutant_options(&mut arguments)?),
        Some("budget") => Command::Budget(budget_options(&mut arguments)?),
        Some("bench") => Command::Bench(bench_options(&mut arguments)?),
        Some("weigh") => Command::Weigh(value("weigh", &mut arguments)?.into(), arguments.by_ref().collect()),
        Some("contract") => Command::Contract,
        Some("tidy") => Command::Tidy,
        Some("lint") => Command::Lint,
        Some(other) => return Err(Failure::Usage(format!("there is no command `{other}`"))),
    };
    match arguments.next() {
        None => Ok(command),
        Some(extra) => Err(unknown(&extra)),
    }
}

fn test_options(arguments: &mut impl Iterator<Item = String>) -> Result<TestOptions, Failure> {
    let mut options = TestOptions::default();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--only" => options.only = Some(engine(&value(&argument, arguments)?)?),
            "--filter" => options.filter = Some(value(&argument, arguments)?),
            "--rounds" => options.rounds = Some(number(&argument, arguments)?),
            _ => return Err(unknown(&argument)),
        }
    }
    Ok(options)
}

fn mutant_options(arguments: &mut impl Iterator<Item = String>) -> Result<MutantOptions, Failure> {
    let mut options = MutantOptions::default();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--only" => options.only = Some(value(&argument, arguments)?),
            "--minutes" => options.minutes = Some(number(&argument, arguments)?),
            _ => return Err(unknown(&argument)),
        }
    }
    Ok(options)
}

fn budget_options(arguments: &mut impl Iterator<Item = String>) -> Result<BudgetOptions, Failure> {
    let mut options = BudgetOptions::default();
    for argument in arguments {
        match argument.as_str() {
            "--write" => options.write = true,
            _ => return Err(unknown(&argument)),
        }
    }
    Ok(options)
}

fn bench_options(arguments: &mut impl Iterator<Item = String>) -> Result<BenchOptions, Failure> {
    let mut options = BenchOptions::default();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--only" => options.only.push(section(value(&argument, arguments)?)?),
            _ => return Err(unknown(&argument)),
        }
    }
    Ok(options)
}

fn section(name: String) -> Result<String, Failure> {
    if SECTIONS.contains(&name.as_str()) {
        return Ok(name);
    }
    Err(Failure::Usage(format!("`--only` takes one of {}, not `{name}`", SECTIONS.join(", "))))
}

fn number(flag: &str, arguments: &mut impl Iterator<Item = String>) -> Result<u64, Failure> {
    let number = value(flag, arguments)?;
    number.parse().map_err(|_| Failure::Usage(format!("`{flag}` takes a number, not `{number}`")))
}

fn engine(name: &str) -> Result<Engine, Failure> {
    match name {
        "sqlite" => Ok(Engine::Sqlite),
        _ => match KINDS.into_iter().find(|kind| kind.is_database() && kind.word == name) {
            Some(kind) => Ok(Engine::Server(kind)),
            None => {
                Err(Failure::Usage(format!("`--only` takes `sqlite`, `postgres` or `mariadb`, not `{name}`")))
            }
        },
    }
}

fn value(flag: &str, arguments: &mut impl Iterator<Item = String>) -> Result<String, Failure> {
    arguments.next().ok_or_else(|| Failure::Usage(format!("`{flag}` needs a value")))
}

fn unknown(argument: &str) -> Failure {
    Failure::Usage(format!("`{argument}` is not understood here"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Command, Failure> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn reads_the_options_of_test() {
        let filter = Some("moves".to_owned());
        let options = TestOptions { only: Some(Engine::Sqlite), filter, rounds: Some(9) };
        assert_eq!(read("test --only sqlite --filter moves --rounds 9").unwrap(), Command::Test(options));
        assert_eq!(read("test").unwrap(), Command::Test(TestOptions::default()));
        assert_eq!(read("").unwrap(), Command::Help);
    }

    #[test]
    fn reads_the_options_of_mutants() {
        let options = MutantOptions { only: Some("bump".to_owned()), minutes: Some(8) };
        assert_eq!(read("mutants --minutes 8 --only bump").unwrap(), Command::Mutants(options));
        assert_eq!(read("mutants").unwrap(), Command::Mutants(MutantOptions::default()));
        assert!(matches!(read("mutants --minutes few"), Err(Failure::Usage(_))));
    }

    #[test]
    fn reads_the_options_of_budget_and_bench() {
        assert_eq!(read("budget").unwrap(), Command::Budget(BudgetOptions { write: false }));
        assert_eq!(read("budget --write").unwrap(), Command::Budget(BudgetOptions { write: true }));
        assert_eq!(read("bench").unwrap(), Command::Bench(BenchOptions::default()));
        let only = ["hot", "times"].map(str::to_owned).into();
        let options = BenchOptions { only };
        assert!(options.asks_for("hot") && !options.asks_for("curves"));
        assert!(BenchOptions::default().asks_for("curves"));
        assert_eq!(read("bench --only hot --only times").unwrap(), Command::Bench(options));
    }

    #[test]
    fn reads_what_to_weigh() {
        let program = ["cargo", "check"].map(str::to_owned).to_vec();
        assert_eq!(read("weigh file cargo check").unwrap(), Command::Weigh("file".into(), program));
        for line in ["weigh", "bench --only", "bench --only speed"] {
            assert!(matches!(read(line), Err(Failure::Usage(_))), "{line}");
        }
    }

    #[test]
    fn the_usage_names_every_section() {
        assert!(USAGE.contains(&format!("one of {}", SECTIONS.join(", "))));
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for line in [
            "tset",
            "test --only oracle",
            "test --only",
            "tidy now",
            "mutants x",
            "test --fast",
            "budget x",
            "bench --only weather",
        ] {
            assert!(matches!(read(line), Err(Failure::Usage(_))), "{line}");
        }
    }
}
