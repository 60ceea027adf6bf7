//! An aggregate in memory with what is known of its stored state.

use std::ops::{Deref, DerefMut};

use crate::diff::{Diff, diff};
use crate::entity::Aggregate;
use crate::error::Error;
use crate::layout::Layout;
use crate::report::{Changes, SaveReport, TableWrites};
use crate::repository::not_found;
use crate::three::adopt;
use crate::unit::{Fate, Outcome};
use crate::version::Version;

/// An aggregate with the version and the state that it was loaded at.
///
/// It dereferences to the aggregate; domain code changes it in place. The first mutable access keeps a
/// copy of the loaded state, which a save compares with; reading costs nothing, and an aggregate that
/// was never borrowed mutably is clean without a comparison.
///
/// Where several fields are borrowed at once, borrow the aggregate first:
///
/// ```
/// # use aggregate_core::{Aggregate, Entity, Tracked, Version};
/// # #[derive(Aggregate, Clone)]
/// # struct Invoice { #[id] id: i64, #[version] version: Version, discount: i64, #[child] lines: Vec<Line> }
/// # #[derive(Entity, Clone)]
/// # struct Line { #[id(local)] no: i32, price: i64 }
/// fn apply_discount(tracked: &mut Tracked<Invoice>) {
///     let invoice = &mut **tracked;
///     for line in &mut invoice.lines {
///         line.price -= invoice.discount;
///     }
/// }
/// # let lines = vec![Line { no: 1, price: 10 }];
/// # let mut tracked = Tracked::new(Invoice { id: 1, version: Version::new(7), discount: 3, lines });
/// # apply_discount(&mut tracked);
/// # assert_eq!((tracked.lines[0].price, tracked.version()), (7, Version::UNSAVED));
/// ```
///
/// A clone is a copy of its own: what one saves makes the other stale.
///
/// A save in a [`UnitOfWork`](crate::UnitOfWork) counts as done at once: [`version`](Self::version) and
/// [`is_dirty`](Self::is_dirty) tell what will be stored when the unit commits. If it does not, they tell what was
/// known before the unit, and what was changed since can be saved anew. The version *field* of the aggregate
/// follows at the next mutable access after the outcome is known.
///
/// Changes that need no `&mut` (a `Mutex`, an atomic, an `Arc` of one) are not seen.
#[derive(Debug, Clone)]
pub struct Tracked<A: Aggregate> {
    current: A,
    /// The stored state, where `current` may differ from it.
    baseline: Option<Box<A>>,
    version: Version,
    in_doubt: bool,
    /// Saves in a unit of work whose outcome was not taken over yet, oldest first. The fields above are as if
    /// all of them were stored.
    queued: Vec<Queued<A>>,
}

/// A save in a unit of work, with what to return to if it comes to nothing.
#[derive(Debug, Clone)]
struct Queued<A> {
    outcome: Outcome,
    /// What was stored before; nothing if it was new.
    stored: Option<Box<A>>,
    /// The version before.
    version: Version,
    /// Makes what is in memory what a reload gives.
    settle: fn(&mut A),
}

impl<A: Aggregate> Tracked<A> {
    /// A new aggregate, to be added by its first save.
    ///
    /// Its version field is ignored and set to [`Version::UNSAVED`].
    #[must_use]
    pub fn new(mut aggregate: A) -> Self {
        aggregate.set_version(Version::UNSAVED);
        Self::at(aggregate, Version::UNSAVED)
    }

    /// An aggregate as it is stored.
    pub(crate) fn loaded(aggregate: A) -> Self {
        let version = aggregate.version();
        Self::at(aggregate, version)
    }

    /// An aggregate that was edited elsewhere, of which this is stored: what no version guards stays as it is stored.
    pub(crate) fn merged(stored: A, copy: &A) -> Result<Self, Error> {
        let mut merged = Self::loaded(adopt(copy, &stored)?);
        merged.version = stored.version();
        merged.current.set_version(merged.version);
        merged.baseline = Some(Box::new(stored));
        Ok(merged)
    }

