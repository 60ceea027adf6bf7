//! What is to be done to a stored aggregate.

use super::send::{ToSend, to_delete, to_save};
use crate::backend::Backend;
use crate::diff::Diff;
use crate::entity::{Aggregate, Persist};
use crate::error::Error;
use crate::layout::Layout;
use crate::tracked::Tracked;
use crate::version::Version;

/// A save or a delete, which may run several times.
pub(super) enum Work<'w, A: Aggregate> {
    Save(&'w mut Tracked<A>, &'w Diff),
    Delete(&'w mut Tracked<A>),
    DeleteById(&'w A::Id, Version),
}

impl<A: Aggregate> Work<'_, A> {
    /// The statements of a run.
    pub(super) fn to_send<DB: Backend>(&self, layout: &Layout) -> Result<ToSend<DB>, Error>
    where
        A: Persist<DB>,
    {
        match self {
            Self::Save(tracked, diff) => to_save::<DB, A>(layout, tracked, diff),
            Self::Delete(_) | Self::DeleteById(..) => to_delete::<DB, A>(layout, &self.id(), self.expected()),
        }
    }

    /// The id that is stored, whatever stands in memory.
    pub(super) fn id(&self) -> A::Id {
        match self {
            Self::Save(tracked, _) | Self::Delete(tracked) => tracked.stored_id(),
            Self::DeleteById(id, _) => (*id).clone(),
        }
    }

    /// The version that must be stored.
    pub(super) fn expected(&self) -> Version {
        match self {
            Self::Save(tracked, _) | Self::Delete(tracked) => tracked.version(),
            Self::DeleteById(_, version) => *version,
        }
    }

    /// Whether the root must be at the version expected, and not only be there.
    pub(super) fn checks_version(&self) -> bool {
        match self {
            Self::Save(_, diff) => diff.bumps,
            Self::Delete(_) | Self::DeleteById(..) => true,
        }
    }

    /// Whether the aggregate is new.
    pub(super) fn creates(&self) -> bool {
        matches!(self, Self::Save(..)) && !self.expected().is_saved()
    }

    /// Notes whether the outcome of what was sent is unknown.
    pub(super) fn set_in_doubt(&mut self, in_doubt: bool) {
        match self {
            Self::Save(tracked, _) | Self::Delete(tracked) => tracked.set_in_doubt(in_doubt),
            Self::DeleteById(..) => {}
        }
    }
}
