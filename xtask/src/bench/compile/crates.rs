//! Crates of `benches/compile` with generated sources, laid out below the target directory.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::failure::Failure;
use crate::process::{self, Keep};
use crate::workspace::Workspace;

/// How long one run of cargo may take; the first one builds all dependencies.
pub(super) const LIMIT: Duration = Duration::from_mins(20);

/// A crate that is ready to be built.
#[derive(Debug)]
pub(super) struct Package {
    /// Its name.
    pub(super) name: String,
    /// Where it is.
    directory: PathBuf,
    /// Where it is built, together with the others.
    target: PathBuf,
}

impl Package {
    /// Lays out the crate whose manifest is in `benches/compile/{template}`, under a name of its own.
    pub(super) fn create(workspace: &Workspace, template: &str, suffix: &str) -> Result<Self, Failure> {
        let target = Workspace::target_directory()?.join("compile-check");
        let package = Self {
            name: format!("fifty-{template}{suffix}"),
            directory: target.join("crates").join(format!("{template}{suffix}")),
            target,
        };
        let sources = package.directory.join("src");
        if sources.exists() {
            fs::remove_dir_all(&sources).map_err(Failure::io(sources.display()))?;
        }
        fs::create_dir_all(&sources).map_err(Failure::io(sources.display()))?;
        for file in ["Cargo.toml", "Cargo.lock"] {
            let from = workspace.root().join("benches/compile").join(template).join(file);
            let text = fs::read_to_string(&from).map_err(Failure::io(from.display()))?;
            let text = relocated(&text, workspace.root())
                .replace(&format!("\"fifty-{template}\""), &format!("\"{}\"", package.name));
            write(&package.directory.join(file), &text)?;
        }
        Ok(package)
    }

    /// The one version of a dependency that its manifest takes.
    pub(super) fn pinned(&self, dependency: &str) -> Result<String, Failure> {
        let path = self.directory.join("Cargo.toml");
        let manifest = fs::read_to_string(&path).map_err(Failure::io(path.display()))?;
        pinned(&manifest, dependency)
            .ok_or_else(|| Failure::Failed(format!("{} pins no `{dependency}`", path.display())))
    }

    /// Writes files of its sources, name and text.
    pub(super) fn write(&self, files: &[(String, String)]) -> Result<(), Failure> {
        files.iter().try_for_each(|(name, text)| write(&self.directory.join("src").join(name), text))
    }

    /// A cargo command in its directory that builds beside the others, without what would hide the work.
    pub(super) fn cargo<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Workspace::at(self.directory.clone()).cargo(arguments);
        command.env("CARGO_TARGET_DIR", &self.target).env("RUSTC_WRAPPER", "").arg("--quiet");
        command
    }

    /// The same with a target directory of its own inside the common one.
    pub(super) fn cargo_apart<'a>(
        &self,
        name: &str,
        arguments: impl IntoIterator<Item = &'a str>,
    ) -> Command {
        let mut command = self.cargo(arguments);
        command.env("CARGO_TARGET_DIR", self.target.join(name));
        command
    }

    /// The program that was built last for a release.
    pub(super) fn release(&self) -> PathBuf {
        self.target.join("release").join(&self.name)
    }
}

/// Runs a command, whose output is what it printed on both streams; fails if it does.
pub(super) fn done(command: Command) -> Result<String, Failure> {
    let words = format!("{command:?}");
    let ended = process::run(command, Keep::Quietly, LIMIT)?;
    if ended.success() {
        return Ok(ended.output);
    }
    Err(Failure::Failed(format!("{words} failed:\n{}", ended.output)))
}

/// The version in a line such as `name = { version = "=1.2.3", ... }`.
fn pinned(manifest: &str, dependency: &str) -> Option<String> {
    let start = format!("{dependency} = {{ version = \"=");
    let version = manifest.lines().find_map(|line| line.strip_prefix(&start))?;
    version.split('"').next().map(str::to_owned)
}

/// A manifest whose paths lead from `benches/compile/{crate}`, for another directory.
fn relocated(manifest: &str, root: &Path) -> String {
    manifest.replace("path = \"../../../", &format!("path = \"{}/", root.display()))
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(Failure::io(path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_finds_the_library_from_elsewhere() {
        let line = "aggregate-core = { path = \"../../../aggregate-core\", features = [\"uuid\"] }";
        let moved = "aggregate-core = { path = \"/src/it/aggregate-core\", features = [\"uuid\"] }";
        assert_eq!(relocated(line, Path::new("/src/it")), moved);
    }

    #[test]
    fn the_peer_is_pinned() {
        let manifest = "[dependencies]\nsea-orm = { version = \"=2.0.4\", features = [] }\nuuid = \"1\"\n";
        assert_eq!(pinned(manifest, "sea-orm").as_deref(), Some("2.0.4"));
        assert_eq!(pinned(manifest, "uuid"), None);
        let ours = include_str!("../../../../benches/compile/sea-orm/Cargo.toml");
        assert!(pinned(ours, "sea-orm").is_some_and(|version| version.starts_with("2.")));
    }
}