    fn at(current: A, version: Version) -> Self {
        Self { current, baseline: None, version, in_doubt: false, queued: Vec::new() }
    }

    /// The version that a save expects to find, [`Version::UNSAVED`] for a new aggregate.
    ///
    /// The version field of the aggregate follows it; edits of that field are ignored and undone by a save.
    #[must_use]
    pub fn version(&self) -> Version {
        self.undone().map_or(self.version, |queued| queued.version)
    }

    /// Whether a save would write anything.
    ///
    /// True also for changes that a save refuses.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        !self.version().is_saved() || self.difference().map_or(true, |diff| !diff.is_empty())
    }

    /// Which rows a save would write, by table.
    ///
    /// # Errors
    ///
    /// What the save would refuse without asking the database: [`Error::DuplicateKey`],
    /// [`Error::IdentityChanged`], [`Error::ParentMismatch`], [`Error::InsertOnly`].
    pub fn changes(&self) -> Result<Changes, Error> {
        let diff = self.difference()?;
        let mut tables = Vec::new();
        let root = TableWrites { table: A::TABLE.name(), ..TableWrites::default() };
        if !self.version().is_saved() {
            tables.push(TableWrites { inserted: 1, ..root });
        } else if !diff.root.is_empty() {
            tables.push(TableWrites { updated: 1, ..root });
        }
        tables.extend(diff.writes(&Layout::of(A::TABLE)));
        Ok(Changes { tables })
    }

    /// The aggregate alone; what was known of its stored state is lost.
    #[must_use]
    pub fn into_inner(mut self) -> A {
        self.take_over();
        self.current
    }

    /// The state that a save compares with; none for a new aggregate.
    pub(crate) fn stored(&self) -> Option<&A> {
        match self.undone() {
            Some(queued) => queued.stored.as_deref(),
            None => self.version.is_saved().then(|| self.baseline.as_deref().unwrap_or(&self.current)),
        }
    }

    /// The stored state, if what is in memory may differ from it.
    fn baseline(&self) -> Option<&A> {
        match self.undone() {
            Some(queued) => queued.stored.as_deref(),
            None => self.baseline.as_deref(),
        }
    }

    /// The id that is stored, or is to be.
    pub(crate) fn stored_id(&self) -> A::Id {
        self.stored().unwrap_or(&self.current).id()
    }

    /// Takes over what a reload found under this id.
    pub(crate) fn reloaded(&mut self, id: &A::Id, found: Option<Self>) -> Result<(), Error> {
        match found {
            Some(stored) => {
                *self = stored;
                Ok(())
            }
            None => {
                self.resolve_gone();
                Err(not_found::<A>(id))
            }
        }
    }

    /// The difference between memory and the stored state.
    pub(crate) fn difference(&self) -> Result<Diff, Error> {
        match (self.baseline(), self.version().is_saved()) {
            (Some(baseline), true) => {
                self.check_identity()?;
                diff(Some(baseline), &self.current)
            }
            (None, true) => Ok(Diff::default()),
            (_, false) => diff(None, &self.current),
        }
    }

    /// What stands in memory is the aggregate that was loaded.
    pub(crate) fn check_identity(&self) -> Result<(), Error> {
        match self.baseline() {
            Some(baseline) if baseline.key() != self.current.key() => Err(Error::IdentityChanged {
                aggregate: A::TABLE.name(),
                loaded: format!("{:?}", baseline.id()),
                found: format!("{:?}", self.current.id()),
            }),
            _ => Ok(()),
        }
    }

    /// An earlier save did not end unknown.
    pub(crate) fn check_known(&self) -> Result<(), Error> {
        if self.is_in_doubt() {
            let (aggregate, id) = self.name();
            return Err(Error::InDoubt { aggregate, id });
        }
        Ok(())
    }

    fn is_in_doubt(&self) -> bool {
        self.in_doubt || self.queued.iter().any(|queued| queued.outcome.fate() == Fate::InDoubt)
    }

    /// The table of the root and the id that is stored, for errors.
    pub(crate) fn name(&self) -> (&'static str, String) {
        (A::TABLE.name(), format!("{:?}", self.stored_id()))
    }

    /// The report of a save that had nothing to do.
    pub(crate) fn unchanged(&self) -> SaveReport {
        let (version, (aggregate, id)) = (self.version(), self.name());
        SaveReport {
            aggregate,
            id,
            old_version: version,
            new_version: version,
            tables: Vec::new(),
            statements: 0,
        }
    }

    /// Notes that from here on the stored state may change without our hearing of it.
    pub(crate) fn set_in_doubt(&mut self, in_doubt: bool) {
        self.in_doubt = in_doubt;
    }

    /// Takes over that nothing is stored, if that was in doubt.
    fn resolve_gone(&mut self) {
        if self.is_in_doubt() {
            self.settle(Version::UNSAVED, |_| ());
        }
    }

    /// Takes over the outcome of a save: what is in memory now is what is stored.
    pub(crate) fn settle(&mut self, version: Version, settle: impl FnOnce(&mut A)) {
        settle(&mut self.current);
        self.current.set_version(version);
        self.version = version;
        self.baseline = None;
        self.in_doubt = false;
        self.queued.clear();
    }

    /// Notes that what is in memory is what is stored, but for edits of the version field, which are undone.
    pub(crate) fn confirm_unchanged(&mut self) {
        if self.queued.is_empty() {
            self.current.set_version(self.version);
        }
        self.baseline = None;
    }
}

