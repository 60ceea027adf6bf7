//! Samples that are generated.

use std::cell::RefCell;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

use super::failure::{Failure, Rule};
use super::run::Source;
use super::samples::{Coverage, Samples};
use crate::entity::Aggregate;

/// Samples that a strategy of proptest generates, in pairs; a failing pair is shrunk and shown.
///
/// All values of the strategy have one id, so that each can be turned into the next; the ids of the rows below are the
/// strategy's business. A pair that does not differ in what a behaviour needs is drawn again; a child field must differ in
/// one of the pairs, not in all.
#[derive(Debug, Clone)]
pub struct Generated<S, A: Aggregate> {
    strategy: S,
    neighbour: Option<A>,
    equal: Vec<String>,
    same: Option<fn(&A, &A) -> bool>,
}

impl<A: Aggregate, S: Strategy<Value = A>> Generated<S, A> {
    /// Values of one id.
    #[must_use]
    pub const fn new(strategy: S) -> Self {
        Self { strategy, neighbour: None, equal: Vec::new(), same: None }
    }

    /// See [`Samples::neighbour`].
    #[must_use]
    pub fn neighbour(mut self, neighbour: A) -> Self {
        self.neighbour = Some(neighbour);
        self
    }

    /// See [`Samples::allow_equal`].
    #[must_use]
    pub fn allow_equal(mut self, field: &str) -> Self {
        self.equal.push(field.to_owned());
        self
    }

    /// See [`Samples::same`].
    #[must_use]
    pub fn same(mut self, same: fn(&A, &A) -> bool) -> Self {
        self.same = Some(same);
        self
    }
}

impl<A: Aggregate + std::fmt::Debug, S: Strategy<Value = A>> Source<A> for Generated<S, A> {
    fn check(self, cases: u32, behaviour: &dyn Fn(&Samples<A>) -> Result<(), Failure>) -> Result<(), String> {
        let Self { strategy, neighbour, equal, same } = self;
        let coverage = Coverage::default();
        let unfit = RefCell::new(String::new());
        let config = Config { cases, failure_persistence: None, max_shrink_iters: 400, ..Config::default() };
        let ended = TestRunner::new(config).run(&(&strategy, &strategy), |(one, other)| {
            let is_one_id = one.key() == other.key();
            let samples = Samples {
                one,
                other,
                neighbour: neighbour.clone(),
                equal: equal.clone(),
                same,
                coverage: Some(coverage.clone()),
            };
            behaviour(&samples).map_err(|failure| match failure.rule {
                Rule::Samples if is_one_id => {
                    unfit.replace(failure.to_string());
                    TestCaseError::reject("the pair shows nothing")
                }
                _ => TestCaseError::fail(failure.to_string()),
            })
        });
        match ended {
            Ok(()) => coverage.missing().map_or(Ok(()), |missing| {
                Err(format!(
                    "none of {cases} generated pairs differ there\n  look at: the strategy: {missing}"
                ))
            }),
            Err(TestError::Abort(why)) => {
                Err(format!("too few generated pairs serve, {why}; the last one:\n{}", unfit.into_inner()))
            }
            Err(TestError::Fail(why, values)) => Err(format!("{why}\n  with {values:#?}")),
        }
    }
}
