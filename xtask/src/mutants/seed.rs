//! Saves the mutants from building the dependencies that the tests have built.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use crate::failure::Failure;
use crate::workspace::Manifest;

/// Where cargo keeps what it knows of each crate that it built, in `name-hash` directories.
const FINGERPRINTS: &str = ".fingerprint";

/// Copies what was built of others' crates from one target directory to another, fresh one. Ours stay
/// behind: cargo names them by their place in the workspace, which is the same in the copy of the tree, and
/// would take the one's for the other's.
pub(super) fn dependencies(from: &Path, to: &Path, members: &[Manifest]) -> Result<(), Failure> {
    let (from, to) = (from.join("debug"), to.join("debug"));
    if to.exists() || !from.join(FINGERPRINTS).exists() {
        return Ok(());
    }
    let failed = |error| Failure::io("cannot copy the dependencies that were built")(error);
    let ours = hashes(&from.join(FINGERPRINTS), members).map_err(failed)?;
    for directory in [FINGERPRINTS, "build", "deps"] {
        copy(&from.join(directory), &to.join(directory), &ours).map_err(failed)?;
    }
    Ok(())
}

/// The hashes in the names of what was built of our packages.
fn hashes(fingerprints: &Path, members: &[Manifest]) -> io::Result<BTreeSet<String>> {
    let mut hashes = BTreeSet::new();
    for entry in fs::read_dir(fingerprints)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if let Some((package, hash)) = name.rsplit_once('-')
            && members.iter().any(|member| member.name() == package)
        {
            hashes.insert(hash.to_owned());
        }
    }
    Ok(hashes)
}

/// Copies a directory, with the times of its files, by which cargo knows what is fresh.
fn copy(from: &Path, to: &Path, ours: &BTreeSet<String>) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let hash = name.rsplit_once('-').and_then(|(_, end)| end.split('.').next());
        if hash.is_some_and(|hash| ours.contains(hash)) {
            continue;
        }
        let target = to.join(&name);
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target, ours)?;
        } else {
            fs::copy(entry.path(), &target)?;
            let time = entry.metadata()?.modified()?;
            fs::File::options().append(true).open(&target)?.set_modified(time)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn copies_what_is_not_ours() {
        let scratch = Scratch::create().unwrap();
        let (from, to) = (scratch.path().join("from"), scratch.path().join("to"));
        let write = |file: &str| {
            let path = from.join("debug").join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        };
        for file in [
            ".fingerprint/aggregate-core-0a/lib",
            ".fingerprint/sqlx-core-0b/lib",
            "deps/libaggregate_core-0a.rlib",
            "deps/libsqlx_core-0b.rlib",
            "build/libc-0c/out/cfg",
        ] {
            write(file);
        }
        let members = [Manifest::parse("[package]\nname = \"aggregate-core\"\n")];
        dependencies(&from, &to, &members).unwrap();
        let copied = |file: &str| to.join("debug").join(file).exists();
        assert!(copied(".fingerprint/sqlx-core-0b/lib") && copied("deps/libsqlx_core-0b.rlib"));
        assert!(copied("build/libc-0c/out/cfg"));
        assert!(!copied(".fingerprint/aggregate-core-0a") && !copied("deps/libaggregate_core-0a.rlib"));
        let time = |directory: &Path| {
            fs::metadata(directory.join("debug/deps/libsqlx_core-0b.rlib")).unwrap().modified().unwrap()
        };
        assert_eq!(time(&from), time(&to));
    }
}
