//! PostgreSQL.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Signal;

use super::{Kind, Ports};

/// Where Debian keeps the programs, one directory for each major version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// Fast to start and to write, and of no use to anyone who wants to keep the data.
const SETTINGS: [&str; 5] = [
    "listen_addresses=127.0.0.1",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=400",
];

/// PostgreSQL.
pub(crate) const POSTGRES: Kind = Kind {
    name: "PostgreSQL",
    word: "postgres",
    feature: "postgres",
    variable: "AGGREGATE_TEST_POSTGRES",
    user: "postgres",
    package: "postgresql",
    programs: ["initdb", "postgres"],
    places,
    before: None,
    initialise: Some(initialise),
    launch,
    is_ready,
    url: |port| format!("postgres://postgres@127.0.0.1:{port}/postgres"),
    // A fast shutdown, an immediate one, and force.
    end: [(Signal::INT, 10), (Signal::QUIT, 5), (Signal::KILL, 5)],
};

/// Debian's versions, the newest first.
fn places() -> Vec<PathBuf> {
    let versions = fs::read_dir(DEBIAN).into_iter().flatten().flatten().map(|entry| entry.path());
    newest_first(versions.collect()).into_iter().map(|version| version.join("bin")).collect()
}

/// Versions are numbers: 9 is older than 15.
fn newest_first(mut versions: Vec<PathBuf>) -> Vec<PathBuf> {
    versions.sort_by_key(|path| {
        path.file_name().and_then(|name| name.to_str()?.split('.').next()?.parse::<u32>().ok())
    });
    versions.reverse();
    versions
}

fn initialise(bin: &Path, home: &Path) -> Command {
    let mut command = Command::new(bin.join("initdb"));
    command.args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync", "-D"]);
    command.arg(home.join("data"));
    command
}

fn launch(bin: &Path, home: &Path, ports: Ports) -> Command {
    let mut command = Command::new(bin.join("postgres"));
    command.arg("-D").arg(home.join("data")).arg("-k").arg(home).arg("-p").arg(ports.own.to_string());
    command.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
    command
}

fn is_ready(home: &Path, _: u16) -> bool {
    // The last line of this file tells the state, for `pg_ctl` to read.
    let state = fs::read_to_string(home.join("data/postmaster.pid")).unwrap_or_default();
    state.lines().last().is_some_and(|line| line.trim() == "ready")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_is_the_greatest_number() {
        let versions = ["9.6", "15", "tools"].map(|version| Path::new(DEBIAN).join(version));
        assert_eq!(newest_first(versions.into()).first(), Some(&Path::new(DEBIAN).join("15")));
    }
}
