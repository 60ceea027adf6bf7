//! Building aggregates from rows that come in any order: keys from the root down, values from the leaves up.

use std::any::Any;

use foldhash::{HashMap, HashMapExt};

use super::reader::{KeyReader, Kids, RowReader};
use crate::backend::Backend;
use crate::entity::{Child, Children, Entity, Persist};
use crate::error::{Error, Inconsistency};
use crate::layout::{Layout, Node};

const FOREIGN: &str = "the rows are those of another statement; behind a pooler, use `unnamed_statements`";

/// The rows of all tables of some aggregates.
pub(crate) struct Loaded<'l, DB: Backend> {
    pub(crate) layout: &'l Layout,
    /// For each node, where in a row its columns stand: the foreign key's, then its own.
    pub(crate) at: &'l [Vec<usize>],
    /// For each node, its rows.
    pub(crate) rows: Vec<Vec<DB::Row>>,
}

impl<DB: Backend> Loaded<'_, DB> {
    /// Gives each node its rows, of one answer whose rows are tagged with their nodes.
    pub(crate) fn split_by_tag(&mut self) -> Result<(), Error> {
        let tagged = std::mem::take(&mut self.rows);
        self.rows.resize_with(self.layout.nodes().len(), Vec::new);
        for row in tagged.into_iter().flatten() {
            let tag = DB::read_number(&row, 0).map_err(Error::database)?;
            let rows = tag.and_then(|tag| usize::try_from(tag).ok()).and_then(|node| self.rows.get_mut(node));
            // The tags are constants of our own text.
            rows.ok_or_else(|| Error::database(sqlx::Error::Protocol(FOREIGN.to_owned())))?.push(row);
        }
        Ok(())
    }

    /// Builds the aggregates.
    pub(crate) fn assemble<A: Persist<DB>>(&self) -> Result<Vec<A>, Error> {
        let mut node = 0;
        let roots = self.level::<A>(&mut node, None)?;
        Ok(roots.into_iter().map(|(_, root)| root).collect())
    }

    /// The rows of this node with the index of each one's parent, and everything below them.
    fn level<E: Persist<DB>>(
        &self,
        node: &mut usize,
        above: Option<&dyn Parents<DB>>,
    ) -> Result<Vec<(usize, E)>, Error> {
        let keys = Keys::<DB, E>::read(self, *node, above)?;
        let (this, rows) = (&self.layout.nodes()[*node], &self.rows[*node]);
        let at = &self.at[*node];
        let mut kids = Kids { fields: Vec::new(), tables: Vec::new() };
        <E as Persist<DB>>::children(&mut Gather {
            loaded: self,
            node,
            parents: &keys,
            kids: &mut kids,
            count: rows.len(),
        })?;
        let mut entities = Vec::with_capacity(rows.len());
        for (index, row) in rows.iter().enumerate() {
            let id = &keys.ids[index];
            let mut reader = RowReader { row, at, node: this, id, index, kids: &mut kids };
            entities.push((keys.parents[index], E::decode(&mut reader)?));
        }
        Ok(entities)
    }
}

/// Loads the children of all rows of one table, field by field.
struct Gather<'g, 'l, DB: Backend, E: Entity> {
    loaded: &'g Loaded<'l, DB>,
    node: &'g mut usize,
    parents: &'g Keys<'g, DB, E>,
    kids: &'g mut Kids,
    /// The number of parents.
    count: usize,
}

impl<DB: Backend, E: Persist<DB>> Children<DB, E> for Gather<'_, '_, DB, E> {
    fn child<C: Child>(&mut self, _: impl Fn(&E) -> &C, _: impl Fn(&mut E) -> &mut C) -> Result<(), Error>
    where
        C::Entity: Persist<DB>,
    {
        *self.node += 1;
        let table = self.loaded.layout.nodes()[*self.node].name;
        let mut by_parent: Vec<Vec<C::Entity>> = Vec::new();
        by_parent.resize_with(self.count, Vec::new);
        for (parent, row) in self.loaded.level::<C::Entity>(self.node, Some(self.parents))? {
            by_parent[parent].push(row);
        }
        self.kids.fields.push(Box::new(by_parent) as Box<dyn Any>);
        self.kids.tables.push(table);
        Ok(())
    }
}

/// Finds the parent that a row's foreign key names.
trait Parents<DB: Backend> {
    /// The parent's index, if it is there. `at` and `names` are those of the foreign key's columns.
    fn find(&self, row: &DB::Row, at: &[usize], names: &[&'static str]) -> Result<Option<usize>, Error>;
}

/// The keys of all rows of one table.
struct Keys<'k, DB: Backend, E: Entity> {
    node: &'k Node,
    above: Option<&'k dyn Parents<DB>>,
    ids: Vec<E::Id>,
    parents: Vec<usize>,
    /// Rows by id, within one parent where the id is local.
    index: HashMap<(usize, E::Id), usize>,
}

impl<'k, DB: Backend, E: Persist<DB>> Keys<'k, DB, E> {
    fn read(
        loaded: &'k Loaded<'_, DB>,
        node: usize,
        above: Option<&'k dyn Parents<DB>>,
    ) -> Result<Self, Error> {
        let (at, rows) = (&loaded.at[node], &loaded.rows[node]);
        let node = &loaded.layout.nodes()[node];
        let mut keys = Self {
            node,
            above,
            ids: Vec::with_capacity(rows.len()),
            parents: Vec::with_capacity(rows.len()),
            index: HashMap::with_capacity(rows.len()),
        };
        let foreign_key = node.foreign_key.len();
        for (place, row) in rows.iter().enumerate() {
            let own = node.table.id_columns().iter().map(|column| at[foreign_key + column]);
            let id = read_id::<DB, E>(row, node.name, own, node.id_names())?;
            let inconsistent = |kind| Error::Inconsistent { table: node.name, key: format!("{id:?}"), kind };
            let parent = match above {
                Some(above) => above
                    .find(row, &at[..foreign_key], &node.foreign_key)?
                    .ok_or_else(|| inconsistent(Inconsistency::Orphan))?,
                None => 0,
            };
            let scope = if E::TABLE.is_local() { parent } else { 0 };
            if keys.index.insert((scope, id.clone()), place).is_some() {
                return Err(inconsistent(Inconsistency::Duplicate));
            }
            keys.ids.push(id);
            keys.parents.push(parent);
        }
        Ok(keys)
    }
}

impl<DB: Backend, E: Persist<DB>> Parents<DB> for Keys<'_, DB, E> {
    fn find(&self, row: &DB::Row, at: &[usize], names: &[&'static str]) -> Result<Option<usize>, Error> {
        let inherited = at.len() - self.node.table.id_columns().len();
        let scope = match (E::TABLE.is_local(), self.above) {
            (true, Some(above)) => match above.find(row, &at[..inherited], &names[..inherited])? {
                Some(parent) => parent,
                None => return Ok(None),
            },
            _ => 0,
        };
        let own = at[inherited..].iter().copied();
        let id = read_id::<DB, E>(row, self.node.name, own, names[inherited..].iter().copied())?;
        Ok(self.index.get(&(scope, id)).copied())
    }
}

fn read_id<DB: Backend, E: Persist<DB>>(
    row: &DB::Row,
    table: &'static str,
    mut at: impl Iterator<Item = usize>,
    mut names: impl Iterator<Item = &'static str>,
) -> Result<E::Id, Error> {
    E::read_id(&mut KeyReader { row, at: &mut at, names: &mut names, table })
}
