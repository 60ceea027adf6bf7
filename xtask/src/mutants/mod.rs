//! `cargo xtask mutants`: the test of the tests.
//!
//! Each patch in `tests/mutants` breaks the library in one way and names the tests that must notice. It is
//! applied to a copy of the tree with a target directory that all patches share, so that a patch costs little
//! more than the crates it touches.

mod patch;
mod seed;
mod tree;
mod trial;

use std::fs;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::cli::MutantOptions;
use crate::failure::Failure;
use crate::scratch::Scratch;
use crate::server::{KINDS, Server};
use crate::workspace::Workspace;
use patch::Patch;
use tree::Tree;
use trial::{Fate, Trials};

/// Where the patches are.
const DIRECTORY: &str = "tests/mutants";

/// Fewer than this many patches show little.
const LEAST: usize = 8;

/// Runs the patches that the options ask for; `false` if one of them is not caught.
pub(crate) fn run(workspace: &Workspace, options: &MutantOptions) -> Result<bool, Failure> {
    let start = Instant::now();
    let only = options.only.as_deref();
    let mut patches = read(workspace)?;
    if patches.len() < LEAST {
        return Err(Failure::Failed(format!(
            "{DIRECTORY} has {} patches; at least {LEAST} are wanted",
            patches.len()
        )));
    }
    patches.retain(|patch| only.is_none_or(|only| patch.name.contains(only)));
    if patches.is_empty() {
        return Err(Failure::Failed(format!("no patch in {DIRECTORY} has such a name")));
    }
    // Where there is no time for all, each has its day.
    let first = days() % patches.len();
    patches.rotate_left(first);
    let scratch = Scratch::create()?;
    let targets = || patches.iter().flat_map(|patch| &patch.tests).map(|test| test.target.name());
    let needed =
        KINDS.into_iter().filter(|kind| targets().any(|target| target.contains(kind.database().word)));
    let mut servers = Vec::new();
    for kind in needed {
        servers.push(Server::start(kind, &scratch, &servers)?);
    }
    let tree = Tree::open(workspace)?;
    let trials = Trials::new(&tree, &servers, scratch.directory("temporary")?)?;

    println!("==> the named tests, on the tree as it is");
    let wrong = trials.baseline(&patches)?;
    if !wrong.is_empty() {
        println!("{}", wrong.join("\n"));
        println!("mutants: the tests must pass before they can fail");
        return Ok(false);
    }
    let limit = options.minutes.map(Duration::from_mins);
    let (mut caught, mut tried) = (0, 0);
    for patch in &patches {
        if limit.is_some_and(|limit| start.elapsed() > limit) {
            break;
        }
        tried += 1;
        println!("==> {}: {}", patch.name, patch.why);
        let began = Instant::now();
        let fate = trials.patched(patch)?;
        println!("{fate} ({:.1} s)", began.elapsed().as_secs_f64());
        caught += usize::from(matches!(fate, Fate::Caught));
    }
    let left = patches.len() - tried;
    println!("mutants: {caught} passed, {} failed, {left} left out for want of time", tried - caught);
    Ok(caught == tried)
}

/// Days since 1970.
fn days() -> usize {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    usize::try_from(since.as_secs() / 86_400).unwrap_or_default()
}

fn read(workspace: &Workspace) -> Result<Vec<Patch>, Failure> {
    let directory = workspace.root().join(DIRECTORY);
    let entries = fs::read_dir(&directory).map_err(Failure::io(DIRECTORY))?;
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "patch"));
    paths.sort();
    let patches = paths.into_iter().map(|path| {
        let text = fs::read_to_string(&path).map_err(Failure::io(path.display()))?;
        Patch::parse(path, &text).map_err(Failure::Failed)
    });
    patches.collect()
}