/// In units of work.
impl<A: Aggregate> Tracked<A> {
    /// Notes a save in a unit of work, after which the version will be this one.
    pub(crate) fn enqueue(&mut self, outcome: Outcome, version: Version, settle: fn(&mut A)) {
        let before = self.version;
        let stored =
            before.is_saved().then(|| self.baseline.take().unwrap_or_else(|| Box::new(self.current.clone())));
        self.queued.push(Queued { outcome, stored, version: before, settle });
        self.baseline = None;
        self.version = version;
    }

    /// Takes over what became of saves in a unit of work, as far as it is known.
    pub(crate) fn take_over(&mut self) {
        if self.queued.is_empty() {
            return;
        }
        if let Some(at) = self.queued.iter().position(Queued::is_undone) {
            if let Some(undone) = self.queued.drain(at..).next() {
                self.baseline = undone.stored;
                self.version = undone.version;
            }
            self.current.set_version(self.version);
        }
        if self.queued.iter().all(|queued| queued.outcome.fate() == Fate::Stored) {
            let version = self.version;
            for Queued { settle, .. } in std::mem::take(&mut self.queued) {
                for state in self.baseline.as_deref_mut().into_iter().chain([&mut self.current]) {
                    settle(state);
                    state.set_version(version);
                }
            }
        }
    }

    /// No unit of work but this one has saved this copy and is still open.
    pub(crate) fn check_unit(&self, unit: Option<u64>) -> Result<(), Error> {
        let elsewhere =
            |queued: &Queued<A>| queued.outcome.fate() == Fate::Open && Some(queued.outcome.unit()) != unit;
        if self.queued.iter().any(elsewhere) {
            let (aggregate, id) = self.name();
            return Err(Error::Uncommitted { aggregate, id });
        }
        Ok(())
    }

    /// The first save that came to nothing, and those after it with it.
    fn undone(&self) -> Option<&Queued<A>> {
        self.queued.iter().find(|queued| queued.is_undone())
    }
}

impl<A> Queued<A> {
    fn is_undone(&self) -> bool {
        self.outcome.fate() == Fate::Undone
    }
}

impl<A: Aggregate> Deref for Tracked<A> {
    type Target = A;

    fn deref(&self) -> &A {
        &self.current
    }
}

impl<A: Aggregate> DerefMut for Tracked<A> {
    fn deref_mut(&mut self) -> &mut A {
        self.take_over();
        if self.version.is_saved() && self.baseline.is_none() {
            self.baseline = Some(Box::new(self.current.clone()));
        }
        &mut self.current
    }
}
