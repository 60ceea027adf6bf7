//! What every repository does, whatever is behind it.

use async_trait::async_trait;

use super::{not_found, not_found_all};
use crate::entity::Aggregate;
use crate::error::{Conflict, Error};
use crate::report::SaveReport;
use crate::three::ThreeWayDiff;
use crate::tracked::Tracked;
use crate::version::Version;

/// Loads and saves the aggregates of one type: what a domain service holds, as an `Arc<dyn Repository<Invoice>>`.
///
/// [`SqlRepository`](crate::SqlRepository) keeps them as rows, [`UnitRepository`](crate::UnitRepository) as rows in a
/// longer transaction, [`MemoryRepository`](crate::MemoryRepository) in memory, for unit tests. All have the same rules,
/// the same errors and the same reports. What has type parameters of its own is in
/// [`RepositoryExt`](crate::RepositoryExt), which every repository has, a `dyn` one too; what only rows can do is in
/// [`RowRepository`].
///
/// ```
/// use std::sync::Arc;
/// use aggregate_core::{Aggregate, Error, MemoryRepository, Repository, RepositoryExt, Version};
///
/// #[derive(Aggregate, Clone, Debug)]
/// struct Account { #[id] id: i64, #[version] version: Version, balance: i64 }
///
/// /// A service of the domain, which never sees SQL.
/// struct Bank { accounts: Arc<dyn Repository<Account>> }
///
/// impl Bank {
///     async fn deposit(&self, id: i64, amount: i64) -> Result<i64, Error> {
///         let mut account = self.accounts.get(&id).await?;
///         account.balance += amount;
///         self.accounts.save(&mut account).await?;
///         Ok(account.balance)
///     }
/// }
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let accounts = MemoryRepository::new();
/// accounts.add(Account { id: 1, version: Version::UNSAVED, balance: 100 }).await?;
/// let bank = Bank { accounts: Arc::new(accounts) };
/// assert_eq!(bank.deposit(1, 20).await?, 120);
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(run())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// An implementation of your own, a decorator say, needs `find_many`, `save`, `save_all` and `delete`; write
/// [`#[aggregate_core::async_trait]`](crate::async_trait) on it. A decorator of one that may be a unit's passes
/// [`is_in_unit`](Self::is_in_unit) on. An `Arc` of a repository is one too.
#[async_trait]
pub trait Repository<A: Aggregate>: Send + Sync {
    /// Loads the aggregates with these ids from one snapshot, in the order asked, `None` for those that are missing. An
    /// id may be repeated; each gets a copy of its own.
    ///
    /// Any number of ids is one load: one statement and one round trip on `PostgreSQL`, and on `MariaDB` up to as many as a
    /// statement takes; a statement for each table in one transaction on `SQLite`. None at all asks for nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Schema`] if the tables are not those that the types describe, [`Error::Inconsistent`], [`Error::Decode`]
    /// or [`Error::Invariant`] if what is stored does not make an aggregate, [`Error::Contended`], [`Error::Database`];
    /// in a unit of work, [`Error::UnitClosed`].
    async fn find_many(&self, ids: &[A::Id]) -> Result<Vec<Option<Tracked<A>>>, Error>;

    /// Saves what changed since the aggregate was loaded, and adds it if it is new.
    ///
    /// If any row changed, at any depth, the root's version is checked and goes up by one, there and in memory; if none
    /// did, nothing is sent.
    ///
    /// # Errors
    ///
    /// Nothing is written when this returns an error, and the aggregate in memory is as it was. [`Error::Conflict`] if
    /// somebody else saved or deleted it, [`Error::AlreadyExists`] if it is new and its id is taken, and the others of
    /// [`SqlRepository::save`](crate::SqlRepository::save). The exception is [`Error::CommitUnknown`]: then the
    /// aggregate is in doubt until it is [reloaded](Self::reload).
    async fn save(&self, aggregate: &mut Tracked<A>) -> Result<SaveReport, Error>;

    /// Saves all of them in one transaction, or none; reports in the order given.
    ///
    /// Roots are locked in one order that all units of work share, whatever the order of the slice, so that none waits
    /// for another in a circle. If nothing changed in any of them, nothing is sent. The reports of several count the statements
    /// of each save alone, as in a unit of work.
    ///
    /// # Errors
    ///
    /// Those of [`save`](Self::save), of the first one that is refused, which the error names. Then none is stored, and
    /// all of them are in memory as they were; after [`Error::CommitUnknown`] all that had something to save are in doubt.
    async fn save_all(&self, aggregates: &mut [Tracked<A>]) -> Result<Vec<SaveReport>, Error>;

    /// Deletes the aggregate, if it is at the version that it was loaded at. Afterwards it is unsaved: saving it adds it
    /// again, at [`Version::INITIAL`].
    ///
    /// # Errors
    ///
    /// Nothing is deleted when this returns an error: [`Error::Conflict`] if somebody else saved or deleted it,
    /// [`Error::NotFound`] if it was never saved, and the others of
    /// [`SqlRepository::delete`](crate::SqlRepository::delete).
    async fn delete(&self, aggregate: &mut Tracked<A>) -> Result<SaveReport, Error>;

