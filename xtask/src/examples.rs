//! Runs the examples, all of them, as a user would.

use std::process::Command;
use std::time::Duration;

use crate::cli::{Engine, TestOptions};
use crate::failure::Failure;
use crate::process::{self, Keep};
use crate::scratch::Scratch;
use crate::server::Server;
use crate::summary::{Summary, Verdict};
use crate::targets::Targets;
use crate::workspace::{Manifest, Workspace};

/// The examples that take a server's address in `DATABASE_URL`.
const ON_SERVERS: [&str; 6] =
    ["invoices", "unit_of_work", "offline_edit", "in_doubt", "unnamed_statements", "allocation"];

const LIMIT: Duration = Duration::from_mins(5);

/// Runs the examples that the options ask for, a step each.
pub(crate) fn run(
    workspace: &Workspace,
    options: &TestOptions,
    scratch: &Scratch,
    servers: &[Server],
    summary: &mut Summary,
) -> Result<(), Failure> {
    let members = workspace.members()?;
    let asked = |name: &&str| options.filter.as_deref().is_none_or(|filter| name.contains(filter));
    for name in members.iter().flat_map(Manifest::examples).filter(asked) {
        if matches!(options.only, None | Some(Engine::Sqlite)) {
            summary.step(format!("example {name}"), || example(name, "sqlite", scratch, None))?;
        }
        let databases = servers.iter().filter(|server| server.kind().is_database());
        for server in databases.filter(|_| ON_SERVERS.contains(&name)) {
            let step = format!("example {name}, {}", server.kind().name);
            summary.step(step, || example(name, server.kind().word, scratch, Some(server)))?;
        }
    }
    Ok(())
}

/// Runs one in a fresh directory; it passes if it ends with exit code 0.
fn example(name: &str, on: &str, scratch: &Scratch, server: Option<&Server>) -> Result<Verdict, Failure> {
    let directory = scratch.directory(&format!("{name}-{on}"))?;
    let mut command = Command::new(Targets::example(name)?);
    command.current_dir(&directory).env("TMPDIR", &directory).env_remove("DATABASE_URL");
    if let Some(server) = server {
        command.env("DATABASE_URL", server.url());
    }
    let ended = process::run(command, Keep::Stdout, LIMIT)?;
    Ok(Verdict::new(ended.success()))
}
