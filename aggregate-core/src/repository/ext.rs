//! What every repository can do with closures and values of the caller's.

use std::future::Future;
use std::time::Instant;

use tracing::Instrument;

use super::contract::{Repository, RowRepository};
use super::rejected::Rejected;
use super::retry::{RetryPolicy, UpdateError, Updated};
use crate::entity::Aggregate;
use crate::error::{Conflict, ConflictReason, Error};
use crate::etag::IfMatch;
use crate::observe;
use crate::report::SaveReport;
use crate::tracked::Tracked;
use crate::version::Version;

/// Methods with type parameters of their own, which every [`Repository`] has, `dyn Repository` too.
pub trait RepositoryExt<A: Aggregate>: Repository<A> {
    /// Adds a new aggregate. Its version field is ignored.
    ///
    /// # Errors
    ///
    /// [`Error::AlreadyExists`] if its id is taken, and those of [`save`](Repository::save), with the aggregate. After
    /// [`Error::CommitUnknown`] look under its id whether it was added.
    fn add(&self, aggregate: A) -> impl Future<Output = Result<Tracked<A>, Rejected<A>>> + Send {
        async move {
            let version = aggregate.version();
            let mut added = Tracked::new(aggregate);
            match self.save(&mut added).await {
                Ok(_) => Ok(added),
                Err(error) => {
                    let mut aggregate = added.into_inner();
                    aggregate.set_version(version);
                    Err(Rejected { error, aggregate })
                }
            }
        }
    }

    /// Loads an aggregate, changes it and saves it; again from the load if somebody else was faster, by the
    /// [default policy](RetryPolicy).
    ///
    /// See [`update_with`](Self::update_with).
    ///
    /// # Errors
    ///
    /// Those of [`update_with`](Self::update_with).
    fn update<T: Send, E: Send>(
        &self,
        id: &A::Id,
        change: impl FnMut(&mut A) -> Result<T, E> + Send,
    ) -> impl Future<Output = Result<Updated<A, T>, UpdateError<E>>> + Send {
        self.update_with(RetryPolicy::default(), id, change)
    }