    /// Loads the aggregate with this id, or `None` if there is none.
    ///
    /// # Errors
    ///
    /// Those of [`find_many`](Self::find_many).
    async fn find(&self, id: &A::Id) -> Result<Option<Tracked<A>>, Error> {
        Ok(self.find_many(std::slice::from_ref(id)).await?.pop().flatten())
    }

    /// Loads the aggregate with this id.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if there is none, and those of [`find_many`](Self::find_many).
    async fn get(&self, id: &A::Id) -> Result<Tracked<A>, Error> {
        self.find(id).await?.ok_or_else(|| not_found::<A>(id))
    }

    /// Loads the aggregates with these ids as [`find_many`](Self::find_many) does, none of which may be missing.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], which names every id that is missing, and those of [`find_many`](Self::find_many).
    async fn get_many(&self, ids: &[A::Id]) -> Result<Vec<Tracked<A>>, Error> {
        not_found_all(ids, self.find_many(ids).await?)
    }

    /// Replaces what is in memory by what is stored, whatever state it is in.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if it is gone, and those of [`find_many`](Self::find_many). Then memory is as it was; but a
    /// copy that was in doubt and is not found is unsaved, and may be saved anew.
    async fn reload(&self, aggregate: &mut Tracked<A>) -> Result<(), Error> {
        let id = aggregate.stored_id();
        let stored = self.find(&id).await?;
        aggregate.reloaded(&id, stored)
    }

    /// Whether a save is part of a longer transaction, so that it is not final when it returns, and an attempt that
    /// failed cannot be repeated within it. False unless overridden.
    fn is_in_unit(&self) -> bool {
        false
    }
}

/// What only a repository of rows can do: one that knows what is stored by itself, and not as a stream of events.
#[async_trait]
pub trait RowRepository<A: Aggregate>: Repository<A> {
    /// Saves as [`save`](Repository::save) does, and bumps the version even if nothing changed.
    ///
    /// # Errors
    ///
    /// Those of [`save`](Repository::save).
    async fn touch(&self, aggregate: &mut Tracked<A>) -> Result<SaveReport, Error>;

    /// Takes over an aggregate that was edited elsewhere, without a connection: what the copy differs in from what is
    /// stored are its changes, and a [`save`](Repository::save) writes them. Nothing is written yet.
    ///
    /// The copy's version field says what it was made from. If that is what is stored, it can be merged; the save checks
    /// it once more, so that nobody gets between. A copy that was not changed is clean.
    ///
    /// What the version does not guard is not the copy's to say, since others may have written it meanwhile: columns and
    /// collections that are `unversioned`, and columns that are `read_only`, are left as they are stored. Change them by
    /// [`update`](crate::RepositoryExt::update).
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] with both versions if the copy was made from another one than is stored, one that was never
    /// stored included, or if the aggregate was deleted: it is not added again. [`Error::VersionMissing`] if the copy has
    /// no version. [`Error::DuplicateKey`] if two rows of the copy have one key. Those of
    /// [`find_many`](Repository::find_many).
    async fn merge(&self, copy: &A) -> Result<Tracked<A>, Error> {
        let (id, expected) = (copy.id(), copy.version());
        if expected == Version::UNSAVED {
            return Err(Error::VersionMissing { aggregate: A::TABLE.name(), id: format!("{id:?}") });
        }
        let stored = self.find(&id).await?;
        let actual = stored.as_ref().map(Tracked::version);
        match stored {
            Some(stored) if actual == Some(expected) => Tracked::merged(stored.into_inner(), copy),
            _ => {
                let id = format!("{id:?}");
                Err(Error::Conflict(Conflict::new(A::TABLE.name(), id, expected, actual)))
            }
        }
    }

    /// Takes over an aggregate as [`merge`](Self::merge) does, whatever it was made from: what others have saved since
    /// is overwritten. Who saves between this and the save is still met by a conflict.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if nothing is stored under its id: it is not added. Else those of [`merge`](Self::merge), but
    /// for the version.
    async fn merge_any(&self, copy: &A) -> Result<Tracked<A>, Error> {
        let stored = self.get(&copy.id()).await?;
        Tracked::merged(stored.into_inner(), copy)
    }

    /// Says who changed what after a conflict: loads what is stored, and compares it and `mine` with the state that
    /// `mine` was loaded as. Nothing is changed.
    ///
    /// For a copy that was edited elsewhere, of which the state that it was made from is known, use
    /// [`ThreeWayDiff::between`].
    ///
    /// # Errors
    ///
    /// [`Error::DuplicateKey`] if two rows of `mine` have one key, [`Error::IdentityChanged`] if it is another aggregate by now,
    /// and those of [`find_many`](Repository::find_many). An aggregate that is gone is no error.
    async fn explain(&self, mine: &Tracked<A>) -> Result<Explanation<A>, Error> {
        let theirs = self.find(&mine.stored_id()).await?;
        let mut diff = ThreeWayDiff::between(mine.stored(), mine, theirs.as_deref())?;
        // In a unit of work the field of an aggregate that was saved there is behind.
        diff.expected = mine.version();
        diff.actual = theirs.as_ref().map(Tracked::version);
        Ok(Explanation { diff, theirs })
    }
}

/// Who changed what, and what is stored now: [`RowRepository::explain`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Explanation<A: Aggregate> {
    /// The rows that differ.
    pub diff: ThreeWayDiff,
    /// What is stored; `None` if the aggregate is gone.
    pub theirs: Option<Tracked<A>>,
}
