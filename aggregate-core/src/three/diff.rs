//! Who changed what.

use serde::Serialize;

use super::{Sides, Triple, align};
use crate::entity::{Aggregate, Branches, Cardinality, Child, Entity};
use crate::error::Error;
use crate::mask::ColumnMask;
use crate::schema::{Edge, Table};
use crate::version::Version;

/// What two people made of one aggregate: which rows and columns each of them changed, and where both did.
///
/// It names tables, ids and columns, never values: those stand in the three states. `Display` is for people, a row on a
/// line; serde's form is for programs and pages.
///
/// ```
/// # use aggregate_core::{Aggregate, Entity, ThreeWayDiff, Version};
/// # #[derive(Aggregate, Clone)]
/// # #[aggregate(table = "orders")]
/// # struct Order { #[id] id: i64, #[version] version: Version, note: String, #[child] lines: Vec<Line> }
/// # #[derive(Entity, Clone)]
/// # #[entity(table = "lines")]
/// # struct Line { #[id(local)] no: i32, quantity: i32 }
/// let base = Order { id: 7, version: Version::new(3), note: String::new(), lines: vec![Line { no: 1, quantity: 1 }] };
/// let (mut mine, mut theirs) = (base.clone(), base.clone());
/// mine.note = "urgent".into();
/// mine.lines[0].quantity = 2;
/// theirs.version = Version::new(4);
/// theirs.lines[0].quantity = 5;
///
/// let diff = ThreeWayDiff::between(Some(&base), &mine, Some(&theirs))?;
/// assert!(diff.has_overlap());
/// assert_eq!(diff.to_string(), "\
/// `orders` 7: yours began at version 3, version 4 is stored
/// - `orders` 7: you changed `note`
/// - `lines` 1: both changed `quantity`");
/// # Ok::<(), aggregate_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ThreeWayDiff {
    /// The root's table.
    pub aggregate: &'static str,
    /// The aggregate's id, as its `Debug` form.
    pub id: String,
    /// The version at which mine began; [`Version::UNSAVED`] if nothing was stored then.
    pub expected: Version,
    /// The version that is stored, or `None` if the aggregate is gone.
    pub actual: Option<Version>,
    /// The rows that either side changed, table by table, the root's first.
    pub rows: Vec<RowDifference>,
}

/// What both sides did to one row; at least one of them did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RowDifference {
    /// The row's table.
    pub table: &'static str,
    /// The row's id, as its `Debug` form; where it is local, the ids of the rows above it before it, with `/` between.
    pub id: String,
    /// What was done to it here.
    pub mine: Option<RowChange>,
    /// What the others did to it.
    pub theirs: Option<RowChange>,
    /// The columns that both changed, to different values.
    pub both: Vec<&'static str>,
    /// Whether one side undoes what the other one did: both changed a column, moved the row, or added it in different ways, or
    /// filled a field that holds one row with different ones; or one removed what the other changed, or the row that it stands
    /// below.
    pub overlaps: bool,
}

/// What one side did to a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
#[non_exhaustive]
pub enum RowChange {
    /// It was not there before.
    Added,
    /// It is there no more.
    Removed,
    /// It has other values, or stands under another parent.
    #[non_exhaustive]
    Changed {
        /// The columns whose values differ.
        columns: Vec<&'static str>,
        /// Whether it stands under another parent.
        moved: bool,
    },
}

impl ThreeWayDiff {
    /// Compares three states of one aggregate: the one that `mine` began as, and the one that is stored now.
    ///
    /// Without a `base`, or without `theirs`, everything was added or removed.
    ///
    /// # Errors
    ///
    /// [`Error::IdentityChanged`] if they are of several aggregates, [`Error::DuplicateKey`] if two rows of one state have
    /// one key.
    pub fn between<A: Aggregate>(base: Option<&A>, mine: &A, theirs: Option<&A>) -> Result<Self, Error> {
        let mut others = base.into_iter().chain(theirs);
        if let Some(other) = others.find(|other| other.key() != mine.key()) {
            return Err(Error::IdentityChanged {
                aggregate: A::TABLE.name(),
                loaded: format!("{:?}", other.id()),
                found: format!("{:?}", mine.id()),
            });
        }
        let roots = align(&Sides::of(base, Some(mine), theirs))?;
        let mut rows = Vec::new();
        let ids = explain(A::TABLE, A::TABLE.name(), &roots, &[], |_| false, &mut rows);
        A::children(&mut ExplainBelow {
            triples: &roots,
            ids: &ids,
            edges: A::TABLE.edges().iter(),
            is_root: true,
            rows: &mut rows,
        })?;
        Ok(Self {
            aggregate: A::TABLE.name(),
            id: format!("{:?}", mine.id()),
            expected: base.map_or(Version::UNSAVED, Aggregate::version),
            actual: theirs.map(Aggregate::version),
            rows,
        })
    }

    /// Whether the two sides changed the same thing in different ways.
    #[must_use]
    pub fn has_overlap(&self) -> bool {
        self.rows.iter().any(|row| row.overlaps)
    }
}

