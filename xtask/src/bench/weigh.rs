//! What a command costs: time on the clock, time of the processor, memory.
//!
//! The command is started by another xtask, which waits for it alone and so hears from the kernel what it and all that it
//! waited for used. That is the same binary, called as `xtask weigh FILE PROGRAM ARGUMENT...`.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use wait4::Wait4 as _;

use crate::failure::Failure;
use crate::process::{self, Keep};

/// What a command and all that it started cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Weight {
    /// From its start to its end.
    pub(crate) wall: Duration,
    /// Time of the processors outside of the kernel.
    pub(crate) user: Duration,
    /// The most memory that any one of its processes held, in bytes.
    pub(crate) peak: u64,
}

impl Weight {
    /// As it stands in a file: microseconds, microseconds and bytes.
    fn to_line(self) -> String {
        format!("{} {} {}", self.wall.as_micros(), self.user.as_micros(), self.peak)
    }

    fn of_line(line: &str) -> Option<Self> {
        let numbers: Result<Vec<u64>, _> = line.split_whitespace().map(str::parse).collect();
        match *numbers.ok()? {
            [wall, user, peak] => {
                Some(Self { wall: Duration::from_micros(wall), user: Duration::from_micros(user), peak })
            }
            _ => None,
        }
    }
}

/// Runs a command to its end and says what it cost, or what it printed if it failed.
pub(crate) fn weighed(command: &Command, directory: &Path, limit: Duration) -> Result<Weight, Failure> {
    let file = directory.join("weight");
    let myself = std::env::current_exe().map_err(Failure::io("cannot find myself"))?;
    let mut weigher = Command::new(myself);
    weigher.arg("weigh").arg(&file).arg(command.get_program()).args(command.get_args());
    if let Some(directory) = command.get_current_dir() {
        weigher.current_dir(directory);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => weigher.env(name, value),
            None => weigher.env_remove(name),
        };
    }
    let ended = process::run(weigher, Keep::Quietly, limit)?;
    if !ended.success() {
        return Err(Failure::Failed(format!("{command:?} failed:\n{}", ended.output)));
    }
    let line = fs::read_to_string(&file).map_err(Failure::io(file.display()))?;
    Weight::of_line(&line).ok_or_else(|| Failure::Failed(format!("{} is no weight: {line}", file.display())))
}

/// The other side of [`weighed`]: runs the command and leaves in the file what it cost.
pub(crate) fn weigh(file: &Path, arguments: &[String]) -> Result<bool, Failure> {
    let Some((program, arguments)) = arguments.split_first() else {
        return Err(Failure::Usage("`weigh` needs a program".to_owned()));
    };
    let start = Instant::now();
    let child = Command::new(program).args(arguments).spawn();
    let child = child.map_err(Failure::io(format_args!("cannot start `{program}`")))?;
    let used = child.wait4().map_err(Failure::io("cannot wait for a child"))?;
    let weight = Weight { wall: start.elapsed(), user: used.rusage.utime, peak: used.rusage.maxrss };
    fs::write(file, weight.to_line()).map_err(Failure::io(file.display()))?;
    Ok(used.status.success())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn a_weight_is_read_as_it_was_written() {
        let weight =
            Weight { wall: Duration::from_millis(1500), user: Duration::from_micros(7), peak: 9 << 20 };
        assert_eq!(weight.to_line(), "1500000 7 9437184");
        assert_eq!(Weight::of_line(&weight.to_line()), Some(weight));
        for bad in ["", "1 2", "1 2 3 4", "1 2 x"] {
            assert_eq!(Weight::of_line(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_work_of_a_grandchild_is_counted() {
        let scratch = Scratch::create().unwrap();
        let file = scratch.path().join("weight");
        let script = "sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i + 1)); done'; sleep 0.2; exit 3";
        let command = ["sh", "-c", script].map(str::to_owned);
        assert!(!weigh(&file, &command).unwrap());
        let weight = Weight::of_line(&fs::read_to_string(&file).unwrap()).unwrap();
        assert!(weight.user > Duration::from_millis(5), "{weight:?}");
        assert!(weight.wall > Duration::from_millis(200), "{weight:?}");
        assert!(weight.peak > 100 << 10, "{weight:?}");
    }
}
