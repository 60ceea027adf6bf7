//! The isolation levels of a database, and what they let a unit of work see.

/// A setting of a session's isolation.
#[derive(Debug, Clone, Copy)]
pub struct Level {
    /// Its name.
    pub name: &'static str,
    /// What makes it that of a connection's later transactions.
    pub set: &'static str,
    /// What happens to a copy that a unit has read when another writer saves the aggregate.
    pub stale: Stale,
    /// Whether the unit, reading again, then sees the version from before.
    pub rereads_old: bool,
}

/// What happens to a copy that a unit has read when another writer saves the aggregate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stale {
    /// Saving it is a conflict that names the version that is stored.
    Conflict,
    /// The engine ends the transaction, so that nothing but contention is known.
    Contended,
    /// The other writer waits for the unit, and the copy never gets stale.
    WriterWaits,
}
