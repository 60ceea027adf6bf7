//! A unit of work that begins anew when others were faster.

use std::future::Future;
use std::sync::atomic::Ordering;

use sqlx::Pool;

use super::{UnitOfWork, UnitOptions};
use crate::backend::Backend;
use crate::error::{Closed, Error};
use crate::session::pause;

impl<DB: Backend> UnitOfWork<DB> {
    /// Runs a closure in a unit of work and commits it, again from the start if that met a conflict or contention.
    ///
    /// See [`UnitOptions::transact`].
    ///
    /// # Errors
    ///
    /// What the closure returns, and those of [`commit`](Self::commit).
    pub async fn transact<T, E, F, Work>(pool: &Pool<DB>, work: F) -> Result<T, E>
    where
        F: FnMut(Self) -> Work,
        Work: Future<Output = Result<T, E>>,
        E: From<Error>,
    {
        Self::options().transact(pool, work).await
    }
}

impl<DB: Backend> UnitOptions<DB> {
    /// Runs a closure in a unit of work and commits it.
    ///
    /// If the closure returns an error, the unit is rolled back. If it returned one after a call of the unit was
    /// refused as [retryable](Error::is_retryable), or the commit was, the whole closure runs again in a new
    /// transaction after a short wait, at most [`attempts`](Self::attempts) times in all: so it must load what it
    /// changes, and do nothing that cannot be done twice.
    ///
    /// ```
    /// # use aggregate_core::sqlx::{self, Executor, sqlite::SqlitePoolOptions};
    /// # use aggregate_core::{Aggregate, Error, SqliteRepository, Tracked, UnitOfWork, Version};
    /// # #[derive(Aggregate, Clone, Debug)]
    /// # #[aggregate(table = "accounts")]
    /// # struct Account { #[id] id: i64, #[version] version: Version, balance: i64 }
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// # let pool = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await?;
    /// # pool.execute("CREATE TABLE accounts (id INTEGER PRIMARY KEY, version INTEGER NOT NULL, balance INTEGER NOT NULL)").await?;
    /// # let accounts = SqliteRepository::<Account>::new(pool.clone());
    /// # accounts.save(&mut Tracked::new(Account { id: 1, version: Version::UNSAVED, balance: 100 })).await?;
    /// let balance = UnitOfWork::transact(&pool, |unit| async move {
    ///     let mut account = unit.get::<Account>(&1).await?;
    ///     account.balance += 5;
    ///     unit.save(&mut account)?;
    ///     Ok::<_, Error>(account.balance)
    /// })
    /// .await?;
    /// assert_eq!(balance, 105);
    /// # Ok(())
    /// # }
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(run())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// What the closure returns, those of [`UnitOfWork::begin`] and of [`UnitOfWork::commit`], of the last attempt.
    pub async fn transact<T, E, F, Work>(self, pool: &Pool<DB>, mut work: F) -> Result<T, E>
    where
        F: FnMut(UnitOfWork<DB>) -> Work,
        Work: Future<Output = Result<T, E>>,
        E: From<Error>,
    {
        let mut attempt = 1;
        loop {
            let (result, retryable) = self.attempt(pool, &mut work).await;
            if result.is_ok() || !retryable || attempt >= self.attempts {
                return result;
            }
            tokio::time::sleep(pause(attempt)).await;
            attempt += 1;
        }
    }

    /// Runs the closure once; tells whether another run may go better, too.
    async fn attempt<T, E, F, Work>(self, pool: &Pool<DB>, work: &mut F) -> (Result<T, E>, bool)
    where
        F: FnMut(UnitOfWork<DB>) -> Work,
        Work: Future<Output = Result<T, E>>,
        E: From<Error>,
    {
        let unit = match self.begin(pool).await {
            Ok(unit) => unit,
            Err(error) => {
                let retryable = error.is_retryable();
                return (Err(error.into()), retryable);
            }
        };
        let result = match work(unit.clone()).await {
            Ok(value) => match unit.clone().commit().await {
                // The closure may have committed by itself.
                Ok(_) | Err(Error::UnitClosed(Closed::Committed)) => Ok(value),
                Err(error) => Err(error.into()),
            },
            Err(error) => {
                // Nothing to roll back is fine.
                unit.clone().rollback().await.ok();
                Err(error)
            }
        };
        let retryable = unit.shared.retryable.load(Ordering::Relaxed);
        (result, retryable)
    }
}
