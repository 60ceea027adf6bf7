//! Whether the tests left files in the tree.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

use crate::failure::Failure;
use crate::process::{self, Keep};
use crate::summary::Verdict;
use crate::workspace::Workspace;

/// The files that git does not know, before the tests.
#[derive(Debug)]
pub(crate) struct Leftovers<'w> {
    workspace: &'w Workspace,
    before: BTreeSet<String>,
}

impl<'w> Leftovers<'w> {
    /// Notes which files there are.
    pub(crate) fn watch(workspace: &'w Workspace) -> Result<Self, Failure> {
        Ok(Self { workspace, before: untracked(workspace)? })
    }

    /// Passes if there are no more than before.
    pub(crate) fn check(&self) -> Result<Verdict, Failure> {
        let now = untracked(self.workspace)?;
        let new: Vec<_> = now.difference(&self.before).map(String::as_str).collect();
        if new.is_empty() {
            return Ok(Verdict::new(true));
        }
        println!("left behind: {}", new.join(", "));
        Ok(Verdict::failed(format!("{} files left behind", new.len())))
    }
}

/// Files that are neither known nor ignored; none where there is no repository.
fn untracked(workspace: &Workspace) -> Result<BTreeSet<String>, Failure> {
    let mut command = Command::new("git");
    command.args(["ls-files", "--others", "--exclude-standard"]).current_dir(workspace.root());
    match process::run(command, Keep::Quietly, Duration::from_mins(1)) {
        Ok(ended) if ended.success() => Ok(ended.output.lines().map(str::to_owned).collect()),
        Ok(_) | Err(Failure::Failed(_)) => Ok(BTreeSet::new()),
        Err(interrupted) => Err(interrupted),
    }
}
