//! `cargo xtask bench`: measures, and writes what it found into `docs/performance.md`.
//!
//! Entry points: [`run`]; [`page`] replaces a section of the page, [`provenance`] says where numbers come from.

mod compile;
mod page;
mod provenance;
mod statistics;
mod weigh;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::budget::{self, PROGRAM};
use crate::cli::BenchOptions;
use crate::failure::Failure;
use crate::process::{self, Keep};
use crate::scratch::Scratch;
use crate::server::{DATABASES, Server, tell};
use crate::summary::{Summary, Verdict};
use crate::workspace::Workspace;

pub(crate) use page::Page;
pub(crate) use provenance::Provenance;
pub(crate) use weigh::weigh;

/// What is measured, in the order of the page.
pub(crate) const SECTIONS: [&str; 6] = ["times", "shapes", "curves", "hot", COMPILE, SIZE];

/// The sections that need no database.
const COMPILE: &str = "compile";
const SIZE: &str = "size";

/// More than any section takes.
const LIMIT: Duration = Duration::from_mins(90);

/// Measures what the options ask for; `false` if a section shows what must not be, or could not be measured.
pub(crate) fn run(workspace: &Workspace, options: &BenchOptions) -> Result<bool, Failure> {
    let mut summary = Summary::default();
    let scratch = Scratch::create()?;
    let mut servers = Vec::new();
    let mut ready = budget::start(&DATABASES, &scratch, &mut servers, &mut summary)?;
    ready = ready && summary.step("build", || build(workspace))?;
    if ready {
        let bench = Bench { workspace, scratch: &scratch, servers: &servers, program: program()? };
        let provenance = Provenance::find(workspace, &bench.program, &servers)?;
        println!("{}", provenance.line("cargo xtask bench"));
        for section in SECTIONS.into_iter().filter(|section| options.asks_for(section)) {
            summary.step(section, || bench.section(section, &provenance))?;
        }
    }
    drop(servers);
    Ok(summary.close())
}

/// Builds as a user would who wants speed.
fn build(workspace: &Workspace) -> Result<Verdict, Failure> {
    // The curves take long to compile, which is why the tests leave them out.
    let features = DATABASES.map(|kind| kind.feature).join(",") + ",curves";
    let mut command = workspace.cargo(["build", "--release", "--package", "aggregate-benches"]);
    command.args(["--bin", PROGRAM, "--features", &features]);
    Ok(Verdict::new(process::run(command, Keep::Stdout, LIMIT)?.success()))
}

/// Where that leaves it.
fn program() -> Result<PathBuf, Failure> {
    Ok(Workspace::target_directory()?.join("release").join(PROGRAM))
}

/// What measuring takes.
struct Bench<'a> {
    workspace: &'a Workspace,
    scratch: &'a Scratch,
    servers: &'a [Server],
    program: PathBuf,
}

impl Bench<'_> {
    /// Measures one section and writes it into the page.
    fn section(&self, section: &str, provenance: &Provenance) -> Result<Verdict, Failure> {
        let directory = self.scratch.directory(&format!("bench-{section}"))?;
        let verdict = self.measure(section, &directory)?;
        // What must not be is shown all the same; a section that could not be measured left nothing to show.
        if directory.join(format!("{section}.md")).is_file() {
            let command = format!("cargo xtask bench --only {section}");
            Page::of(self.workspace).update(section, &directory, provenance, &command)?;
        }
        Ok(verdict)
    }

    /// Measures one section, and leaves its text, data and plots in the directory.
    fn measure(&self, section: &str, directory: &Path) -> Result<Verdict, Failure> {
        if section == COMPILE {
            let (text, passed) = compile::time(self.workspace, self.scratch)?;
            fs::write(directory.join("compile.md"), text).map_err(Failure::io("compile.md"))?;
            return Ok(Verdict::new(passed));
        }
        if section == SIZE {
            let text = compile::size(self.workspace)?;
            fs::write(directory.join("size.md"), text).map_err(Failure::io("size.md"))?;
            return Ok(Verdict::new(true));
        }
        let mut command = Command::new(&self.program);
        command.arg(section).arg(directory).env("TMPDIR", directory);
        tell(&mut command, self.servers);
        Ok(Verdict::new(process::run(command, Keep::Stdout, LIMIT)?.success()))
    }
}