/// Lists the rows of a table that differ; gives the whole ids of all of them.
fn explain<E: Entity>(
    table: &'static Table,
    name: &'static str,
    triples: &[Triple<'_, E>],
    parents: &[String],
    has_no_place: impl Fn(&Triple<'_, E>) -> bool,
    rows: &mut Vec<RowDifference>,
) -> Vec<String> {
    let mut ids = Vec::with_capacity(triples.len());
    for triple in triples {
        let id = triple.any().map_or_else(String::new, |(parent, row)| {
            let own = format!("{:?}", row.id());
            match parents.get(parent).filter(|above| table.is_local() && !above.is_empty()) {
                Some(above) => format!("{above}/{own}"),
                None => own,
            }
        });
        rows.extend(difference(table, name, triple, &id, has_no_place(triple)));
        ids.push(id);
    }
    ids
}

/// What both sides did to a row, if anything.
fn difference<E: Entity>(
    table: &'static Table,
    name: &'static str,
    triple: &Triple<'_, E>,
    id: &str,
    has_no_place: bool,
) -> Option<RowDifference> {
    let mine = change(table, triple.base, triple.mine);
    let theirs = change(table, triple.base, triple.theirs);
    if mine.is_none() && theirs.is_none() {
        return None;
    }
    let apart = match (triple.mine, triple.theirs) {
        (Some((_, mine)), Some((_, theirs))) => names(table, &mine.changed(theirs)),
        _ => Vec::new(),
    };
    let is_elsewhere = triple.mine.map(|(parent, _)| parent) != triple.theirs.map(|(parent, _)| parent);
    let (both, overlaps) = match (&mine, &theirs) {
        (Some(RowChange::Added), Some(RowChange::Added)) => {
            let overlaps = is_elsewhere || !apart.is_empty();
            (apart, overlaps)
        }
        (
            Some(RowChange::Changed { columns: here, moved: left }),
            Some(RowChange::Changed { columns: there, moved: went }),
        ) => {
            let both: Vec<_> =
                apart.into_iter().filter(|column| here.contains(column) && there.contains(column)).collect();
            let overlaps = !both.is_empty() || (*left && *went && is_elsewhere);
            (both, overlaps)
        }
        (Some(RowChange::Removed), Some(RowChange::Changed { .. }))
        | (Some(RowChange::Changed { .. }), Some(RowChange::Removed)) => (Vec::new(), true),
        _ => (Vec::new(), false),
    };
    let overlaps = overlaps || has_no_place;
    Some(RowDifference { table: name, id: id.to_owned(), mine, theirs, both, overlaps })
}

/// What became of a row on one side.
fn change<E: Entity>(
    table: &'static Table,
    before: Option<(usize, &E)>,
    after: Option<(usize, &E)>,
) -> Option<RowChange> {
    match (before, after) {
        (None, None) => None,
        (None, Some(_)) => Some(RowChange::Added),
        (Some(_), None) => Some(RowChange::Removed),
        (Some((parent, before)), Some((now, after))) => {
            let (columns, moved) = (names(table, &after.changed(before)), parent != now);
            (moved || !columns.is_empty()).then_some(RowChange::Changed { columns, moved })
        }
    }
}

fn names(table: &'static Table, columns: &ColumnMask) -> Vec<&'static str> {
    let all = table.columns().iter().enumerate();
    all.filter(|(at, _)| columns.contains(*at)).map(|(_, column)| column.name()).collect()
}

struct ExplainBelow<'v, 'a, P> {
    triples: &'v [Triple<'a, P>],
    /// The whole ids of the rows.
    ids: &'v [String],
    /// The child fields that are still to come.
    edges: std::slice::Iter<'static, Edge>,
    /// Whether these rows are the root, whose id everybody knows.
    is_root: bool,
    rows: &'v mut Vec<RowDifference>,
}

impl<P: Entity> Branches<P> for ExplainBelow<'_, '_, P> {
    fn child<C: Child>(&mut self, get: impl Fn(&P) -> &C, _: impl Fn(&mut P) -> &mut C) -> Result<(), Error> {
        let triples = align(&Sides::below(self.triples, &get))?;
        let name = self.edges.next().map_or(C::TABLE.name(), Edge::table_name);
        let parents = if self.is_root { &[] } else { self.ids };
        let places = Places::of::<C, P>(self.triples, &triples);
        let ids = explain(C::TABLE, name, &triples, parents, |triple| places.has_none(triple), self.rows);
        C::Entity::children(&mut ExplainBelow {
            triples: &triples,
            ids: &ids,
            edges: C::TABLE.edges().iter(),
            is_root: false,
            rows: &mut *self.rows,
        })
    }
}

/// Where rows of one child field can stand, as far as the other side leaves a place.
struct Places {
    /// By parent: whether it was removed here, and there.
    removed: Vec<[bool; 2]>,
    /// By parent: whether the only place below it was filled anew here, and there.
    filled: Vec<[bool; 2]>,
}

impl Places {
    fn of<C: Child, P: Entity>(parents: &[Triple<'_, P>], rows: &[Triple<'_, C::Entity>]) -> Self {
        let is_gone = |parent: &Triple<'_, P>| {
            [parent.mine, parent.theirs].map(|side| parent.base.is_some() && side.is_none())
        };
        let removed: Vec<_> = parents.iter().map(is_gone).collect();
        let mut filled = vec![[false; 2]; parents.len()];
        if C::CARDINALITY != Cardinality::Many {
            for row in rows.iter().filter(|row| row.base.is_none()) {
                for (side, at) in [row.mine, row.theirs].into_iter().zip(0..) {
                    if let Some((parent, _)) = side {
                        filled[parent][at] = true;
                    }
                }
            }
        }
        Self { removed, filled }
    }

    /// Whether one side put the row where the other side leaves no place for it.
    fn has_none<E>(&self, row: &Triple<'_, E>) -> bool {
        [row.mine, row.theirs].into_iter().zip(0..).any(|(side, at)| {
            let Some((parent, _)) = side else { return false };
            let is_new = row.base.is_none_or(|(before, _)| before != parent);
            let is_one_of_two = row.base.is_none() && (row.mine.is_none() || row.theirs.is_none());
            let other = 1 - at;
            is_new && (self.removed[parent][other] || (is_one_of_two && self.filled[parent][other]))
        })
    }
}
