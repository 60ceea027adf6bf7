//! Aggregates as rows of a database.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use sqlx::Pool;
use tracing::Instrument;

use super::found::{in_order, not_found, unique};
use crate::backend::{Backend, Meaning, engine_error};
use crate::diff::Diff;
use crate::entity::{Aggregate, Persist};
use crate::error::Error;
use crate::line::{Lines, Statements};
use crate::load::{load, load_chunks, queries};
use crate::observe;
use crate::report::SaveReport;
use crate::save;
use crate::sql::Lock;
use crate::tables::Tables;
use crate::tracked::Tracked;
use crate::unit::UnitOptions;
use crate::version::Version;

/// Loads and saves the aggregates of one type as rows.
///
/// Make one for each type and pool and clone it: clones share what was learned about the tables. Before
/// its first statement a repository describes its tables to check that their columns can hold the fields.
///
/// Every load sees one snapshot. Every save is one transaction that checks and bumps the root's version if
/// any row of the aggregate changed, and sends nothing if none did.
///
/// ```
/// # use aggregate_core::sqlx::{self, Executor, sqlite::SqlitePoolOptions};
/// use aggregate_core::{Aggregate, Entity, SqliteRepository, Tracked, Version};
///
/// #[derive(Aggregate, Clone, Debug)]
/// #[aggregate(table = "carts")]
/// struct Cart {
///     #[id] id: i64,
///     #[version] version: Version,
///     #[child] items: Vec<Item>,
/// }
///
/// #[derive(Entity, Clone, Debug)]
/// #[entity(table = "items")]
/// struct Item {
///     #[id(local)] sku: String,
///     quantity: i32,
/// }
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// # let pool = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await?;
/// # pool.execute("CREATE TABLE carts (id INTEGER PRIMARY KEY, version INTEGER NOT NULL)").await?;
/// # pool.execute("CREATE TABLE items (cart_id INTEGER NOT NULL, sku TEXT NOT NULL, quantity INTEGER NOT NULL)").await?;
/// let carts = SqliteRepository::<Cart>::new(pool);
/// let item = Item { sku: "tea".into(), quantity: 1 };
/// let mut cart = Tracked::new(Cart { id: 7, version: Version::UNSAVED, items: vec![item] });
/// carts.save(&mut cart).await?;
///
/// let mut cart = carts.get(&7).await?;
/// cart.items[0].quantity = 2;
/// let report = carts.save(&mut cart).await?;
/// assert_eq!(report.table("items").updated, 1);
/// assert_eq!(cart.version(), Version::new(1));
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(run())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Two writers of one aggregate: the second one hears of the first, also if they changed different rows.
///
/// ```
/// # use aggregate_core::sqlx::{self, Executor, sqlite::SqlitePoolOptions};
/// # use aggregate_core::{Aggregate, Entity, Error, SqliteRepository, Tracked, Version};
/// # #[derive(Aggregate, Clone, Debug)]
/// # #[aggregate(table = "carts")]
/// # struct Cart { #[id] id: i64, #[version] version: Version, #[child] items: Vec<Item> }
/// # #[derive(Entity, Clone, Debug)]
/// # #[entity(table = "items")]
/// # struct Item { #[id(local)] sku: String, quantity: i32 }
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// # let pool = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await?;
/// # pool.execute("CREATE TABLE carts (id INTEGER PRIMARY KEY, version INTEGER NOT NULL)").await?;
/// # pool.execute("CREATE TABLE items (cart_id INTEGER NOT NULL, sku TEXT NOT NULL, quantity INTEGER NOT NULL)").await?;
/// # let carts = SqliteRepository::<Cart>::new(pool);
/// # let items = ["tea", "cups"].map(|sku| Item { sku: sku.into(), quantity: 1 }).into();
/// # carts.save(&mut Tracked::new(Cart { id: 7, version: Version::UNSAVED, items })).await?;
/// let mut mine = carts.get(&7).await?;
/// let mut yours = carts.get(&7).await?;
/// yours.items[0].quantity = 2;
/// mine.items[1].quantity = 6;
/// carts.save(&mut yours).await?;
///
/// let error = carts.save(&mut mine).await.unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "conflict: `carts` 7 is at version 1, not 0: it was saved by someone else",
/// );
/// // Load it again, redo the change, save.
/// carts.reload(&mut mine).await?;
/// mine.items[1].quantity = 6;
/// carts.save(&mut mine).await?;
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(run())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SqlRepository<A, DB: Backend> {
    pub(super) lines: Lines<DB>,
    pub(super) tables: Arc<Tables>,
    aggregate: PhantomData<fn() -> A>,
}

