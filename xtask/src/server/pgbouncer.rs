//! `PgBouncer`, before PostgreSQL.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Signal;

use super::{Kind, POSTGRES, Ports};

/// `PgBouncer`, which lends a client one of four server connections for a transaction.
pub(crate) const PGBOUNCER: Kind = Kind {
    name: "PgBouncer",
    word: "pgbouncer",
    feature: "postgres",
    variable: "AGGREGATE_TEST_PGBOUNCER",
    before: Some(&POSTGRES),
    // Debian's package runs it as the database's user.
    user: "postgres",
    package: "pgbouncer",
    programs: ["pgbouncer", "pgbouncer"],
    places: || vec![PathBuf::from("/usr/sbin"), PathBuf::from("/usr/bin")],
    initialise: None,
    launch,
    is_ready,
    url: |port| format!("postgres://postgres@127.0.0.1:{port}/postgres"),
    // At once; a polite end would wait for the clients'.
    end: [(Signal::TERM, 5), (Signal::QUIT, 5), (Signal::KILL, 5)],
};

fn launch(bin: &Path, home: &Path, ports: Ports) -> Command {
    let settings = home.join("pgbouncer.ini");
    // What cannot be written here is missed, by name, when the server starts.
    let _ = fs::write(&settings, text(ports));
    let mut command = Command::new(bin.join("pgbouncer"));
    command.arg(settings);
    command
}

fn text(Ports { own, behind }: Ports) -> String {
    let behind = behind.unwrap_or_default();
    format!(
        "[databases]\n\
         * = host=127.0.0.1 port={behind} user=postgres\n\
         [pgbouncer]\n\
         listen_addr = 127.0.0.1\n\
         listen_port = {own}\n\
         unix_socket_dir =\n\
         auth_type = any\n\
         pool_mode = transaction\n\
         default_pool_size = 4\n\
         max_client_conn = 200\n\
         ignore_startup_parameters = extra_float_digits\n"
    )
}

fn is_ready(home: &Path, _: u16) -> bool {
    let log = fs::read_to_string(home.join("log")).unwrap_or_default();
    log.contains("process up")
}
