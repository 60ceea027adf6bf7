//! Loads on a connection of the caller's.

use sqlx::Connection;
use tracing::Instrument;

use super::found::{in_order, not_found, unique};
use super::sql::SqlRepository;
use crate::backend::Backend;
use crate::entity::{Aggregate, Persist};
use crate::error::Error;
use crate::line::Line;
use crate::load::{load_chunks, load_in_snapshot, queries};
use crate::observe;
use crate::session::{refuse_dirty_reads, require_snapshot};
use crate::sql::Lock;
use crate::tracked::Tracked;

impl<A: Aggregate + Persist<DB>, DB: Backend> SqlRepository<A, DB> {
    /// [`find`](Self::find) on a connection of the caller's, which may stand in a transaction.
    ///
    /// # Errors
    ///
    /// Those of [`find`](Self::find).
    ///
    /// # Cancellation
    ///
    /// If the future is dropped, the connection and its transaction can still be used on `PostgreSQL` and `SQLite`. Close
    /// it on `MySQL` and `MariaDB`, where the driver would wait for ever, and where statements are
    /// [unnamed](Self::unnamed_statements) and there is no transaction, since a BEGIN may be under way.
    pub async fn find_on(&self, conn: &mut DB::Connection, id: &A::Id) -> Result<Option<Tracked<A>>, Error> {
        let mut found = Box::pin(self.find_many_on(conn, std::slice::from_ref(id))).await?;
        Ok(found.pop().flatten())
    }

    /// [`get`](Self::get) on a connection of the caller's, as [`find_on`](Self::find_on) is `find`.
    ///
    /// # Errors
    ///
    /// Those of [`get`](Self::get).
    pub async fn get_on(&self, conn: &mut DB::Connection, id: &A::Id) -> Result<Tracked<A>, Error> {
        self.find_on(conn, id).await?.ok_or_else(|| not_found::<A>(id))
    }

    /// [`find_many`](Self::find_many) on a connection of the caller's, as [`find_on`](Self::find_on) is `find`.
    ///
    /// # Errors
    ///
    /// Those of [`find_many`](Self::find_many), and [`Error::Isolation`] if there are more ids than one
    /// statement takes and the transaction does not keep one snapshot for several.
    pub async fn find_many_on(
        &self,
        conn: &mut DB::Connection,
        ids: &[A::Id],
    ) -> Result<Vec<Option<Tracked<A>>>, Error> {
        let unique = unique::<A>(ids);
        if unique.is_empty() {
            return Ok(Vec::new());
        }
        let span = observe::load::<A>(unique.len());
        let mut statements = 0;
        let loading = self.load_on(conn, &unique, &mut statements);
        let found = loading.instrument(span.clone()).await;
        observe::loaded(&span, &found, statements);
        Ok(in_order(ids, found?))
    }

    /// Loads aggregates, each once; counts the queries, and what stands around them.
    async fn load_on(
        &self,
        conn: &mut DB::Connection,
        unique: &[A::Id],
        statements: &mut u64,
    ) -> Result<Vec<A>, Error> {
        let mut line = Line { conn, statements: self.lines.statements };
        if DB::DIALECT.has_dirty_reads {
            // What was looked at before was another connection's.
            refuse_dirty_reads::<DB>(line.reborrow()).await?;
        }
        let (layout, described) =
            (&self.tables.layout, self.tables.described::<DB, A>(line.reborrow()).await?);
        let (queries, stands_alone) = (queries::<DB, A>(layout, unique)?, !line.conn.is_in_transaction());
        if !DB::DIALECT.loads_by_union() {
            *statements = queries + if stands_alone { 2 } else { 0 };
            return load_in_snapshot::<DB, A>(line, layout, described, unique).await;
        }
        *statements = if line.needs_transaction() { 3 * queries } else { queries };
        if queries > 1 {
            require_snapshot::<DB>(line.reborrow()).await?;
        }
        load_chunks::<DB, A>(line, layout, described, unique, Lock::None).await
    }
}