impl<A: Aggregate + Persist<DB>, DB: Backend> SqlRepository<A, DB> {
    /// A repository on this pool. Nothing is sent yet.
    #[must_use]
    pub fn new(pool: Pool<DB>) -> Self {
        let lines = Lines { pool, statements: Statements::Named };
        Self { lines, tables: Arc::new(Tables::of(A::TABLE)), aggregate: PhantomData }
    }

    /// Sends every statement unnamed, so that nothing of it stays on the server connection: for a pool whose
    /// connections lead to a pooler that lends a server connection for a transaction only, such as `PgBouncer`.
    ///
    /// Default: statements are prepared once for each connection, under a name. Behind such a pooler a name means
    /// what another client prepared, or nothing. On `PostgreSQL` a load or save that is one statement then stands
    /// in a transaction of its own and takes four round trips instead of one; elsewhere the option only costs.
    /// A transaction that you lend to [`find_on`](Self::find_on) must be one that sqlx began, or the load commits it.
    #[must_use]
    pub fn unnamed_statements(mut self) -> Self {
        self.lines.statements = Statements::Unnamed;
        self
    }

    /// The pool.
    #[must_use]
    pub fn pool(&self) -> &Pool<DB> {
        &self.lines.pool
    }

    /// Loads the aggregate with this id, or `None` if there is none.
    ///
    /// # Errors
    ///
    /// [`Error::Schema`] if the tables are not those that the types describe, [`Error::Inconsistent`],
    /// [`Error::Decode`] or [`Error::Invariant`] if the rows do not make an aggregate, and
    /// [`Error::Database`].
    pub async fn find(&self, id: &A::Id) -> Result<Option<Tracked<A>>, Error> {
        let mut found = Box::pin(self.find_many(std::slice::from_ref(id))).await?;
        Ok(found.pop().flatten())
    }

    /// Loads the aggregate with this id.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if there is none, and those of [`find`](Self::find).
    pub async fn get(&self, id: &A::Id) -> Result<Tracked<A>, Error> {
        self.find(id).await?.ok_or_else(|| not_found::<A>(id))
    }

    /// Loads the aggregates with these ids from one snapshot, in the order asked, `None` for those that
    /// are missing. An id may be repeated; each gets a copy of its own.
    ///
    /// # Errors
    ///
    /// Those of [`find`](Self::find).
    pub async fn find_many(&self, ids: &[A::Id]) -> Result<Vec<Option<Tracked<A>>>, Error> {
        let unique = unique::<A>(ids);
        if unique.is_empty() {
            return Ok(Vec::new());
        }
        let span = observe::load::<A>(unique.len());
        let mut statements = 0;
        let loading = async {
            let mut reruns = 0;
            loop {
                match self.find_once(&unique, &mut statements).await {
                    // Under the strictest isolation the engine may end a reader for the sake of a writer.
                    Err(error) if reruns < save::RERUNS && is_rerun::<DB>(&error) => reruns += 1,
                    found => return found,
                }
            }
        };
        let found = loading.instrument(span.clone()).await;
        observe::loaded(&span, &found, statements);
        Ok(in_order(ids, found?))
    }

