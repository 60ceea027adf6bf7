//! Which row of one state is which row of the other.

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use super::{Level, Rows, Update};
use crate::entity::Entity;
use crate::error::Error;

/// Matches the rows of one table by their keys and compares what matched.
///
/// Keys are those of the table, or those under one parent where the id is local; `new_of_old` says where
/// each old parent is now. Rows mostly stand where they stood, so equal runs at both ends are matched
/// by their position and only what is between them by a hash map.
///
/// Returns where each old row is now, too.
pub(super) fn match_rows<E: Entity>(
    old: &Rows<'_, E>,
    new: &Rows<'_, E>,
    new_of_old: &[Option<usize>],
) -> Result<(Level, Vec<Option<usize>>), Error> {
    let mut matching =
        Matching { old, new, parents: new_of_old, level: Level::default(), places: vec![None; old.len()] };
    matching.run()?;
    let Matching { level, places, .. } = matching;
    Ok((level, places))
}

struct Matching<'m, 'a, E> {
    old: &'m Rows<'a, E>,
    new: &'m Rows<'a, E>,
    parents: &'m [Option<usize>],
    level: Level,
    places: Vec<Option<usize>>,
}

impl<'a, E: Entity> Matching<'_, 'a, E> {
    fn run(&mut self) -> Result<(), Error> {
        let shorter = self.old.len().min(self.new.len());
        let prefix = (0..shorter).take_while(|i| self.is_same(*i, *i)).count();
        let suffix = (0..shorter - prefix)
            .take_while(|i| self.is_same(self.old.len() - 1 - i, self.new.len() - 1 - i))
            .count();
        for i in 0..prefix {
            self.pair(i, i);
        }
        self.match_between(prefix, suffix)?;
        for i in (1..=suffix).rev() {
            self.pair(self.old.len() - i, self.new.len() - i);
        }
        Ok(())
    }

    /// Matches the rows between the equal runs.
    fn match_between(&mut self, prefix: usize, suffix: usize) -> Result<(), Error> {
        let (old_end, new_end) = (self.old.len() - suffix, self.new.len() - suffix);
        let mut left: HashMap<(usize, E::Key<'a>), usize> = HashMap::with_capacity(old_end - prefix);
        for at in prefix..old_end {
            // A row with a local id whose parent is gone has no place left.
            if let Some(key) = self.old_key(at) {
                left.insert(key, at);
            }
        }
        let mut seen = HashSet::with_capacity(new_end - prefix);
        let mut added = HashSet::new();
        for at in prefix..new_end {
            let key = self.new_key(at);
            if !seen.insert(key) {
                return Err(self.duplicate(at));
            }
            match left.remove(&key) {
                Some(old) => self.pair(old, at),
                None => {
                    added.insert(key);
                    self.level.inserted.push(at);
                }
            }
        }
        if !added.is_empty() {
            // What matched at the ends was there before, so only an added row can repeat its key.
            let ends = (0..prefix).chain(new_end..self.new.len());
            if let Some(at) = ends.into_iter().find(|at| added.contains(&self.new_key(*at))) {
                return Err(self.duplicate(at));
            }
        }
        let places = &self.places;
        self.level.removed.extend((prefix..old_end).filter(|at| places[*at].is_none()));
        Ok(())
    }

    fn pair(&mut self, old: usize, new: usize) {
        self.places[old] = Some(new);
        let ((old_parent, before), (new_parent, after)) = (self.old[old], self.new[new]);
        let changed = after.changed(before);
        let moved = self.parents[old_parent] != Some(new_parent);
        if moved || !changed.is_empty() {
            self.level.updated.push(Update { old, new, changed, moved });
        }
    }

    fn is_same(&self, old: usize, new: usize) -> bool {
        self.old_key(old) == Some(self.new_key(new))
    }

    /// The key of an old row in terms of the new parents.
    fn old_key(&self, at: usize) -> Option<(usize, E::Key<'a>)> {
        let (parent, row) = self.old[at];
        let scope = if E::TABLE.is_local() { self.parents[parent]? } else { 0 };
        Some((scope, row.key()))
    }

    fn new_key(&self, at: usize) -> (usize, E::Key<'a>) {
        let (parent, row) = self.new[at];
        (if E::TABLE.is_local() { parent } else { 0 }, row.key())
    }

    fn duplicate(&self, at: usize) -> Error {
        Error::DuplicateKey { table: E::TABLE.name(), id: format!("{:?}", self.new[at].1.id()) }
    }
}
