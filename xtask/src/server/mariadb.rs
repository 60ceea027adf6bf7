//! MariaDB.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Signal;

use super::{Kind, Ports};

/// The database that there is from the start.
const DATABASE: &str = "aggregate";

/// MariaDB.
pub(crate) const MARIADB: Kind = Kind {
    name: "MariaDB",
    word: "mariadb",
    feature: "mysql",
    variable: "AGGREGATE_TEST_MARIADB",
    user: "mysql",
    package: "mariadb-server",
    programs: ["mariadb-install-db", "mariadbd"],
    // Debian keeps the one in the first and the other in the second directory, where not every PATH leads.
    places: || vec![PathBuf::from("/usr/sbin"), PathBuf::from("/usr/bin")],
    before: None,
    initialise: Some(initialise),
    launch,
    is_ready,
    url: |port| format!("mysql://root@127.0.0.1:{port}/{DATABASE}"),
    end: [(Signal::TERM, 15), (Signal::QUIT, 5), (Signal::KILL, 5)],
};

fn initialise(bin: &Path, home: &Path) -> Command {
    // What cannot be written here is missed, by name, when the server starts.
    let _ = fs::write(first_statements(home), format!("CREATE DATABASE IF NOT EXISTS {DATABASE};\n"));
    let install = PathBuf::from("mariadb-install-db");
    // Beside the server, or where Debian has it.
    let install =
        [bin.join(&install), Path::new("/usr/bin").join(&install)].into_iter().find(|path| path.is_file());
    let mut command = Command::new(install.unwrap_or_else(|| "mariadb-install-db".into()));
    command.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]);
    command.arg(option("--datadir=", &home.join("data")));
    command
}

/// Fast to start and to write, and of no use to anyone who wants to keep the data.
fn launch(bin: &Path, home: &Path, ports: Ports) -> Command {
    let mut command = Command::new(bin.join("mariadbd"));
    command.arg("--no-defaults").arg(option("--datadir=", &home.join("data")));
    command.arg(option("--socket=", &home.join("socket"))).arg(option("--pid-file=", &home.join("pid")));
    command.arg(option("--tmpdir=", home)).arg(format!("--port={}", ports.own));
    command.args(["--bind-address=127.0.0.1", "--skip-name-resolve", "--character-set-server=utf8mb4"]);
    command.args(["--innodb-flush-log-at-trx-commit=0", "--sync-binlog=0", "--skip-log-bin"]);
    command.arg("--max-connections=500").arg(option("--init-file=", &first_statements(home)));
    command
}

fn is_ready(home: &Path, _: u16) -> bool {
    // Written when connections are taken.
    let log = fs::read_to_string(home.join("log")).unwrap_or_default();
    log.contains("ready for connections")
}

fn first_statements(home: &Path) -> PathBuf {
    home.join("first.sql")
}

fn option(name: &str, path: &Path) -> std::ffi::OsString {
    let mut option = std::ffi::OsString::from(name);
    option.push(path);
    option
}
