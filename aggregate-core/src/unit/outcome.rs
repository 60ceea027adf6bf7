//! What became of a save in a unit of work, shared by the unit and the copies that it saved.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// The outcome of one save or delete in a unit of work.
///
/// The unit writes it, the aggregate in memory reads it when it is next used: neither needs the other to live.
#[derive(Debug, Clone)]
pub(crate) struct Outcome(Arc<State>);

#[derive(Debug)]
struct State {
    unit: u64,
    fate: AtomicU8,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Fate {
    /// Queued or written; the unit is open.
    Open,
    /// Stored.
    Stored,
    /// Not stored: it was refused or rolled back.
    Undone,
    /// The COMMIT was sent, and its answer is not known, or not yet.
    InDoubt,
}

impl Outcome {
    /// Of a save in the unit with this number.
    pub(crate) fn open(unit: u64) -> Self {
        Self(Arc::new(State { unit, fate: AtomicU8::new(Fate::Open as u8) }))
    }

    pub(crate) fn unit(&self) -> u64 {
        self.0.unit
    }

    pub(crate) fn fate(&self) -> Fate {
        match self.0.fate.load(Ordering::Acquire) {
            0 => Fate::Open,
            1 => Fate::Stored,
            2 => Fate::Undone,
            _ => Fate::InDoubt,
        }
    }

    /// Settles it; what is stored or undone stays so.
    pub(crate) fn settle(&self, fate: Fate) {
        if matches!(self.fate(), Fate::Open | Fate::InDoubt) {
            self.0.fate.store(fate as u8, Ordering::Release);
        }
    }
}
