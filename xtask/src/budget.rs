//! `cargo xtask budget`: what operations cost in statements, round trips and rows, against the budgets.

use std::path::Path;
use std::time::Duration;

use crate::bench::{Page, Provenance};
use crate::cli::BudgetOptions;
use crate::failure::Failure;
use crate::process::{self, Keep};
use crate::scratch::Scratch;
use crate::server::{DATABASES, Kind, Server, tell};
use crate::summary::{Summary, Verdict};
use crate::targets::{Target, Targets};
use crate::workspace::Workspace;

/// The program that counts, and the test target that it is built with.
pub(crate) const PROGRAM: &str = "measure";

/// Its section, and the step's name.
pub(crate) const SECTION: &str = "budget";

const LIMIT: Duration = Duration::from_mins(15);

/// Counts, on servers of its own; `false` if anything is over its budget.
pub(crate) fn run(workspace: &Workspace, options: &BudgetOptions) -> Result<bool, Failure> {
    let mut summary = Summary::default();
    let scratch = Scratch::create()?;
    let mut servers = Vec::new();
    let mut ready = start(&DATABASES, &scratch, &mut servers, &mut summary)?;
    let kinds: Vec<&Kind> = servers.iter().map(Server::kind).collect();
    ready = ready
        && summary.step("build", || {
            // As the tests are built, so that nothing is built twice.
            let targets = Targets::of(workspace, &kinds)?;
            let mut command = targets.command(&[&Target::Test(PROGRAM.to_owned())]);
            command.arg("--no-run");
            Ok(Verdict::new(process::run(command, Keep::Stdout, LIMIT)?.success()))
        })?;
    if ready {
        let directory = scratch.directory(SECTION)?;
        summary.step(SECTION, || count(&directory, &servers))?;
        if options.write {
            summary.step("write", || {
                let provenance = Provenance::find(workspace, &Targets::program(PROGRAM)?, &servers)?;
                Page::of(workspace).update(SECTION, &directory, &provenance, "cargo xtask budget --write")?;
                Ok(Verdict::new(true))
            })?;
        }
    }
    drop(servers);
    Ok(summary.close())
}

/// Starts servers, a step each; whether all run.
pub(crate) fn start(
    kinds: &[&'static Kind],
    scratch: &Scratch,
    servers: &mut Vec<Server>,
    summary: &mut Summary,
) -> Result<bool, Failure> {
    let mut ready = true;
    for kind in kinds {
        ready = ready
            && summary.step(format!("start {}", kind.name), || {
                let started = Server::start(kind, scratch, servers)?;
                println!("{}", started.url());
                servers.push(started);
                Ok(Verdict::new(true))
            })?;
    }
    Ok(ready)
}

/// Counts with the program that is built, and leaves what it found in the directory.
pub(crate) fn count(directory: &Path, servers: &[Server]) -> Result<Verdict, Failure> {
    let mut command = std::process::Command::new(Targets::program(PROGRAM)?);
    command.arg(SECTION).arg(directory);
    tell(&mut command, servers);
    let ended = process::run(command, Keep::Stdout, LIMIT)?;
    // The line that sums up.
    let sum = ended.output.lines().find_map(|line| Some(line.split_once(" over budget.")?.0));
    let note = sum.map_or_else(String::new, |sum| format!("{sum} over budget"));
    Ok(Verdict { passed: ended.success(), note })
}
