//! `cargo xtask bench`: what is measured beside the tests.

mod compile;
mod statistics;
mod weigh;

pub(crate) use weigh::weigh;

use crate::cli::Section;
use crate::failure::Failure;
use crate::scratch::Scratch;
use crate::workspace::Workspace;

/// Measures, and prints what it found; `false` if a target was missed.
pub(crate) fn run(workspace: &Workspace, only: Section) -> Result<bool, Failure> {
    let scratch = Scratch::create()?;
    let (fragment, met) = match only {
        Section::Compile => compile::run(workspace, &scratch)?,
    };
    println!("{fragment}");
    Ok(met)
}
