//! Running a behaviour as a test: a runtime, a repository, and the values.

use std::future::Future;
use std::sync::Arc;

use super::failure::Failure;
use super::samples::Samples;
use crate::entity::Aggregate;

/// Where the values of a test come from: two [`Samples`], or a strategy that generates them.
pub trait Source<A: Aggregate> {
    /// Runs a behaviour on the samples, or on this many that are generated.
    ///
    /// # Errors
    ///
    /// What the test is to fail with.
    fn check(self, cases: u32, behaviour: &dyn Fn(&Samples<A>) -> Result<(), Failure>) -> Result<(), String>;
}

impl<A: Aggregate> Source<A> for Samples<A> {
    fn check(self, _: u32, behaviour: &dyn Fn(&Samples<A>) -> Result<(), Failure>) -> Result<(), String> {
        behaviour(&self).map_err(|failure| failure.to_string())
    }
}

/// Runs one behaviour as the body of a `#[test]`, on a runtime of four threads of its own; what [`conformance!`](super::conformance)
/// writes.
///
/// # Panics
///
/// If the behaviour does not hold, with the [`Failure`].
#[track_caller]
#[allow(clippy::needless_pass_by_value, reason = "a closure is written in place")]
pub fn run<A: Aggregate, R>(
    repository: impl Future<Output = R>,
    source: impl Source<A>,
    cases: u32,
    behaviour: impl AsyncFn(Arc<R>, &Samples<A>) -> Result<(), Failure>,
) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => panic!("there is no runtime for the test: {error}"),
    };
    let repository = Arc::new(runtime.block_on(repository));
    let checked =
        source.check(cases, &|samples| runtime.block_on(behaviour(Arc::clone(&repository), samples)));
    // A pool ends within the runtime that it was made in.
    runtime.block_on(async { drop(repository) });
    if let Err(failure) = checked {
        panic!("{failure}");
    }
}
