//! The values that the suite stores.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::entity::Aggregate;

/// Two values of one aggregate, which the suite turns into each other.
///
/// Both have the same id. They should differ in every column and in every collection: a row with other values, a row that only one
/// of them has, and so on down the tree. A row below which something is to differ is in both. A child field in which
/// they do not differ could be forgotten without anybody's notice, so [`every_child_is_dirty`](super::every_child_is_dirty)
/// fails and names it; [`allow_equal`](Self::allow_equal) says that this is meant.
///
/// Each value, and each value between the two, is checked by the invariants of the types before it is used.
#[derive(Debug, Clone)]
pub struct Samples<A: Aggregate> {
    pub(super) one: A,
    pub(super) other: A,
    pub(super) neighbour: Option<A>,
    pub(super) equal: Vec<String>,
    pub(super) same: Option<fn(&A, &A) -> bool>,
    pub(super) coverage: Option<Coverage>,
}

impl<A: Aggregate> Samples<A> {
    /// Two values of one id.
    #[must_use]
    pub const fn new(one: A, other: A) -> Self {
        Self { one, other, neighbour: None, equal: Vec::new(), same: None, coverage: None }
    }

    /// Stores an aggregate of another id beside them, which nothing that happens to them may touch.
    #[must_use]
    pub fn neighbour(mut self, neighbour: A) -> Self {
        self.neighbour = Some(neighbour);
        self
    }

    /// The samples may be equal in this child field, and below it. The name is that of the field, with those above it before it:
    /// `lines.allocations`; that of the root's columns is empty.
    #[must_use]
    pub fn allow_equal(mut self, field: &str) -> Self {
        self.equal.push(field.to_owned());
        self
    }

    /// Compares what is loaded with what was saved by a function of yours too, `PartialEq::eq` for instance. The library does not see what
    /// is `#[skip]`; this finds a field that is, and should be a `#[child]`.
    ///
    /// Write the rows of a collection in the order of their ids, in which they come back.
    #[must_use]
    pub fn same(mut self, same: fn(&A, &A) -> bool) -> Self {
        self.same = Some(same);
        self
    }

    /// Whether the samples may be equal in this field.
    pub(super) fn may_be_equal(&self, path: &str) -> bool {
        self.equal.iter().any(|field| {
            path.strip_prefix(field.as_str())
                .is_some_and(|below| below.is_empty() || (below.starts_with('.') && !field.is_empty()))
        })
    }
}

impl<A: Aggregate> From<[A; 2]> for Samples<A> {
    fn from([one, other]: [A; 2]) -> Self {
        Self::new(one, other)
    }
}

/// Which parts any of several samples differed in, and what to do where none did.
#[derive(Debug, Clone, Default)]
pub(super) struct Coverage(Arc<Mutex<BTreeMap<String, Option<String>>>>);

impl Coverage {
    /// Notes that a part was tested, or what to do so that it is.
    pub(super) fn note(&self, path: &str, missing: Option<String>) {
        let mut parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if missing.is_none() {
            parts.insert(path.to_owned(), None);
        } else {
            parts.entry(path.to_owned()).or_insert(missing);
        }
    }

    /// What to do about the first part that was never tested.
    #[cfg(feature = "proptest")]
    pub(super) fn missing(&self) -> Option<String> {
        let parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        parts.values().flatten().next().cloned()
    }
}
