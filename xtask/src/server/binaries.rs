//! Where programs of the system's are, and how to get them.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::process::geteuid;

use crate::failure::Failure;
use crate::interrupt;

/// Two programs that work together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    /// What they are called together.
    pub(super) name: &'static str,
    /// Debian's package.
    pub(super) package: &'static str,
    /// Their names, one directory for both or none.
    pub(super) programs: [&'static str; 2],
    /// Where else than in `PATH` they may be, the best place first.
    pub(super) places: fn() -> Vec<PathBuf>,
}

/// The directory of the second program; installs both if that is possible here.
pub(super) fn find_or_install(wanted: &Wanted) -> Result<PathBuf, Failure> {
    if let Some(found) = find(wanted) {
        return Ok(found);
    }
    if !(geteuid().is_root() && Path::new("/usr/bin/apt-get").exists()) {
        return Err(missing(wanted, "and only root on Debian can have it installed"));
    }
    println!("{} is not here: installing it", wanted.name);
    apt_get(wanted, &["update"])?;
    apt_get(wanted, &["install", "-y", "--no-install-recommends", wanted.package])?;
    find(wanted).ok_or_else(|| missing(wanted, "also after installing Debian's package"))
}

fn missing(wanted: &Wanted, why: &str) -> Failure {
    let Wanted { name, package, programs: [first, second], .. } = wanted;
    Failure::Failed(format!(
        "no {name} programs where Debian has them or in PATH, {why}. \
         Install them (Debian: `apt-get install {package}`; elsewhere put the directories of `{first}` and \
         `{second}` in PATH), or run less: `cargo xtask test --only sqlite`"
    ))
}

fn apt_get(wanted: &Wanted, arguments: &[&str]) -> Result<(), Failure> {
    let mut command = Command::new("apt-get");
    // The package may start a server of its own. We ask it not to; ours is another one in any case.
    command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1");
    // Packages that are installed by half are worse than a Ctrl-C that has to wait.
    command.stdin(Stdio::null()).process_group(0);
    match command.status() {
        Ok(status) if status.success() => interrupt::check(),
        _ => Err(missing(wanted, &format!("and `apt-get {}` failed", arguments.join(" ")))),
    }
}

/// The best of Debian's directories with the second program in it, or else the first of `PATH`; none where the first
/// program is missing.
fn find(wanted: &Wanted) -> Option<PathBuf> {
    let mut places = (wanted.places)();
    places.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let [first, second] = wanted.programs;
    let has = |place: &PathBuf, program: &str| place.join(program).is_file();
    // Of several versions, one that is whole.
    let whole = places.iter().find(|place| has(place, first) && has(place, second));
    let found = whole.or_else(|| places.iter().find(|place| has(place, second)))?;
    places.iter().any(|place| has(place, first)).then(|| found.clone())
}
