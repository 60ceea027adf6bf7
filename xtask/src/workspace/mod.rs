//! Where things are in this repository.

mod manifest;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) use manifest::Manifest;

use crate::failure::Failure;

/// Directories that hold nothing of ours.
const FOREIGN: [&str; 2] = [".git", "target"];

/// The workspace that xtask was run in.
#[derive(Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The workspace of the xtask that runs.
    pub(crate) fn find() -> Result<Self, Failure> {
        // Cargo sets the variable when it runs us; a binary that is run by hand remembers it.
        let package = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        match package.parent() {
            Some(root) if root.join("Cargo.toml").is_file() => Ok(Self { root: root.to_owned() }),
            _ => Err(Failure::Failed(format!("{} is not in a workspace", package.display()))),
        }
    }

    /// The workspace in a directory that is known to hold one.
    pub(crate) fn at(root: PathBuf) -> Self {
        Self { root }
    }

    /// The workspace's directory.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A cargo command in the workspace's directory.
    pub(crate) fn cargo<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(arguments).current_dir(&self.root);
        // A database of the developer's own is none of the tests' business.
        command.env_remove("DATABASE_URL");
        command
    }

    /// Cargo's target directory: we were built into it.
    pub(crate) fn target_directory() -> Result<PathBuf, Failure> {
        let exe = std::env::current_exe().map_err(Failure::io("cannot find myself"))?;
        exe.ancestors()
            .nth(2)
            .map(Path::to_owned)
            .ok_or_else(|| Failure::Failed(format!("{} is in no target directory", exe.display())))
    }

    /// The manifests of the members, by directory.
    pub(crate) fn members(&self) -> Result<Vec<Manifest>, Failure> {
        let entries = fs::read_dir(&self.root).map_err(Failure::io(self.root.display()))?;
        let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path().join("Cargo.toml")).collect();
        paths.sort();
        paths
            .iter()
            .filter(|path| path.is_file())
            .map(|path| {
                fs::read_to_string(path)
                    .map(|text| Manifest::parse(&text))
                    .map_err(Failure::io(path.display()))
            })
            .collect()
    }

    /// The features, `package/feature`, of the members that `wanted` picks, as one argument.
    pub(crate) fn features(&self, wanted: impl Fn(&Manifest, &str) -> bool) -> Result<String, Failure> {
        let members = self.members()?;
        let features = members.iter().flat_map(|member| {
            let wanted = member.features().filter(|feature| wanted(member, feature));
            wanted.map(move |feature| format!("{}/{feature}", member.name()))
        });
        Ok(features.collect::<Vec<_>>().join(","))
    }

    /// All files, relative to the root, in order. Links to files are files.
    pub(crate) fn files(&self) -> Result<Vec<PathBuf>, Failure> {
        let mut files = Vec::new();
        let mut directories = vec![self.root.clone()];
        while let Some(directory) = directories.pop() {
            for entry in fs::read_dir(&directory).map_err(Failure::io(directory.display()))?.flatten() {
                let path = entry.path();
                let is_foreign = FOREIGN.iter().any(|name| entry.file_name() == *name);
                match entry.file_type() {
                    _ if is_foreign => {}
                    Ok(kind) if kind.is_dir() => directories.push(path),
                    _ => files.extend(path.strip_prefix(&self.root).map(Path::to_owned)),
                }
            }
        }
        files.sort();
        Ok(files)
    }
}
