//! Aggregates in memory, with the rules of those that are rows.

mod settle;
mod store;
mod taken;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::contract::{Repository, RowRepository};
use super::{in_order, unique};
use crate::diff::Diff;
use crate::entity::Aggregate;
use crate::error::Error;
use crate::layout::Layout;
use crate::observe;
use crate::report::SaveReport;
use crate::save::{deletable, pending, saving};
use crate::tracked::Tracked;
use crate::unit::Place;

use settle::settle;
use store::{Staged, Store};

/// Keeps aggregates in memory: the twin of [`SqlRepository`](crate::SqlRepository) for unit tests of what is written
/// against a [`Repository`].
///
/// Tasks that work on one aggregate come between each other's loads and saves, as they do in a database, so that conflicts are met
/// in tests of one thread too.
///
/// The version is checked and raised as in a database, only what differs is written, and errors and reports are the same;
/// [`SaveReport::statements`] is 0. Values are copied in and out, so that nothing is shared with the caller. Clones share
/// what is stored, also between threads. No feature of a database is needed.
///
/// ```
/// use aggregate_core::{Aggregate, Entity, MemoryRepository, Repository, RepositoryExt, Version};
///
/// #[derive(Aggregate, Clone, Debug)]
/// struct Cart { #[id] id: i64, #[version] version: Version, #[child] items: Vec<Item> }
///
/// #[derive(Entity, Clone, Debug)]
/// struct Item { #[id(local)] sku: String, quantity: i32 }
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let carts = MemoryRepository::new();
/// let tea = Item { sku: "tea".into(), quantity: 1 };
/// let mut mine = carts.add(Cart { id: 7, version: Version::UNSAVED, items: vec![tea] }).await?;
/// let mut yours = carts.get(&7).await?;
///
/// mine.items[0].quantity = 2;
/// assert_eq!(carts.save(&mut mine).await?.table("item").updated, 1);
/// yours.items.clear();
/// assert!(carts.save(&mut yours).await.is_err_and(|error| error.is_conflict()));
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(run())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// What only a database knows is not here: constraints but for the keys of rows, column types and what they round, defaults
/// of columns, triggers. A column that is `read_only` keeps what its row was added with. There are no units of work.
pub struct MemoryRepository<A: Aggregate> {
    shared: Arc<Shared<A>>,
}

struct Shared<A: Aggregate> {
    layout: Layout,
    store: Mutex<Store<A>>,
}

impl<A: Aggregate> MemoryRepository<A> {
    /// A repository in which nothing is stored.
    #[must_use]
    pub fn new() -> Self {
        let store = Mutex::new(Store::new());
        Self { shared: Arc::new(Shared { layout: Layout::of(A::TABLE), store }) }
    }

    /// How many aggregates are stored.
    #[must_use]
    pub fn len(&self) -> usize {
        self.store().len()
    }

    /// Whether none is stored.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is stored is whole at any time, also after a panic elsewhere.
    fn store(&self) -> MutexGuard<'_, Store<A>> {
        self.shared.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, aggregate: &mut Tracked<A>, touch: bool) -> Result<SaveReport, Error> {
        let Some(diff) = pending(aggregate, None, touch)? else { return Ok(aggregate.unchanged()) };
        let mut store = self.store();
        let mut staged = Staged::new(&store);
        staged.save(aggregate, &diff)?;
        let changes = staged.into_changes();
        store.apply(changes);
        Ok(self.saved(aggregate, &diff))
    }

    /// Takes over in memory that a save is stored.
    fn saved(&self, aggregate: &mut Tracked<A>, diff: &Diff) -> SaveReport {
        let report = saving(&self.shared.layout, aggregate, diff);
        aggregate.settle(report.new_version, settle);
        report
    }

    fn write_all(&self, aggregates: &mut [Tracked<A>]) -> Result<Vec<SaveReport>, Error> {
        let diffs: Vec<Option<Diff>> = aggregates
            .iter_mut()
            .map(|aggregate| pending(aggregate, None, false))
            .collect::<Result<_, _>>()?;
        let mut store = self.store();
        let mut staged = Staged::new(&store);
        // In the order in which a database takes the locks of roots.
        let mut pending: Vec<_> = aggregates.iter().zip(&diffs).collect();
        pending.sort_by_cached_key(|(aggregate, _)| {
            Place::of(self.shared.layout.root(), &aggregate.stored_id())
        });
        for (aggregate, diff) in pending {
            if let Some(diff) = diff {
                staged.save(aggregate, diff)?;
            }
        }
        let changes = staged.into_changes();
        store.apply(changes);
        let both = aggregates.iter_mut().zip(&diffs);
        Ok(both
            .map(|(aggregate, diff)| match diff {
                Some(diff) => self.saved(aggregate, diff),
                None => aggregate.unchanged(),
            })
            .collect())
    }

    fn remove(&self, aggregate: &mut Tracked<A>) -> Result<SaveReport, Error> {
        let old = deletable(aggregate, None)?;
        let mut store = self.store();
        let mut staged = Staged::new(&store);
        let rows = staged.delete(&aggregate.stored_id(), old)?;
        let changes = staged.into_changes();
        store.apply(changes);
        let (_, id) = aggregate.name();
        aggregate.settle(crate::version::Version::UNSAVED, |_| ());
        Ok(crate::save::deletion(&self.shared.layout, id, old, &rows, 0))
    }
}

#[async_trait]
impl<A: Aggregate> Repository<A> for MemoryRepository<A> {
    async fn find_many(&self, ids: &[A::Id]) -> Result<Vec<Option<Tracked<A>>>, Error> {
        let unique = unique::<A>(ids);
        if unique.is_empty() {
            return Ok(Vec::new());
        }
        let span = observe::load::<A>(unique.len());
        let found = self.store().load(&unique);
        observe::loaded(&span, &found, 0);
        // As where a database is asked, others may come between this and the save.
        tokio::task::yield_now().await;
        Ok(in_order(ids, found?))
    }

    async fn save(&self, aggregate: &mut Tracked<A>) -> Result<SaveReport, Error> {
        let span = observe::save(aggregate);
        let saved = self.write(aggregate, false);
        observe::written(&span, saved.as_ref());
        saved
    }

    async fn save_all(&self, aggregates: &mut [Tracked<A>]) -> Result<Vec<SaveReport>, Error> {
        let spans: Vec<_> = aggregates.iter().map(observe::save).collect();
        let saved = self.write_all(aggregates);
        for (at, span) in spans.iter().enumerate() {
            observe::written(span, saved.as_ref().map(|reports| &reports[at]));
        }
        saved
    }

    async fn delete(&self, aggregate: &mut Tracked<A>) -> Result<SaveReport, Error> {
        let span = observe::delete::<A>(&aggregate.stored_id(), aggregate.version());
        let deleted = self.remove(aggregate);
        observe::written(&span, deleted.as_ref());
        deleted
    }
}

#[async_trait]
impl<A: Aggregate> RowRepository<A> for MemoryRepository<A> {
    async fn touch(&self, aggregate: &mut Tracked<A>) -> Result<SaveReport, Error> {
        let span = observe::save(aggregate);
        let saved = self.write(aggregate, true);
        observe::written(&span, saved.as_ref());
        saved
    }
}

impl<A: Aggregate> Default for MemoryRepository<A> {
    fn default() -> Self {
        Self::new()
    }
}

impl<A: Aggregate> Clone for MemoryRepository<A> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<A: Aggregate> fmt::Debug for MemoryRepository<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let root = A::TABLE.name();
        f.debug_struct("MemoryRepository").field("root", &root).field("len", &self.len()).finish()
    }
}
