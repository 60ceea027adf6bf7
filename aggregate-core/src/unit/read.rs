//! Loading aggregates in a unit of work.

use std::sync::Arc;

use tracing::Instrument;

use super::op::Root;
use super::place::Place;
use super::talk::Talk;
use super::{UnitOfWork, lock};
use crate::backend::{Backend, engine_error};
use crate::entity::{Aggregate, Persist};
use crate::error::Error;
use crate::load::{load_chunks, most_ids, queries};
use crate::observe;
use crate::repository::{in_order, not_found, unique};
use crate::session::{Purpose, require_snapshot};
use crate::sql::{Lock, lock_database};
use crate::tables::Tables;
use crate::tracked::Tracked;
use crate::version::Version;

impl<DB: Backend> UnitOfWork<DB> {
    /// Loads the aggregate with this id, or `None` if there is none.
    ///
    /// If something is queued for it, all that is queued is sent first, so that it is seen.
    ///
    /// # Errors
    ///
    /// [`Error::UnitClosed`], those of [`flush`](Self::flush) if something is queued for it, and those of
    /// [`SqlRepository::find`](crate::SqlRepository::find).
    pub async fn find<A: Aggregate + Persist<DB>>(&self, id: &A::Id) -> Result<Option<Tracked<A>>, Error> {
        let mut found = self.load::<A>(std::slice::from_ref(id), Lock::None).await?;
        Ok(found.pop().map(Tracked::loaded))
    }

    /// Loads the aggregate with this id.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if there is none, and those of [`find`](Self::find).
    pub async fn get<A: Aggregate + Persist<DB>>(&self, id: &A::Id) -> Result<Tracked<A>, Error> {
        self.find(id).await?.ok_or_else(|| not_found::<A>(id))
    }

    /// Locks the root with this id for writing, then loads its aggregate: until the unit ends nobody else saves it,
    /// and a save of it here is no conflict.
    ///
    /// The lock is taken at once. Units that lock several aggregates wait for each other in a circle unless they
    /// all lock them in the same order; the engine breaks it, with [`Error::Contended`].
    ///
    /// # Errors
    ///
    /// [`Error::Contended`] if the lock is not had in time, [`Error::ReadOnly`], and those of
    /// [`find`](Self::find).
    pub async fn find_locked<A: Aggregate + Persist<DB>>(
        &self,
        id: &A::Id,
    ) -> Result<Option<Tracked<A>>, Error> {
        self.check_writable()?;
        let mut found = self.load::<A>(std::slice::from_ref(id), Lock::Update).await?;
        Ok(found.pop().map(Tracked::loaded))
    }

    /// [`find_locked`](Self::find_locked) of an aggregate that must be there.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if there is none, and those of [`find_locked`](Self::find_locked).
    pub async fn get_locked<A: Aggregate + Persist<DB>>(&self, id: &A::Id) -> Result<Tracked<A>, Error> {
        self.find_locked(id).await?.ok_or_else(|| not_found::<A>(id))
    }

    /// Loads the aggregates with these ids, in the order asked, `None` for those that are missing. An id may be
    /// repeated; each gets a copy of its own.
    ///
    /// # Errors
    ///
    /// Those of [`find`](Self::find), and [`Error::Isolation`] if there are more ids than one statement takes and
    /// the transaction does not keep one snapshot for several.
    pub async fn find_many<A: Aggregate + Persist<DB>>(
        &self,
        ids: &[A::Id],
    ) -> Result<Vec<Option<Tracked<A>>>, Error> {
        let found = self.load::<A>(&unique::<A>(ids), Lock::None).await?;
        Ok(in_order(ids, found))
    }

    async fn load<A: Aggregate + Persist<DB>>(&self, ids: &[A::Id], lock: Lock) -> Result<Vec<A>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let span = observe::load::<A>(ids.len());
        let ids = ids.to_vec();
        let begin = Talk::begin(Arc::clone(&self.shared));
        let turn = move |mut talk: Talk<DB>| async move {
            let found = talk.load::<A>(&ids, lock).await;
            let tables = talk.unit.registry.tables::<DB, A>();
            talk.hang_up();
            Ok((found?, queries::<DB, A>(&tables.layout, &ids)?))
        };
        let (found, statements) = match self.turn(begin, turn).instrument(span.clone()).await {
            Ok((found, statements)) => (Ok(found), statements),
            Err(error) => (Err(error), 0),
        };
        observe::loaded(&span, &found, statements);
        found
    }
}

impl<DB: Backend> Talk<DB> {
    /// Loads aggregates. What is queued is sent first if any of it is about one of them.
    pub(super) async fn load<A: Aggregate + Persist<DB>>(
        &mut self,
        ids: &[A::Id],
        wanted: Lock,
    ) -> Result<Vec<A>, Error> {
        let tables = self.unit.registry.tables::<DB, A>();
        let roots: Vec<Root<DB>> =
            ids.iter().map(|id| Root::of::<A>(Arc::clone(&tables), id.clone(), Version::UNSAVED)).collect();
        let Some(first) = roots.first() else { return Ok(Vec::new()) };
        let places: Vec<Place> = roots.iter().map(|root| root.place.clone()).collect();
        let is_queued = lock(&self.unit.queue).holds(&places);
        if is_queued {
            self.flush().await?;
        }
        self.end_own_sql().await?;
        self.describe(first).await?;
        if wanted == Lock::Update {
            for root in &roots {
                self.lock_root(root).await?;
            }
            self.state.held.extend(places.iter().cloned());
        }
        let lock = if DB::DIALECT.reads_old_snapshots
            && places.iter().any(|place| self.state.held.contains(place))
        {
            Lock::Share
        } else {
            Lock::None
        };
        match self.rows::<A>(&tables, ids, lock).await {
            Ok(aggregates) => Ok(aggregates),
            Err(error) => Err(self.after(error).await),
        }
    }

    async fn rows<A: Aggregate + Persist<DB>>(
        &mut self,
        tables: &Tables,
        ids: &[A::Id],
        lock: Lock,
    ) -> Result<Vec<A>, Error> {
        let mut line = self.connection()?;
        let described = tables.asked::<DB, A>(line.reborrow()).await?;
        if DB::DIALECT.loads_by_union() && ids.len() > most_ids::<DB, A>(&tables.layout, ids)? {
            require_snapshot::<DB>(line.reborrow()).await?;
        }
        load_chunks::<DB, A>(line, &tables.layout, described, ids, lock).await
    }

    /// Takes the lock of a root, whether it is there or not.
    async fn lock_root(&mut self, root: &Root<DB>) -> Result<(), Error> {
        if !DB::DIALECT.update_lock.is_empty() {
            self.version(root, Lock::Update).await?;
            return Ok(());
        }
        // Who writes holds the whole database, and what writes no row will do.
        let sql = lock_database(DB::DIALECT, root.tables.layout.root()).text.to_string();
        match self.command(Purpose::Lock, sql).await? {
            Ok(()) => Ok(()),
            Err(source) => Err(self.after(engine_error::<DB>(source)).await),
        }
    }
}
