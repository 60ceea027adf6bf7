//! The set of columns of a row that changed.

use crate::entity::{Entity, Fields};
use crate::equality::same;

/// A set of columns of one entity, by their index in its [`Table`](crate::schema::Table).
///
/// Tables of up to 64 columns need no allocation; wider ones spill.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ColumnMask {
    first: u64,
    rest: Vec<u64>,
}

impl ColumnMask {
    /// The empty set.
    #[must_use]
    pub const fn new() -> Self {
        Self { first: 0, rest: Vec::new() }
    }

    /// Adds a column.
    pub fn insert(&mut self, column: usize) {
        match column / 64 {
            0 => self.first |= 1 << column,
            word => {
                if self.rest.len() < word {
                    self.rest.resize(word, 0);
                }
                self.rest[word - 1] |= 1 << (column % 64);
            }
        }
    }

    /// Whether a column is in the set.
    #[must_use]
    pub fn contains(&self, column: usize) -> bool {
        let word = match column / 64 {
            0 => self.first,
            word => self.rest.get(word - 1).copied().unwrap_or(0),
        };
        word & (1 << (column % 64)) != 0
    }

    /// Whether the set is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first == 0 && self.rest.iter().all(|word| *word == 0)
    }

    /// The number of columns in the set.
    pub(crate) fn len(&self) -> usize {
        let words = std::iter::once(&self.first).chain(&self.rest);
        words.map(|word| word.count_ones() as usize).sum()
    }

    /// Those of so many columns that are not in the set.
    pub(crate) fn others(&self, columns: usize) -> Self {
        let mut others = Self::new();
        (0..columns).filter(|column| !self.contains(*column)).for_each(|column| others.insert(column));
        others
    }

    /// Adds every column of `other`.
    pub fn union(&mut self, other: &Self) {
        self.first |= other.first;
        if self.rest.len() < other.rest.len() {
            self.rest.resize(other.rest.len(), 0);
        }
        for (word, more) in self.rest.iter_mut().zip(&other.rest) {
            *word |= more;
        }
    }
}

/// The columns whose value differs between two states of a row.
///
/// Floats are compared by their bits, times at microseconds, all else by `PartialEq`, unless the column names a `same`.
pub(crate) fn changed<E: Entity>(new: &E, old: &E) -> ColumnMask {
    let mut differing = Differing { new, old, columns: ColumnMask::new() };
    E::fields(&mut differing);
    differing.columns
}

/// Takes over the values of these columns from another state of the row.
pub(crate) fn assign<E: Entity>(to: &mut E, from: &E, columns: &ColumnMask) {
    if !columns.is_empty() {
        E::fields(&mut Assign { to, from, columns });
    }
}

struct Differing<'e, E> {
    new: &'e E,
    old: &'e E,
    columns: ColumnMask,
}

impl<E> Fields<E> for Differing<'_, E> {
    fn compared<T: PartialEq + Clone + 'static>(
        &mut self,
        column: usize,
        get: impl Fn(&E) -> &T,
        _: impl Fn(&mut E) -> &mut T,
    ) {
        if !same(get(self.new), get(self.old)) {
            self.columns.insert(column);
        }
    }

    fn compared_by<T: Clone + 'static>(
        &mut self,
        column: usize,
        get: impl Fn(&E) -> &T,
        _: impl Fn(&mut E) -> &mut T,
        same: impl Fn(&T, &T) -> bool,
    ) {
        if !same(get(self.new), get(self.old)) {
            self.columns.insert(column);
        }
    }

    fn read_only<T: Clone + 'static>(
        &mut self,
        _: usize,
        _: impl Fn(&E) -> &T,
        _: impl Fn(&mut E) -> &mut T,
    ) {
    }
}

struct Assign<'e, E> {
    to: &'e mut E,
    from: &'e E,
    columns: &'e ColumnMask,
}

impl<E> Fields<E> for Assign<'_, E> {
    fn compared<T: PartialEq + Clone + 'static>(
        &mut self,
        column: usize,
        get: impl Fn(&E) -> &T,
        get_mut: impl Fn(&mut E) -> &mut T,
    ) {
        self.read_only(column, get, get_mut);
    }

    fn compared_by<T: Clone + 'static>(
        &mut self,
        column: usize,
        get: impl Fn(&E) -> &T,
        get_mut: impl Fn(&mut E) -> &mut T,
        _: impl Fn(&T, &T) -> bool,
    ) {
        self.read_only(column, get, get_mut);
    }

    fn read_only<T: Clone + 'static>(
        &mut self,
        column: usize,
        get: impl Fn(&E) -> &T,
        get_mut: impl Fn(&mut E) -> &mut T,
    ) {
        if self.columns.contains(column) {
            get_mut(self.to).clone_from(get(self.from));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ColumnMask;

    #[test]
    fn holds_columns_on_both_sides_of_a_word() {
        let mut mask = ColumnMask::new();
        for column in [0, 63, 64, 127, 128, 200] {
            assert!(!mask.contains(column));
            mask.insert(column);
            assert!(mask.contains(column));
        }
        assert!(!mask.contains(1) && !mask.contains(65) && !mask.contains(1000));
    }

    #[test]
    fn union_widens() {
        let mut narrow = ColumnMask::new();
        let mut wide = ColumnMask::new();
        narrow.insert(3);
        wide.insert(70);
        narrow.union(&wide);
        assert!(narrow.contains(3) && narrow.contains(70) && !narrow.is_empty());
        assert!(ColumnMask::new().is_empty());
    }
}
