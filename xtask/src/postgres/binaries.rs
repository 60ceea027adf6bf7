//! Where the server's programs are, and how to get them.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::process::geteuid;

use crate::failure::Failure;
use crate::interrupt;

/// Where Debian keeps the programs, one directory for each major version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The directory of `initdb` and `postgres`; installs them if that is possible here.
pub(crate) fn find_or_install() -> Result<PathBuf, Failure> {
    if let Some(found) = find() {
        return Ok(found);
    }
    if !(geteuid().is_root() && Path::new("/usr/bin/apt-get").exists()) {
        return Err(missing("and only root on Debian can have it installed"));
    }
    println!("PostgreSQL is not here: installing it");
    apt_get(&["update"])?;
    apt_get(&["install", "-y", "--no-install-recommends", "postgresql"])?;
    find().ok_or_else(|| missing("also after installing Debian's package `postgresql`"))
}

fn missing(why: &str) -> Failure {
    Failure::Failed(format!(
        "no PostgreSQL server programs in {DEBIAN}/*/bin or in PATH, {why}. \
         Install them (Debian: `apt-get install postgresql`; elsewhere put the directory of `initdb` and \
         `postgres` in PATH), or run less: `cargo xtask test --only sqlite`"
    ))
}

fn apt_get(arguments: &[&str]) -> Result<(), Failure> {
    let mut command = Command::new("apt-get");
    // The package may start a server of its own. We ask it not to; ours is another one in any case.
    command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1");
    // Packages that are installed by half are worse than a Ctrl-C that has to wait.
    command.stdin(Stdio::null()).process_group(0);
    match command.status() {
        Ok(status) if status.success() => interrupt::check(),
        _ => Err(missing(&format!("and `apt-get {}` failed", arguments.join(" ")))),
    }
}

/// The newest of Debian's versions, or else the first directory of `PATH` that has a server.
fn find() -> Option<PathBuf> {
    let versions = fs::read_dir(DEBIAN).into_iter().flatten().flatten().map(|entry| entry.path());
    if let Some(newest) = newest(versions.filter(|path| is_complete(&path.join("bin")))) {
        return Some(newest.join("bin"));
    }
    std::env::split_paths(&std::env::var_os("PATH")?).find(|path| is_complete(path))
}

fn is_complete(bin: &Path) -> bool {
    ["initdb", "postgres"].iter().all(|program| bin.join(program).is_file())
}

/// Versions are numbers: 9 is older than 15.
fn newest(versions: impl Iterator<Item = PathBuf>) -> Option<PathBuf> {
    versions.max_by_key(|path| {
        path.file_name().and_then(|name| name.to_str()?.split('.').next()?.parse::<u32>().ok())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_is_the_greatest_number() {
        let versions = ["9.6", "15", "tools"].map(|version| Path::new(DEBIAN).join(version));
        assert_eq!(newest(versions.into_iter()), Some(Path::new(DEBIAN).join("15")));
        assert_eq!(newest(std::iter::empty()), None);
    }
}
