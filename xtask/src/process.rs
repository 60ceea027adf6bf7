//! Runs a command so that nothing of it outlives us.
//!
//! Each child leads a process group of its own. When the child ends, or a signal stops us, or its time
//! is up, the whole group is ended: test binaries, compilers and servers that it started included.

use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};

use crate::failure::Failure;
use crate::interrupt::{self, POLL};

/// How long a group may take to end itself before it is killed.
const GRACE: Duration = Duration::from_secs(5);

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Its exit status; `None` if it was stopped because its time was up.
    pub(crate) status: Option<ExitStatus>,
    /// What it printed on the streams that were [kept](Keep).
    pub(crate) output: String,
}

impl Ended {
    /// Whether the command ended by itself with exit code 0.
    pub(crate) fn success(&self) -> bool {
        self.status.is_some_and(|status| status.success())
    }
}

/// Which stream of a command to keep, and whether to show it too. The other streams are inherited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// Standard output, passed on as it comes.
    Stdout,
    /// Standard error, passed on as it comes.
    Stderr,
    /// Both, not shown.
    Quietly,
}

/// Runs a command to its end, at most for `limit`.
pub(crate) fn run(mut command: Command, keep: Keep, limit: Duration) -> Result<Ended, Failure> {
    interrupt::check()?;
    command.stdin(Stdio::null()).process_group(0);
    if keep != Keep::Stderr {
        command.stdout(Stdio::piped());
    }
    if keep != Keep::Stdout {
        command.stderr(Stdio::piped());
    }
    let name = command.get_program().to_string_lossy().into_owned();
    let mut group = Group(command.spawn().map_err(Failure::io(format_args!("cannot start `{name}`")))?);
    let show = keep != Keep::Quietly;
    let out = group.0.stdout.take().map(|stream| keep_of(stream, show.then(std::io::stdout)));
    let err = group.0.stderr.take().map(|stream| keep_of(stream, show.then(std::io::stderr)));
    let status = group.wait(limit);
    // The readers end when the last process of the group is gone.
    drop(group);
    let output = [out, err].into_iter().flatten().map(|reader| reader.join().unwrap_or_default()).collect();
    interrupt::check()?;
    Ok(Ended { status: status?, output })
}

/// Reads a stream to its end in a thread, and passes it on.
fn keep_of<R, W>(mut from: R, mut to: Option<W>) -> JoinHandle<String>
where
    R: Read + Send + 'static,
    W: Write + Send + 'static,
{
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        let mut buffer = [0; 8192];
        while let Ok(read @ 1..) = from.read(&mut buffer) {
            kept.extend_from_slice(&buffer[..read]);
            if let Some(to) = &mut to {
                // Nobody may be reading any more; the child shall end all the same.
                let _ = to.write_all(&buffer[..read]).and_then(|()| to.flush());
            }
        }
        String::from_utf8_lossy(&kept).into_owned()
    })
}

/// A child and its process group; ends both when dropped.
struct Group(Child);

impl Group {
    /// Waits for the child; `None` if the limit or a signal ended it first.
    fn wait(&mut self, limit: Duration) -> Result<Option<ExitStatus>, Failure> {
        let start = Instant::now();
        let mut asked: Option<Instant> = None;
        loop {
            if let Some(status) = self.0.try_wait().map_err(Failure::io("cannot wait for a child"))? {
                if asked.is_none() {
                    return Ok(Some(status));
                }
                self.leave_time_to_end();
                return Ok(None);
            }
            match asked {
                None if interrupt::signal().is_some() || start.elapsed() > limit => {
                    self.send(Signal::TERM);
                    asked = Some(Instant::now());
                }
                Some(since) if since.elapsed() > GRACE => self.send(Signal::KILL),
                _ => {}
            }
            std::thread::sleep(POLL);
        }
    }

    /// Waits a little for the rest of a group that was asked to end, so that it can clean up.
    fn leave_time_to_end(&self) {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(1)
            && test_kill_process_group(Pid::from_child(&self.0)).is_ok()
        {
            std::thread::sleep(POLL);
        }
    }

    fn send(&self, signal: Signal) {
        // An error means that the group is gone, which is what we want.
        let _ = kill_process_group(Pid::from_child(&self.0), signal);
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Also what the child left running in its group.
        self.send(Signal::KILL);
        let _ = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn keeps_what_a_command_prints_and_how_it_ends() {
        let limit = Duration::from_secs(30);
        let ended = run(shell("echo one; echo two >&2; exit 3"), Keep::Quietly, limit).unwrap();
        assert_eq!(ended.output, "one\ntwo\n");
        assert_eq!(ended.status.unwrap().code(), Some(3));
        assert!(!ended.success());
    }

    #[test]
    fn ends_what_a_command_leaves_running() {
        let start = Instant::now();
        // The reader would wait for the sleeper, which holds the stream.
        let ended = run(shell("sleep 60 & echo $!"), Keep::Quietly, Duration::from_secs(30)).unwrap();
        assert!(ended.success());
        assert!(start.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn stops_a_command_whose_time_is_up() {
        let ended = run(shell("sleep 60; true"), Keep::Quietly, Duration::from_millis(100)).unwrap();
        assert!(ended.status.is_none());
        assert!(!ended.success());
    }
}