    async fn find_once(&self, ids: &[A::Id], statements: &mut u64) -> Result<Vec<A>, Error> {
        let mut held = self.lines.acquire().await.map_err(engine_error::<DB>)?;
        let described = self.tables.described::<DB, A>(held.talk()).await;
        held.heard();
        let (layout, described) = (&self.tables.layout, described?);
        let queries = queries::<DB, A>(layout, ids)?;
        if DB::DIALECT.loads_by_union() && queries == 1 {
            *statements += self.lines.cost_of_one();
            let loaded = load::<DB, A>(held.talk(), layout, described, ids, Lock::None).await;
            held.heard();
            return loaded;
        }
        *statements += queries + 2;
        let mut snapshot = held.begin(DB::DIALECT.begin_read).await.map_err(engine_error::<DB>)?;
        let loaded = load_chunks::<DB, A>(snapshot.connection(), layout, described, ids, Lock::None).await?;
        snapshot.commit().await.map_err(engine_error::<DB>)?;
        Ok(loaded)
    }

    /// Saves what changed since the aggregate was loaded, and adds it if it is new.
    ///
    /// If any row changed, at any depth, the root's version is checked and goes up by one, in the database
    /// and in memory; if none did, nothing is sent and no connection is taken. Changes of what is `unversioned`
    /// alone are stored at any version, which stays as it is, if the root is there.
    ///
    /// # Errors
    ///
    /// Nothing is written when this returns an error, and the aggregate in memory is as it was:
    /// [`Error::Conflict`] if somebody else saved or deleted it (load it again, redo the change, save),
    /// [`Error::AlreadyExists`] if it is new and its id is taken, [`Error::OutOfBand`],
    /// [`Error::ConstraintViolated`], [`Error::Contended`], [`Error::DuplicateKey`],
    /// [`Error::IdentityChanged`], [`Error::ParentMismatch`], [`Error::InsertOnly`], [`Error::Invariant`],
    /// [`Error::Encode`], [`Error::VersionExhausted`], [`Error::Schema`] and [`Error::Database`].
    /// The exception is [`Error::CommitUnknown`]: then the aggregate is in doubt until it is
    /// [reloaded](Self::reload), and meanwhile refused with [`Error::InDoubt`].
    ///
    /// # Cancellation
    ///
    /// If the future is dropped before it has sent what decides, the statement where the save is one, else the COMMIT,
    /// nothing is stored and the aggregate in memory is as it was. If it is dropped later, all is stored or nothing, and
    /// the aggregate is in doubt until it is reloaded. The same holds for [`delete`](Self::delete).
    pub async fn save(&self, aggregate: &mut Tracked<A>) -> Result<SaveReport, Error> {
        self.write(aggregate, false).await
    }

    /// Saves as [`save`](Self::save) does, and bumps the version even if nothing changed.
    ///
    /// # Errors
    ///
    /// Those of [`save`](Self::save).
    pub async fn touch(&self, aggregate: &mut Tracked<A>) -> Result<SaveReport, Error> {
        self.write(aggregate, true).await
    }

    async fn write(&self, aggregate: &mut Tracked<A>, touch: bool) -> Result<SaveReport, Error> {
        let span = observe::save(aggregate);
        let saved = match save::pending(aggregate, None, touch) {
            Ok(None) => Ok(aggregate.unchanged()),
            // Boxed, since futures of a kilobyte each would add up in the callers'.
            Ok(Some(diff)) => Box::pin(self.send(aggregate, &diff)).instrument(span.clone()).await,
            Err(error) => Err(error),
        };
        observe::written(&span, saved.as_ref());
        saved
    }

    async fn send(&self, aggregate: &mut Tracked<A>, diff: &Diff) -> Result<SaveReport, Error> {
        self.ready().await?;
        save::save(&self.lines, &self.tables.layout, aggregate, diff).await
    }

