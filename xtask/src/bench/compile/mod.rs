//! What fifty derived types cost: time to check them, and machine code in a program.
//!
//! [`model`] is the one description of the types, [`sources`] writes it down in each style, [`crates`] makes crates
//! of it below the target directory, with the manifests and lock files of `benches/compile`: none of these is a
//! member of the workspace, so that what is compared with is no dependency of ours. [`check`] and [`text`] measure.

mod check;
mod crates;
mod model;
mod passes;
mod sources;
mod text;

use crate::failure::Failure;
use crate::scratch::Scratch;
use crate::workspace::Workspace;

/// Measures how long the types take to check; what is to be said about it, and whether it is within its targets.
pub(crate) fn time(workspace: &Workspace, scratch: &Scratch) -> Result<(String, bool), Failure> {
    check::measure(workspace, scratch)
}

/// Measures how much machine code they are; what is to be said about it.
pub(crate) fn size(workspace: &Workspace) -> Result<String, Failure> {
    text::measure(workspace)
}
