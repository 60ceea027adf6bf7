//! Starts and stops the server.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::account::Account;
use super::{Kind, Ports, binaries};
use crate::failure::Failure;
use crate::interrupt::{self, POLL};
use crate::scratch::Scratch;

const START_LIMIT: Duration = Duration::from_mins(1);

/// A running server; stopped when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    kind: &'static Kind,
    process: Child,
    home: PathBuf,
    port: u16,
}

impl Server {
    /// Starts a server in a directory of `scratch`, on a free loopback port. Among the servers that run is the one
    /// that it stands before, if it does.
    pub(crate) fn start(kind: &'static Kind, scratch: &Scratch, running: &[Self]) -> Result<Self, Failure> {
        let is_behind = |server: &&Self| Some(server.kind) == kind.before;
        let behind = running.iter().find(is_behind).map(|server| server.port);
        let bin = binaries::find_or_install(&kind.wanted())?;
        let account = Account::find(kind)?;
        let home = scratch.directory(kind.word)?;
        account.owns(&home)?;
        initialise(kind, &bin, account, &home)?;
        // Somebody else may take the free port before the server does.
        let mut last = None;
        for _ in 0..5 {
            let mut server = Self::launch(kind, &bin, account, &home, Ports { own: free_port()?, behind })?;
            match server.wait_until_ready() {
                Ok(()) => return Ok(server),
                Err(failure @ Failure::Failed(_)) => last = Some(failure),
                Err(stop) => return Err(stop),
            }
        }
        Err(last.unwrap_or_else(|| Failure::Failed(format!("{} did not start", kind.name))))
    }

    /// Where clients find it.
    pub(crate) fn url(&self) -> String {
        (self.kind.url)(self.port)
    }

    /// What it is.
    pub(crate) fn kind(&self) -> &'static Kind {
        self.kind
    }

    fn launch(
        kind: &'static Kind,
        bin: &Path,
        account: Account,
        home: &Path,
        ports: Ports,
    ) -> Result<Self, Failure> {
        let log = fs::File::create(home.join("log")).map_err(Failure::io("the server's log"))?;
        let errors = log.try_clone().map_err(Failure::io("the server's log"))?;
        let mut command = (kind.launch)(bin, home, ports);
        command.current_dir(home).stdin(Stdio::null()).stdout(log).stderr(errors);
        // Its own group, so that a Ctrl-C at the terminal reaches the tests before the server.
        command.process_group(0);
        account.runs(&mut command);
        let process = command.spawn().map_err(Failure::io(format_args!("cannot start {}", kind.name)))?;
        Ok(Self { kind, process, home: home.to_owned(), port: ports.own })
    }

    fn wait_until_ready(&mut self) -> Result<(), Failure> {
        let start = Instant::now();
        while start.elapsed() < START_LIMIT {
            interrupt::check()?;
            if self.process.try_wait().map_err(Failure::io("cannot wait for a server"))?.is_some() {
                break;
            }
            if (self.kind.is_ready)(&self.home, self.port) {
                return Ok(());
            }
            std::thread::sleep(POLL);
        }
        let log = fs::read_to_string(self.home.join("log")).unwrap_or_default();
        Err(Failure::Failed(format!("{} did not start; its log:\n{log}", self.kind.name)))
    }

    /// Whether the process ended within `limit`.
    fn ends_within(&mut self, limit: Duration) -> bool {
        let start = Instant::now();
        while start.elapsed() < limit {
            if !matches!(self.process.try_wait(), Ok(None)) {
                return true;
            }
            std::thread::sleep(POLL);
        }
        false
    }
}

impl Drop for Server {
    /// Politely; less so if that takes too long; and then by force. A postmaster that was
    /// killed leaves processes that still commit, so the end is when the last process has gone.
    fn drop(&mut self) {
        let process = Pid::from_child(&self.process);
        for (signal, limit) in self.kind.end {
            if !matches!(self.process.try_wait(), Ok(None)) {
                break;
            }
            let _ = kill_process(process, signal);
            if self.ends_within(Duration::from_secs(limit)) {
                break;
            }
        }
        let start = Instant::now();
        loop {
            let left = processes_in(&self.home);
            if left.is_empty() || start.elapsed() > Duration::from_secs(10) {
                break;
            }
            if start.elapsed() > Duration::from_secs(2) {
                for pid in left {
                    let _ = kill_process(pid, Signal::KILL);
                }
            }
            std::thread::sleep(POLL);
        }
    }
}

fn initialise(kind: &Kind, bin: &Path, account: Account, home: &Path) -> Result<(), Failure> {
    let Some(initialise) = kind.initialise else { return Ok(()) };
    let mut command = initialise(bin, home);
    command.current_dir(home);
    account.runs(&mut command);
    // Any signal makes `initdb` leave shared memory behind. It takes half a second: a Ctrl-C can wait.
    command.process_group(0);
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(Failure::io(format_args!("cannot start `{name}`")))?;
    if output.status.success() {
        return Ok(());
    }
    Err(Failure::Failed(format!("`{name}` failed:\n{}", String::from_utf8_lossy(&output.stderr))))
}

/// A loopback port that nobody listens on at this moment.
fn free_port() -> Result<u16, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(Failure::io("no free port"))?;
    listener.local_addr().map(|address| address.port()).map_err(Failure::io("no free port"))
}

/// The processes that work in a directory, as the server's do. None where the system has no `/proc`.
fn processes_in(directory: &Path) -> Vec<Pid> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter(|entry| fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd.starts_with(directory)))
        .filter_map(|entry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_free_port_can_be_listened_on() {
        // Somebody else may be faster, but not five times.
        let mut ports = (0..5).map(|_| free_port().unwrap());
        assert!(ports.any(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()));
    }

    #[test]
    fn finds_the_processes_of_a_directory() {
        let scratch = Scratch::create().unwrap();
        let home = scratch.directory("home").unwrap();
        assert!(processes_in(&home).is_empty());
        let mut sleeper = Command::new("sleep").arg("60").current_dir(&home).spawn().unwrap();
        assert_eq!(processes_in(&home), [Pid::from_child(&sleeper)]);
        sleeper.kill().unwrap();
        sleeper.wait().unwrap();
        assert!(processes_in(&home).is_empty());
    }
}