    /// Deletes the aggregate, if it is at the version that it was loaded at: every row below the root, those
    /// that others added behind the library's back included.
    ///
    /// Afterwards it is unsaved: saving it adds it again, at [`Version::INITIAL`].
    ///
    /// On `SQLite` and `MariaDB`, and wherever the aggregate has `unversioned` collections, the root is locked first by an
    /// UPDATE that changes nothing, which triggers of yours may see.
    ///
    /// # Errors
    ///
    /// Nothing is deleted when this returns an error: [`Error::Conflict`] if somebody else saved or deleted
    /// it, [`Error::NotFound`] if it was never saved, [`Error::IdentityChanged`],
    /// [`Error::ConstraintViolated`] if rows outside of the aggregate refer to it, [`Error::Contended`],
    /// [`Error::Schema`] and [`Error::Database`]; and [`Error::CommitUnknown`] as for [`save`](Self::save).
    ///
    /// # Cancellation
    ///
    /// As of [`save`](Self::save).
    pub async fn delete(&self, aggregate: &mut Tracked<A>) -> Result<SaveReport, Error> {
        let span = observe::delete::<A>(&aggregate.stored_id(), aggregate.version());
        let deleting = async {
            self.ready().await?;
            save::delete(&self.lines, &self.tables.layout, aggregate).await
        };
        let deleted = Box::pin(deleting).instrument(span.clone()).await;
        observe::written(&span, deleted.as_ref());
        deleted
    }

    /// Deletes the aggregate with this id without loading it, if it is at the version expected.
    ///
    /// # Errors
    ///
    /// Those of [`delete`](Self::delete); an id that is not there is an [`Error::Conflict`], since it was
    /// there at the version expected.
    ///
    /// # Cancellation
    ///
    /// If the future is dropped, it is deleted whole or not at all; there is no copy that could be in doubt.
    pub async fn delete_by_id(&self, id: &A::Id, expected: Version) -> Result<SaveReport, Error> {
        let span = observe::delete::<A>(id, expected);
        let deleting = async {
            self.ready().await?;
            save::delete_by_id::<DB, A>(&self.lines, &self.tables.layout, id, expected).await
        };
        let deleted = Box::pin(deleting).instrument(span.clone()).await;
        observe::written(&span, deleted.as_ref());
        deleted
    }

    /// Replaces what is in memory by what is stored, whatever state it is in.
    ///
    /// After an unknown outcome, what was sent may still be on its way to the database, and overtake the reload. Then
    /// the next save of this copy is a conflict, as with any other writer.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if it is gone, and those of [`find`](Self::find). Then memory is as it was; but a
    /// copy that was in doubt and is not found is unsaved, and may be saved anew.
    pub async fn reload(&self, aggregate: &mut Tracked<A>) -> Result<(), Error> {
        let id = aggregate.stored_id();
        let stored = self.find(&id).await?;
        aggregate.reloaded(&id, stored)
    }

    /// How this repository begins a unit of work.
    pub(super) fn unit_options(&self) -> UnitOptions<DB> {
        let options = UnitOptions::default();
        match self.lines.statements {
            Statements::Unnamed => options.unnamed_statements(),
            Statements::Named | Statements::Rare => options,
        }
    }

    async fn ready(&self) -> Result<(), Error> {
        if !self.tables.is_described() {
            let mut held = self.lines.acquire().await.map_err(engine_error::<DB>)?;
            let described = self.tables.described::<DB, A>(held.talk()).await.map(drop);
            held.heard();
            described?;
        }
        Ok(())
    }
}

/// Whether the engine ended a transaction that may do better when it runs again.
pub(super) fn is_rerun<DB: Backend>(error: &Error) -> bool {
    error.engine().is_some_and(|source| DB::meaning(source) == Meaning::Rerun)
}

impl<A, DB: Backend> Clone for SqlRepository<A, DB> {
    fn clone(&self) -> Self {
        Self { lines: self.lines.clone(), tables: Arc::clone(&self.tables), aggregate: PhantomData }
    }
}

impl<A, DB: Backend> fmt::Debug for SqlRepository<A, DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let root = self.tables.layout.root().name;
        f.debug_struct("SqlRepository")
            .field("backend", &<DB as sqlx::Database>::NAME)
            .field("root", &root)
            .finish_non_exhaustive()
    }
}
