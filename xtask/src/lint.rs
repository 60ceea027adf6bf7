//! `cargo xtask lint`: what needs no run of the library, cheap first.

use std::process::Command;
use std::time::Duration;

use crate::failure::Failure;
use crate::process::{self, Keep};
use crate::scratch::Scratch;
use crate::summary::{Summary, Verdict};
use crate::tidy;
use crate::workspace::Workspace;

const LIMIT: Duration = Duration::from_mins(30);

const DATABASES: [&str; 3] = ["sqlite", "postgres", "mysql"];

/// The library with one database, or none, at a time: what its users compile.
const FEATURE_SETS: [&[&str]; 7] = [
    &["--no-default-features"],
    &["--features", "sqlite"],
    &["--features", "postgres"],
    &["--features", "mysql"],
    &["--features", "testing"],
    &["--features", "postgres,tls-rustls-ring-webpki"],
    &["--features", "sqlite,postgres,mysql,chrono,time,uuid,rust_decimal,bigdecimal,proptest"],
];

/// Runs the steps; `false` if one failed.
pub(crate) fn run(workspace: &Workspace) -> Result<bool, Failure> {
    let mut summary = Summary::default();
    summary.step("tidy", || tidy::check(workspace))?;
    summary.step("fmt", || verdict(workspace.cargo(["fmt", "--all", "--check"])))?;
    // TLS needs libraries of the system's, and nothing in this repository depends on it.
    let features = workspace.features(|_, feature| !feature.starts_with("tls-"))?;
    summary.step("clippy", || {
        let mut command =
            workspace.cargo(["clippy", "--workspace", "--all-targets", "--features", &features]);
        command.args(["--", "-D", "warnings"]);
        verdict(command)
    })?;
    summary.step("doc", || {
        let mut command = workspace.cargo(["doc", "--workspace", "--no-deps", "--features", &features]);
        command.env("RUSTDOCFLAGS", "-D warnings");
        verdict(command)
    })?;
    for set in FEATURE_SETS {
        summary.step(format!("check {}", set.join(" ")), || {
            let mut command = workspace.cargo(["check", "--package", "aggregate-core"]);
            command.args(set);
            verdict(command)
        })?;
    }
    for database in DATABASES {
        for other in DATABASES.into_iter().filter(|other| *other != database) {
            let other = format!("sqlx-{other}");
            summary.step(format!("{database} without {other}"), || without(workspace, database, &other))?;
        }
    }
    summary.step("package", || package(workspace))?;
    Ok(summary.close())
}

fn verdict(command: Command) -> Result<Verdict, Failure> {
    Ok(Verdict::new(process::run(command, Keep::Stdout, LIMIT)?.success()))
}

/// A user of one database compiles no driver of another.
fn without(workspace: &Workspace, database: &str, other: &str) -> Result<Verdict, Failure> {
    let mut command = workspace.cargo(["tree", "--package", "aggregate-core", "--edges", "normal"]);
    command.args(["--prefix", "none", "--features", database]);
    let done = process::run(command, Keep::Quietly, LIMIT)?;
    let compiled = done.output.lines().any(|line| line.starts_with(&format!("{other} ")));
    Ok(if compiled { Verdict::failed(format!("compiles {other} too")) } else { Verdict::new(done.success()) })
}

/// Packages what is published and builds it from the packages, in a clean clone: what is committed, and no
/// more.
fn package(workspace: &Workspace) -> Result<Verdict, Failure> {
    let scratch = Scratch::create()?;
    let clone = scratch.path().join("clone");
    let mut command = Command::new("git");
    command.args(["clone", "--quiet", "--no-hardlinks"]).arg(workspace.root()).arg(&clone);
    if !process::run(command, Keep::Stdout, LIMIT)?.success() {
        return Ok(Verdict::failed("this is no git repository"));
    }
    let mut command = workspace.cargo(["package", "--workspace"]);
    for member in workspace.members()?.iter().filter(|member| !member.is_published()) {
        command.args(["--exclude", member.name()]);
    }
    command.current_dir(&clone).env("CARGO_TARGET_DIR", Workspace::target_directory()?.join("package-check"));
    verdict(command)
}
