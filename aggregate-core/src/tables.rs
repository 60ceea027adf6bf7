//! What is known of an aggregate's tables: their layout, and what the database said about them.

use std::sync::OnceLock;

use crate::backend::Backend;
use crate::entity::Persist;
use crate::error::Error;
use crate::layout::Layout;
use crate::line::Line;
use crate::load::Described;
use crate::schema::Table;
use crate::session::refuse_dirty_reads;

/// The tables of one type of aggregates in one database.
pub(crate) struct Tables {
    pub(crate) layout: Layout,
    described: OnceLock<Described>,
}

impl Tables {
    /// Nothing is asked of the database yet.
    pub(crate) fn of(root: &'static Table) -> Self {
        Self { layout: Layout::of(root), described: OnceLock::new() }
    }

    pub(crate) fn is_described(&self) -> bool {
        self.described.get().is_some()
    }

    /// What the database says about the tables, asked once.
    pub(crate) async fn described<DB: Backend, A: Persist<DB>>(
        &self,
        mut line: Line<'_, DB>,
    ) -> Result<&Described, Error> {
        if let Some(described) = self.described.get() {
            return Ok(described);
        }
        refuse_dirty_reads::<DB>(line.reborrow()).await?;
        self.asked::<DB, A>(line).await
    }

    /// As [`described`](Self::described), in a transaction whose isolation level is known to do.
    pub(crate) async fn asked<DB: Backend, A: Persist<DB>>(
        &self,
        line: Line<'_, DB>,
    ) -> Result<&Described, Error> {
        if let Some(described) = self.described.get() {
            return Ok(described);
        }
        let described = Described::ask::<DB, A>(line, &self.layout).await?;
        Ok(self.described.get_or_init(|| described))
    }
}
