//! What a save did.

use crate::version::Version;

/// What a save, a touch or a delete did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaveReport {
    /// The root's table.
    pub aggregate: &'static str,
    /// The aggregate's id, as its `Debug` form.
    pub id: String,
    /// The version before; [`Version::UNSAVED`] for a new aggregate.
    pub old_version: Version,
    /// The version after; equal to the one before if nothing was written but what is `unversioned`,
    /// [`Version::UNSAVED`] after a delete.
    pub new_version: Version,
    /// The rows written, for each table that was written to; the root's, if its row was, is the first.
    ///
    /// Of a save, rows that others had added below a removed row are not counted.
    pub tables: Vec<TableWrites>,
    /// The statements sent, BEGIN and COMMIT included; in a unit of work those of this save alone.
    ///
    /// A repository that is new describes its tables once before its first statement; that is not counted.
    pub statements: u64,
}

/// The rows written to one table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TableWrites {
    /// The table's name.
    pub table: &'static str,
    /// The rows added.
    pub inserted: u64,
    /// The rows changed, those that only moved to another parent included.
    pub updated: u64,
    /// The rows removed.
    pub deleted: u64,
}

impl TableWrites {
    /// The rows written in any way.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.inserted + self.updated + self.deleted
    }
}

impl SaveReport {
    /// Whether there was nothing to write, so that nothing was sent.
    #[must_use]
    pub fn is_noop(&self) -> bool {
        self.tables.is_empty()
    }

    /// The rows written to all tables, the root's included.
    #[must_use]
    pub fn rows_written(&self) -> u64 {
        self.tables.iter().map(TableWrites::total).sum()
    }

    /// The rows written to a table: zeros if it was not written to.
    #[must_use]
    pub fn table(&self, name: &str) -> TableWrites {
        find(&self.tables, name)
    }
}

/// What a save would write.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// The rows that differ, for each table that has any.
    ///
    /// The root's table is among them only if its own columns differ; a save writes its row in any case,
    /// unless all that differs is `unversioned`.
    pub tables: Vec<TableWrites>,
}

impl Changes {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// The rows of a table that differ: zeros if none do.
    #[must_use]
    pub fn table(&self, name: &str) -> TableWrites {
        find(&self.tables, name)
    }
}

fn find(tables: &[TableWrites], name: &str) -> TableWrites {
    // Two child fields may share a table.
    tables.iter().filter(|writes| writes.table == name).fold(TableWrites::default(), |sum, writes| {
        TableWrites {
            table: writes.table,
            inserted: sum.inserted + writes.inserted,
            updated: sum.updated + writes.updated,
            deleted: sum.deleted + writes.deleted,
        }
    })
}
