//! An aggregate in memory with what is known of its stored state.

use std::ops::{Deref, DerefMut};

use crate::diff::{Diff, diff};
use crate::entity::Aggregate;
use crate::error::Error;
use crate::layout::Layout;
use crate::report::{Changes, TableWrites};
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
/// Changes that need no `&mut` (a `Mutex`, an atomic, an `Arc` of one) are not seen.
#[derive(Debug, Clone)]
pub struct Tracked<A: Aggregate> {
    current: A,
    /// The stored state, where `current` may differ from it.
    baseline: Option<Box<A>>,
    version: Version,
    in_doubt: bool,
}

impl<A: Aggregate> Tracked<A> {
    /// A new aggregate, to be added by its first save.
    ///
    /// Its version field is ignored and set to [`Version::UNSAVED`].
    #[must_use]
    pub fn new(mut aggregate: A) -> Self {
        aggregate.set_version(Version::UNSAVED);
        Self { current: aggregate, baseline: None, version: Version::UNSAVED, in_doubt: false }
    }

    /// An aggregate as it is stored.
    pub(crate) fn loaded(aggregate: A) -> Self {
        let version = aggregate.version();
        Self { current: aggregate, baseline: None, version, in_doubt: false }
    }

    /// The version that a save expects to find, [`Version::UNSAVED`] for a new aggregate.
    ///
    /// The version field of the aggregate follows it; edits of that field are ignored and undone by a save.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// Whether a save would write anything.
    ///
    /// True also for changes that a save refuses.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        !self.version.is_saved() || self.difference().map_or(true, |diff| !diff.is_empty())
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
        if !self.version.is_saved() {
            tables.push(TableWrites { inserted: 1, ..root });
        } else if !diff.root.is_empty() {
            tables.push(TableWrites { updated: 1, ..root });
        }
        tables.extend(diff.writes(&Layout::of(A::TABLE)));
        Ok(Changes { tables })
    }

    /// The aggregate alone; what was known of its stored state is lost.
    #[must_use]
    pub fn into_inner(self) -> A {
        self.current
    }

    /// The state that a save compares with; none for a new aggregate.
    pub(crate) fn stored(&self) -> Option<&A> {
        self.version.is_saved().then(|| self.baseline.as_deref().unwrap_or(&self.current))
    }

    /// The difference between memory and the stored state.
    pub(crate) fn difference(&self) -> Result<Diff, Error> {
        match (&self.baseline, self.version.is_saved()) {
            (Some(baseline), true) => {
                self.check_identity()?;
                diff(Some(&**baseline), &self.current)
            }
            (None, true) => Ok(Diff::default()),
            (_, false) => diff(None, &self.current),
        }
    }

    /// What stands in memory is the aggregate that was loaded.
    pub(crate) fn check_identity(&self) -> Result<(), Error> {
        match &self.baseline {
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
        if self.in_doubt {
            let id = format!("{:?}", self.stored().unwrap_or(&self.current).id());
            return Err(Error::InDoubt { aggregate: A::TABLE.name(), id });
        }
        Ok(())
    }

    /// Notes that from here on the stored state may change without our hearing of it.
    pub(crate) fn set_in_doubt(&mut self, in_doubt: bool) {
        self.in_doubt = in_doubt;
    }

    /// Takes over that nothing is stored, if that was in doubt.
    pub(crate) fn resolve_gone(&mut self) {
        if self.in_doubt {
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
    }

    /// Notes that what is in memory is what is stored, but for edits of the version field, which are undone.
    pub(crate) fn confirm_unchanged(&mut self) {
        self.current.set_version(self.version);
        self.baseline = None;
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
        if self.version.is_saved() && self.baseline.is_none() {
            self.baseline = Some(Box::new(self.current.clone()));
        }
        &mut self.current
    }
}
