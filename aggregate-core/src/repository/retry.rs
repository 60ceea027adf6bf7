//! Changes that are done again when others were faster: how often, how long apart, and how they end.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

use crate::entity::Aggregate;
use crate::error::Error;
use crate::report::SaveReport;
use crate::tracked::Tracked;

/// How often [`update_with`](crate::RepositoryExt::update_with) tries, and how long it waits in between.
///
/// Waits double from the first to the longest, and each is stretched by chance, by up to as much again, so that those
/// who met do not meet again.
///
/// ```
/// use std::time::Duration;
/// use aggregate_core::RetryPolicy;
///
/// let patient = RetryPolicy::default().attempts(50).longest_wait(Duration::from_secs(2));
/// assert_ne!(patient, RetryPolicy::default());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    attempts: u32,
    first_wait: Duration,
    longest_wait: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl RetryPolicy {
    /// One attempt only.
    pub const NEVER: Self = Self { attempts: 1, ..Self::DEFAULT };

    const DEFAULT: Self =
        Self { attempts: 10, first_wait: Duration::from_millis(2), longest_wait: Duration::from_millis(250) };

    /// How many attempts there are at most, the first one included. Default: 10; 0 counts as 1.
    #[must_use]
    pub fn attempts(mut self, most: u32) -> Self {
        self.attempts = most;
        self
    }

    /// How long to wait after the first attempt. Default: 2 ms; 1 ms is the least.
    #[must_use]
    pub fn first_wait(mut self, wait: Duration) -> Self {
        self.first_wait = wait;
        self
    }

    /// What waits grow up to, before chance stretches them. Default: 250 ms.
    #[must_use]
    pub fn longest_wait(mut self, wait: Duration) -> Self {
        self.longest_wait = wait;
        self
    }

    /// The waits, one after each attempt but the last.
    pub(super) fn waits(self) -> ExponentialBackoff {
        ExponentialBuilder::new()
            .with_max_times(self.attempts.saturating_sub(1) as usize)
            // Nothing doubled is still nothing.
            .with_min_delay(self.first_wait.min(self.longest_wait).max(Duration::from_millis(1)))
            .with_max_delay(self.longest_wait.max(Duration::from_millis(1)))
            .with_jitter()
            .build()
    }
}

/// What an [`update`](crate::RepositoryExt::update) did.
#[derive(Debug)]
#[non_exhaustive]
pub struct Updated<A: Aggregate, T> {
    /// The aggregate as it is stored now.
    pub aggregate: Tracked<A>,
    /// What the closure returned, in the attempt that was stored.
    pub value: T,
    /// What the save wrote.
    pub report: SaveReport,
    /// How many attempts it took.
    pub attempts: u32,
}

/// Why an [`update`](crate::RepositoryExt::update) did not happen; nothing of it is stored, unless `error` is
/// [`Error::CommitUnknown`].
#[derive(Debug)]
pub enum UpdateError<E> {
    /// The closure itself said no.
    Refused(E),
    /// The repository did.
    #[non_exhaustive]
    Failed {
        /// What the last attempt ended in.
        error: Error,
        /// How many there were.
        attempts: u32,
        /// How long all of them took, waits included.
        elapsed: Duration,
    },
}

impl<E> UpdateError<E> {
    /// The closure's own error.
    pub fn refused(self) -> Option<E> {
        match self {
            Self::Refused(error) => Some(error),
            Self::Failed { .. } => None,
        }
    }
}

/// For closures that fail in the library's own ways.
impl From<UpdateError<Error>> for Error {
    fn from(error: UpdateError<Error>) -> Self {
        match error {
            UpdateError::Refused(error) | UpdateError::Failed { error, .. } => error,
        }
    }
}

/// For closures that never fail.
impl From<UpdateError<Infallible>> for Error {
    fn from(error: UpdateError<Infallible>) -> Self {
        match error {
            UpdateError::Refused(never) => match never {},
            UpdateError::Failed { error, .. } => error,
        }
    }
}

impl<E: fmt::Display> fmt::Display for UpdateError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => error.fmt(f),
            Self::Failed { error, attempts: 1, .. } => error.fmt(f),
            Self::Failed { error, attempts, elapsed } => {
                write!(f, "{error}; tried {attempts} times in {:.1} s", elapsed.as_secs_f64())
            }
        }
    }
}

impl<E: StdError + 'static> StdError for UpdateError<E> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Refused(error) => error.source(),
            Self::Failed { error, .. } => error.source(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::RetryPolicy;

    #[test]
    fn waits_are_bounded_in_number_and_length_and_grow() {
        let policy = RetryPolicy::default();
        for _ in 0..100 {
            let waits: Vec<Duration> = policy.waits().collect();
            assert_eq!(waits.len(), 9);
            for (at, wait) in waits.iter().enumerate() {
                let least = Duration::from_millis(2 << at).min(Duration::from_millis(250));
                assert!((least..=2 * least).contains(wait), "{at}: {wait:?}");
            }
        }
    }

    #[test]
    fn waits_differ_by_chance() {
        let waits = |_| RetryPolicy::default().waits().last();
        let first = waits(0);
        assert!((0..20).map(waits).any(|wait| wait != first));
    }

    #[test]
    fn one_attempt_waits_for_nothing() {
        assert_eq!(RetryPolicy::NEVER.waits().count(), 0);
        assert_eq!(RetryPolicy::default().attempts(0).waits().count(), 0);
        assert_eq!(RetryPolicy::default().attempts(2).waits().count(), 1);
        let hurried = RetryPolicy::NEVER.attempts(5).first_wait(Duration::ZERO).longest_wait(Duration::ZERO);
        assert!(hurried.waits().all(|wait| wait >= Duration::from_millis(1)));
    }
}
