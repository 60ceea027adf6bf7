//! Where a server's programs are, and how to get them.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::process::geteuid;

use super::Kind;
use crate::failure::Failure;
use crate::interrupt;

/// The directory of the server's program; installs it if that is possible here.
pub(crate) fn find_or_install(kind: &Kind) -> Result<PathBuf, Failure> {
    if let Some(found) = find(kind) {
        return Ok(found);
    }
    if !(geteuid().is_root() && Path::new("/usr/bin/apt-get").exists()) {
        return Err(missing(kind, "and only root on Debian can have it installed"));
    }
    println!("{} is not here: installing it", kind.name);
    apt_get(kind, &["update"])?;
    apt_get(kind, &["install", "-y", "--no-install-recommends", kind.package])?;
    find(kind).ok_or_else(|| missing(kind, "also after installing Debian's package"))
}

fn missing(kind: &Kind, why: &str) -> Failure {
    let Kind { name, package, programs: [first, second], .. } = kind;
    Failure::Failed(format!(
        "no {name} server programs where Debian has them or in PATH, {why}. \
         Install them (Debian: `apt-get install {package}`; elsewhere put the directories of `{first}` and \
         `{second}` in PATH), or run less: `cargo xtask test --only sqlite`"
    ))
}

fn apt_get(kind: &Kind, arguments: &[&str]) -> Result<(), Failure> {
    let mut command = Command::new("apt-get");
    // The package may start a server of its own. We ask it not to; ours is another one in any case.
    command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1");
    // Packages that are installed by half are worse than a Ctrl-C that has to wait.
    command.stdin(Stdio::null()).process_group(0);
    match command.status() {
        Ok(status) if status.success() => interrupt::check(),
        _ => Err(missing(kind, &format!("and `apt-get {}` failed", arguments.join(" ")))),
    }
}

/// The best of Debian's directories with the server in it, or else the first of `PATH`; none where the other
/// program is missing.
fn find(kind: &Kind) -> Option<PathBuf> {
    let mut places = (kind.places)();
    places.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let [first, server] = kind.programs;
    let has = |place: &PathBuf, program: &str| place.join(program).is_file();
    // Of several versions, one that is whole.
    let whole = places.iter().find(|place| has(place, first) && has(place, server));
    let found = whole.or_else(|| places.iter().find(|place| has(place, server)))?;
    places.iter().any(|place| has(place, first)).then(|| found.clone())
}
