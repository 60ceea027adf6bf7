//! No public future is forgotten.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::{Lab, reads, units, units_calls, writes};

/// The calls that the tests beside this one drop are all that the library has.
pub(crate) async fn every_public_future_is_tried(_: &Lab) {
    let mut public = BTreeSet::new();
    collect(Path::new(env!("CARGO_MANIFEST_DIR")).join("../aggregate-core/src").as_path(), &mut public);
    let tried = [
        reads::CALLS,
        reads::CALLS_ON,
        writes::SAVES,
        writes::DELETES,
        units::CALLS,
        units::ENDS,
        units_calls::BEGINNINGS,
        units_calls::CALLS,
    ];
    let tried: BTreeSet<String> = tried.concat().into_iter().map(str::to_owned).collect();
    assert_eq!(tried, public);
}

/// Adds the public futures below a directory, as `Type::name`.
fn collect(directory: &Path, public: &mut BTreeSet<String>) {
    for entry in fs::read_dir(directory).expect("the library's source") {
        let path = entry.unwrap().path();
        if path.is_dir() {
            // What is in there are tests, of which nobody drops one half-way.
            if !path.ends_with("testing") {
                collect(&path, public);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            of_file(&fs::read_to_string(&path).unwrap(), public);
        }
    }
}

fn of_file(source: &str, public: &mut BTreeSet<String>) {
    let mut of = "";
    for line in source.lines() {
        if line.starts_with("impl") {
            // `impl<DB: Backend> UnitOfWork<DB> {`
            let before = line.rsplit_once("> {").and_then(|(line, _)| line.rsplit_once('<'));
            of = before.map_or(line, |(line, _)| line).rsplit(' ').next().unwrap_or_default();
        }
        let line = line.trim_start();
        let is_future = line.starts_with("pub async fn ")
            || (line.starts_with("pub fn ")
                && (line.contains("impl Future") || line.contains("Pin<Box<dyn")));
        if is_future {
            let name = line.split_once("fn ").map_or("", |(_, name)| name);
            let name = name.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next();
            public.insert(format!("{of}::{}", name.unwrap_or_default()));
        }
    }
}
