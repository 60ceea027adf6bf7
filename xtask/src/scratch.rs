//! A temporary directory that is removed whatever happens, servers in it ended first.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::failure::Failure;

/// Waits until the other end of its input is closed, which also happens when we are killed, and then ends
/// what works in the directory `$1` and removes it. What is about to end by itself (0 is no signal) is left
/// to do so, and a server takes INT for a fast shutdown: both give their shared memory back.
const WATCHDOG: &str = r#"
trap '' INT TERM HUP
wait=
read -r _
for signal in 0 0 INT INT QUIT QUIT KILL KILL; do
    [ -d "$1" ] || exit 0
    for process in /proc/[0-9]*; do
        case "$(readlink "$process/cwd")" in
            "$1" | "$1"/*) kill -s "$signal" "${process#/proc/}"; wait=1 ;;
        esac
    done
    [ -z "$wait" ] && rm -rf "$1" && exit 0
    wait=
    sleep 1
done
rm -rf "$1"
"#;

/// Names are not used twice: the watchdog of one directory shall not find another in its place.
static COUNTER: AtomicU32 = AtomicU32::new(0);

/// A fresh directory under the system's temporary directory, removed with all it holds when dropped.
///
/// A [`Server`](crate::server::Server) that lives in it ends itself before. A small shell beside us does
/// both if we are killed and can't.
#[derive(Debug)]
pub(crate) struct Scratch {
    path: PathBuf,
    watchdog: Option<(Child, Option<ChildStdin>)>,
}

impl Scratch {
    /// Creates it. Others may pass through it, since a server of another user lives inside.
    pub(crate) fn create() -> Result<Self, Failure> {
        let mut scratch = Self { path: fresh_directory(&std::env::temp_dir())?, watchdog: None };
        fs::set_permissions(&scratch.path, fs::Permissions::from_mode(0o711))
            .map_err(Failure::io(scratch.path.display()))?;
        let mut watchdog = Command::new("sh")
            .args(["-c", WATCHDOG, "watchdog"])
            .arg(&scratch.path)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(Failure::io("cannot start `sh`"))?;
        let input = watchdog.stdin.take();
        scratch.watchdog = Some((watchdog, input));
        Ok(scratch)
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// A directory of its own for each name.
    pub(crate) fn directory(&self, name: &str) -> Result<PathBuf, Failure> {
        let path = self.path.join(name);
        fs::create_dir_all(&path).map_err(Failure::io(path.display()))?;
        Ok(path)
    }
}

fn fresh_directory(base: &Path) -> Result<PathBuf, Failure> {
    for _ in 0..100 {
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let path = base.join(format!("aggregate-xtask-{}-{number}", std::process::id()));
        match fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(Failure::io(path.display())(error)),
        }
    }
    Err(Failure::Failed(format!("no free name for a directory in {}", base.display())))
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            eprintln!("xtask: cannot remove {}: {error}", self.path.display());
        }
        if let Some((mut watchdog, input)) = self.watchdog.take() {
            drop(input);
            let _ = watchdog.wait();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_gone_afterwards() {
        let scratch = Scratch::create().unwrap();
        let path = scratch.path().to_owned();
        fs::write(scratch.directory("inside").unwrap().join("file"), "x").unwrap();
        assert!(path.is_dir());
        drop(scratch);
        assert!(!path.exists());
    }

    #[test]
    fn the_watchdog_alone_ends_what_works_there() {
        let mut scratch = Scratch::create().unwrap();
        let home = scratch.directory("home").unwrap();
        let mut sleeper = Command::new("sleep").arg("60").current_dir(&home).spawn().unwrap();
        let (mut watchdog, input) = scratch.watchdog.take().unwrap();
        drop(input);
        assert!(!sleeper.wait().unwrap().success());
        watchdog.wait().unwrap();
        assert!(!scratch.path().exists());
        // For its own removal.
        fs::create_dir(scratch.path()).unwrap();
    }
}