    /// Loads an aggregate, changes it and saves it; again from the load if that met [`Error::Conflict`] or
    /// [`Error::Contended`], after a wait, as often as the policy allows.
    ///
    /// Each attempt changes a fresh copy of what is stored then, so the closure must do nothing that cannot be done
    /// twice. In a unit of work there is one attempt: what failed there fails again, so begin another unit, as
    /// [`UnitOfWork::transact`](crate::UnitOfWork::transact) does.
    ///
    /// ```
    /// # use aggregate_core::{Aggregate, MemoryRepository, RepositoryExt, UpdateError, Version};
    /// # #[derive(Aggregate, Clone, Debug)]
    /// # struct Account { #[id] id: i64, #[version] version: Version, balance: i64 }
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// # let accounts = MemoryRepository::new();
    /// # accounts.add(Account { id: 1, version: Version::UNSAVED, balance: 100 }).await?;
    /// let withdraw = |amount: i64| {
    ///     move |account: &mut Account| {
    ///         account.balance -= amount;
    ///         if account.balance < 0 { Err("the account is overdrawn") } else { Ok(account.balance) }
    ///     }
    /// };
    /// let updated = accounts.update(&1, withdraw(70)).await.map_err(|error| error.to_string())?;
    /// assert_eq!((updated.value, updated.attempts), (30, 1));
    /// // The closure's own error ends it, and nothing is stored.
    /// let refused = accounts.update(&1, withdraw(70)).await;
    /// assert!(matches!(refused, Err(UpdateError::Refused("the account is overdrawn"))));
    /// # Ok(())
    /// # }
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(run())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`UpdateError::Refused`] with the closure's own error, at once. [`UpdateError::Failed`] with the repository's, and
    /// with what was tried: the last conflict or contention, or any other error of
    /// [`find_many`](Repository::find_many) and [`save`](Repository::save) at once: [`Error::NotFound`] if there is no
    /// such aggregate, a conflict whose reason is [`Deleted`](crate::ConflictReason::Deleted), and [`Error::CommitUnknown`],
    /// after which the change may be stored and is not done again.
    fn update_with<T: Send, E: Send>(
        &self,
        policy: RetryPolicy,
        id: &A::Id,
        mut change: impl FnMut(&mut A) -> Result<T, E> + Send,
    ) -> impl Future<Output = Result<Updated<A, T>, UpdateError<E>>> + Send {
        let policy = if self.is_in_unit() { RetryPolicy::NEVER } else { policy };
        async move {
            let span = observe::update::<A>(id);
            let mut attempts = 0;
            let updating = async {
                let (begun, mut waits) = (Instant::now(), policy.waits());
                loop {
                    attempts += 1;
                    let error = match attempt(self, id, &mut change).await {
                        Ok((aggregate, value, report)) => {
                            return Ok(Updated { aggregate, value, report, attempts });
                        }
                        Err(Refusal::Own(error)) => return Err(UpdateError::Refused(error)),
                        Err(Refusal::Repository(error)) => error,
                    };
                    let Some(wait) = waits.next().filter(|_| is_worth_another(&error)) else {
                        return Err(UpdateError::Failed { error, attempts, elapsed: begun.elapsed() });
                    };
                    observe::retry(&error, attempts, wait);
                    drop(error);
                    tokio::time::sleep(wait).await;
                }
            };
            let updated = updating.instrument(span.clone()).await;
            observe::updated(&span, attempts, &updated);
            updated
        }
    }

    /// Takes over an aggregate that was edited elsewhere, as [`merge`](RowRepository::merge) does, by the versions that
    /// a request's `If-Match` header names, and not by the copy's version field.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] if none of the header's versions is stored, and those of [`merge`](RowRepository::merge), but for
    /// [`Error::VersionMissing`], and, for `*`, [`merge_any`](RowRepository::merge_any).
    fn merge_if(&self, copy: &A, header: &IfMatch) -> impl Future<Output = Result<Tracked<A>, Error>> + Send
    where
        Self: RowRepository<A>,
    {
        async move {
            let IfMatch::Versions(versions) = header else { return self.merge_any(copy).await };
            let id = copy.id();
            let stored = self.find(&id).await?;
            let actual = stored.as_ref().map(Tracked::version);
            match stored {
                Some(stored) if header.matches(actual) => Tracked::merged(stored.into_inner(), copy),
                _ => {
                    let expected = versions.last().copied().unwrap_or(Version::UNSAVED);
                    Err(Error::Conflict(Conflict::new(A::TABLE.name(), format!("{id:?}"), expected, actual)))
                }
            }
        }
    }
}

impl<A: Aggregate, R: Repository<A> + ?Sized> RepositoryExt<A> for R {}

/// Whether a change may succeed in another attempt. What was deleted is not there in the next one either.
const fn is_worth_another(error: &Error) -> bool {
    match error {
        Error::Conflict(conflict) => !matches!(conflict.reason, ConflictReason::Deleted),
        error => error.is_retryable(),
    }
}

/// Who said no in an attempt.
enum Refusal<E> {
    /// The closure.
    Own(E),
    Repository(Error),
}

/// Loads, changes and saves once.
async fn attempt<A: Aggregate, R: Repository<A> + ?Sized, T, E>(
    repository: &R,
    id: &A::Id,
    change: &mut (impl FnMut(&mut A) -> Result<T, E> + Send),
) -> Result<(Tracked<A>, T, SaveReport), Refusal<E>> {
    let mut aggregate = repository.get(id).await.map_err(Refusal::Repository)?;
    let value = change(&mut aggregate).map_err(Refusal::Own)?;
    let report = repository.save(&mut aggregate).await.map_err(Refusal::Repository)?;
    Ok((aggregate, value, report))
}
