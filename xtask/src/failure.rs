//! Why a command could not go on.

use std::fmt;
use std::io;
use std::process::ExitCode;

/// Why a command could not go on.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line was not understood.
    Usage(String),
    /// A signal asked us to stop.
    Interrupted(i32),
    /// Anything else, said in a sentence.
    Failed(String),
}

impl Failure {
    /// The process's exit code: a shell's for signals, 2 for a wrong command line.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            Self::Interrupted(signal) => ExitCode::from(128 + u8::try_from(*signal).unwrap_or(0)),
            Self::Failed(_) => ExitCode::FAILURE,
        }
    }

    /// An error of the operating system, with what we were doing to which thing.
    pub(crate) fn io(doing: impl fmt::Display) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::Failed(format!("{doing}: {error}"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) => write!(f, "{text}\n\n{}", crate::cli::USAGE),
            Self::Interrupted(signal) => {
                write!(f, "stopped by signal {signal}; everything it started is gone")
            }
            Self::Failed(text) => f.write_str(text),
        }
    }
}
