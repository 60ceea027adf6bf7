//! Private, throw-away servers for tests and measurements, and the browser that tests start themselves.

mod account;
mod binaries;
mod browser;
mod mariadb;
mod pgbouncer;
mod postgres;
mod running;

use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Signal;

use binaries::Wanted;
pub(crate) use browser::Browser;
pub(crate) use mariadb::MARIADB;
pub(crate) use pgbouncer::PGBOUNCER;
pub(crate) use postgres::POSTGRES;
pub(crate) use running::Server;

/// Every kind of server that tests run on; one that stands before another one comes after it.
pub(crate) const KINDS: [&Kind; 3] = [&POSTGRES, &PGBOUNCER, &MARIADB];

/// The databases among them.
pub(crate) const DATABASES: [&Kind; 2] = [&POSTGRES, &MARIADB];

/// A kind of server: what differs in starting and stopping one.
#[derive(Debug)]
pub(crate) struct Kind {
    /// What it is called.
    pub(crate) name: &'static str,
    /// The word for it in options and in the names of tests.
    pub(crate) word: &'static str,
    /// The cargo feature that compiles its tests.
    pub(crate) feature: &'static str,
    /// The variable that tells the tests where the server is.
    pub(crate) variable: &'static str,
    /// The database that it stands before, if it is none itself.
    before: Option<&'static Kind>,
    /// The user that Debian's package makes for it, since it refuses root.
    user: &'static str,
    /// Debian's package.
    package: &'static str,
    /// The programs that it takes, one directory for both or none.
    programs: [&'static str; 2],
    /// Where else than in `PATH` the programs may be, the best place first.
    places: fn() -> Vec<PathBuf>,
    /// The command that makes an empty database in `data`, in this directory.
    initialise: Option<fn(bin: &Path, home: &Path) -> Command>,
    /// The command that runs the server in this directory.
    launch: fn(bin: &Path, home: &Path, ports: Ports) -> Command,
    /// Whether it takes connections.
    is_ready: fn(home: &Path, port: u16) -> bool,
    /// Where clients find it.
    url: fn(port: u16) -> String,
    /// What asks it to end, ever less politely, and how many seconds it may take each time.
    end: [(Signal, u64); 3],
}

/// Where a server is found, and the one that it stands before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ports {
    own: u16,
    behind: Option<u16>,
}

impl Kind {
    /// The database whose tests it serves.
    pub(crate) fn database(&'static self) -> &'static Self {
        self.before.unwrap_or(self)
    }

    /// What has to be on this machine.
    fn wanted(&self) -> Wanted {
        let Self { name, package, programs, places, .. } = *self;
        Wanted { name, package, programs, places }
    }

    /// Whether it is a database.
    pub(crate) fn is_database(&self) -> bool {
        self.before.is_none()
    }
}

impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        self.word == other.word
    }
}

/// Tells a command where the servers are that run, and nothing of others.
pub(crate) fn tell(command: &mut Command, servers: &[Server]) {
    for kind in KINDS {
        command.env_remove(kind.variable);
    }
    for server in servers {
        command.env(server.kind().variable, server.url());
    }
}
