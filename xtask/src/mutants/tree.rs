//! The copy of the tree that patches are applied to.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::patch::Patch;
use super::seed;
use crate::failure::Failure;
use crate::process::{self, Keep};
use crate::workspace::Workspace;

/// The copy. It stays from run to run, at one place, since cargo knows crates by their place.
#[derive(Debug)]
pub(super) struct Tree<'w> {
    workspace: &'w Workspace,
    /// The copy, as a workspace.
    pub(super) copy: Workspace,
    /// Its own target directory.
    pub(super) target: PathBuf,
    /// Held while we are here: two runs would patch one copy.
    _lock: File,
}

impl<'w> Tree<'w> {
    /// Makes or refreshes the copy.
    pub(super) fn open(workspace: &'w Workspace) -> Result<Self, Failure> {
        let tests = Workspace::target_directory()?;
        let home = tests.join("mutants");
        let root = home.join("tree");
        fs::create_dir_all(&root).map_err(Failure::io(root.display()))?;
        let lock = File::create(home.join("lock")).map_err(Failure::io("the lock of the mutants"))?;
        if lock.try_lock().is_err() {
            return Err(Failure::Failed("another `cargo xtask mutants` runs here".to_owned()));
        }
        let tree = Self { workspace, copy: Workspace::at(root), target: home.join("target"), _lock: lock };
        seed::dependencies(&tests, &tree.target, &workspace.members()?)?;
        tree.restore()?;
        Ok(tree)
    }

    /// Makes the copy equal to the tree. A file that differs gets a new time, so that cargo builds it
    /// again; one that doesn't keeps its own, so that cargo does not.
    pub(super) fn restore(&self) -> Result<(), Failure> {
        let wanted = self.workspace.files()?;
        for file in &wanted {
            copy(&self.workspace.root().join(file), &self.copy.root().join(file))
                .map_err(Failure::io(file.display()))?;
        }
        for file in self.copy.files()?.iter().filter(|file| wanted.binary_search(file).is_err()) {
            fs::remove_file(self.copy.root().join(file)).map_err(Failure::io(file.display()))?;
        }
        Ok(())
    }

    /// Applies a patch; `Err` with git's words if it does not fit exactly.
    pub(super) fn apply(&self, patch: &Patch) -> Result<Result<(), String>, Failure> {
        let mut command = Command::new("git");
        command.args(["apply", "--whitespace=nowarn"]).arg(&patch.path).current_dir(self.copy.root());
        // The copy lies in an ignored directory of the repository, where git would skip every file.
        command.env("GIT_CEILING_DIRECTORIES", self.copy.root().parent().unwrap_or(self.copy.root()));
        let ended = process::run(command, Keep::Quietly, Duration::from_mins(1))?;
        Ok(if ended.success() { Ok(()) } else { Err(ended.output) })
    }
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    if let Some(directory) = to.parent() {
        fs::create_dir_all(directory)?;
    }
    if from.is_symlink() {
        let target = fs::read_link(from)?;
        return match symlink(&target, to) {
            Err(error)
                if error.kind() == ErrorKind::AlreadyExists
                    && fs::read_link(to).is_ok_and(|old| old == target) =>
            {
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                fs::remove_file(to)?;
                symlink(&target, to)
            }
            other => other,
        };
    }
    if to.is_symlink() {
        fs::remove_file(to)?;
    }
    let content = fs::read(from)?;
    if fs::read(to).is_ok_and(|old| old == content) {
        return Ok(());
    }
    fs::write(to, content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn a_file_that_is_equal_is_left_alone() {
        let scratch = Scratch::create().unwrap();
        let (from, to) = (scratch.path().join("from"), scratch.path().join("deep/to"));
        fs::write(&from, "one").unwrap();
        copy(&from, &to).unwrap();
        let time = |path: &Path| fs::metadata(path).unwrap().modified().unwrap();
        let first = time(&to);
        copy(&from, &to).unwrap();
        assert_eq!(time(&to), first);
        fs::write(&from, "two").unwrap();
        copy(&from, &to).unwrap();
        assert_eq!(fs::read(&to).unwrap(), b"two");
        assert!(time(&to) > first);
    }
}
