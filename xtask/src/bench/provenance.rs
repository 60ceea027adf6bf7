//! Where numbers come from: when, from which commit, on which machine, with which versions.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::failure::Failure;
use crate::process::{self, Keep};
use crate::server::{Server, tell};
use crate::workspace::Workspace;

/// What is said about numbers, but for the command that made them.
#[derive(Debug, Default)]
pub(crate) struct Provenance {
    date: String,
    commit: String,
    machine: String,
    versions: String,
}

impl Provenance {
    /// Asks the system, git, the compiler, the lock file, and by way of `measure` the databases.
    pub(crate) fn find(workspace: &Workspace, measure: &Path, servers: &[Server]) -> Result<Self, Failure> {
        let git = |arguments: &[&str]| {
            let mut command = Command::new("git");
            command.args(arguments).current_dir(workspace.root());
            said(command)
        };
        let mut commit = git(&["rev-parse", "--short", "HEAD"])?;
        if !git(&["status", "--porcelain", "--untracked-files=no"])?.is_empty() {
            commit.push_str(" with changes");
        }
        let mut date = Command::new("date");
        date.args(["-u", "+%Y-%m-%d"]);
        let mut rustc = Command::new("rustc");
        rustc.arg("--version").current_dir(workspace.root());
        let rustc = said(rustc)?;
        let rustc = rustc.split(" (").next().unwrap_or_default();
        let mut databases = Command::new(measure);
        databases.arg("versions").arg(workspace.root());
        tell(&mut databases, servers);
        let lock = workspace.root().join("Cargo.lock");
        let lock = fs::read_to_string(&lock).map_err(Failure::io(lock.display()))?;
        let sqlx = locked(&lock, "sqlx").unwrap_or("of an unknown version");
        Ok(Self {
            date: said(date)?,
            commit,
            machine: machine(),
            versions: format!("{rustc}, {}, sqlx {sqlx}", said(databases)?),
        })
    }

    /// The line that stands before a section.
    pub(crate) fn line(&self, command: &str) -> String {
        let Self { date, commit, machine, versions } = self;
        format!("`{command}` on {date}, commit {commit}. {machine}. {versions}.")
    }
}

/// What a command prints, in one line.
fn said(command: Command) -> Result<String, Failure> {
    let name = command.get_program().to_string_lossy().into_owned();
    let ended = process::run(command, Keep::Quietly, Duration::from_mins(1))?;
    if !ended.success() {
        return Err(Failure::Failed(format!("`{name}` failed:\n{}", ended.output)));
    }
    Ok(ended.output.trim().replace('\n', ", "))
}

/// The version of a package in a lock file.
fn locked<'t>(lock: &'t str, package: &str) -> Option<&'t str> {
    let (_, after) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    after.split('"').next()
}

/// The processor, the memory and the system, as far as Linux tells.
fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let (cpu, memory, system) = (read("/proc/cpuinfo"), read("/proc/meminfo"), read("/etc/os-release"));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let model = field(&cpu, "model name").unwrap_or("a processor without a name");
    let memory = field(&memory, "MemTotal").and_then(|total| total.split(' ').next()?.parse::<u64>().ok());
    let memory = memory.map_or_else(String::new, |kib| format!(", {} GiB of memory", kib.div_ceil(1 << 20)));
    let system = field(&system, "PRETTY_NAME").unwrap_or(std::env::consts::OS);
    format!("{model}, {cores} cores{memory}, {system}")
}

/// The value of the first line `key : value` or `key="value"`.
fn field<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    Some(line.trim_start_matches([' ', '\t', ':', '=']).trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_linux_tells() {
        assert_eq!(field("processor\t: 0\nmodel name\t: Fast One\n", "model name"), Some("Fast One"));
        assert_eq!(field("NAME=\"D\"\nPRETTY_NAME=\"Debian 12\"\n", "PRETTY_NAME"), Some("Debian 12"));
        assert_eq!(field("MemTotal:        8048 kB\n", "MemTotal"), Some("8048 kB"));
        assert_eq!(field("", "MemTotal"), None);
    }

    #[test]
    fn reads_a_version_from_the_lock_file() {
        let lock = "[[package]]\nname = \"sqlx-core\"\nversion = \"0.8.0\"\n\n[[package]]\nname = \"sqlx\"\nversion = \"0.9.0\"\n";
        assert_eq!(locked(lock, "sqlx"), Some("0.9.0"));
        assert_eq!(locked(lock, "diesel"), None);
    }

    #[test]
    fn says_everything_in_a_line() {
        let provenance = Provenance {
            date: "2026-01-02".to_owned(),
            commit: "abc".to_owned(),
            machine: "a machine".to_owned(),
            versions: "rustc 1".to_owned(),
        };
        let line = "`cargo xtask bench` on 2026-01-02, commit abc. a machine. rustc 1.";
        assert_eq!(provenance.line("cargo xtask bench"), line);
    }
}
