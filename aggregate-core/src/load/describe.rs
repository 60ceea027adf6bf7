//! Comparing the database's tables with the types, once for each repository.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::TypeInfo;

use crate::backend::{Backend, Described as Column, Role, engine_error};
use crate::column::{AsJson, Codec, Column as ColumnType, JsonColumn, Plain, Via, ViaColumn};
use crate::entity::{Child, Children, Columns, Persist};
use crate::error::{Error, SchemaProblem};
use crate::layout::{Layout, Node};
use crate::line::Line;
use crate::schema::Mode;
use crate::session::{Purpose, announce};
use crate::sql::{Form, Lock, Sql, all_columns, one_table, union};

/// How the rows of an aggregate's tables are read in this database.
#[derive(Debug)]
pub(crate) struct Described {
    /// For each node, where in a row its columns stand: the foreign key's, then its own.
    pub(crate) at: Vec<Vec<usize>>,
    /// Where one query loads all tables: the SQL type of each slot after the tag.
    slots: Vec<String>,
    /// The types among them that the driver has to ask for on each connection.
    pub(crate) own_types: Vec<String>,
    /// The texts of loads, by the form of the ids and the lock.
    queries: Mutex<Queries>,
}

type Queries = HashMap<(Form, Lock), Arc<[Sql]>>;

/// What a field asks of its column.
struct Wanted<DB: Backend> {
    sent: DB::TypeInfo,
    reads: fn(&DB::TypeInfo) -> bool,
}

impl<DB: Backend> Clone for Wanted<DB> {
    fn clone(&self) -> Self {
        Self { sent: self.sent.clone(), reads: self.reads }
    }
}

impl Described {
    /// Asks the database about each table and checks that its columns can hold the fields.
    ///
    /// # Errors
    ///
    /// [`Error::Schema`], which names the table and the column.
    pub(crate) async fn ask<DB: Backend, A: Persist<DB>>(
        line: Line<'_, DB>,
        layout: &Layout,
    ) -> Result<Self, Error> {
        let mut wanted = Vec::new();
        collect::<DB, A>(&[], &mut wanted)?;
        let mut described =
            Self { at: Vec::new(), slots: Vec::new(), own_types: Vec::new(), queries: Mutex::default() };
        for (node, wanted) in layout.nodes().iter().zip(wanted) {
            let sql = all_columns(DB::DIALECT, node).text;
            announce::<DB>(Purpose::Describe, &sql);
            let found = DB::describe(line.conn, node.schema, node.name, sql, line.statements.persist()).await;
            let found = found.map_err(engine_error::<DB>)?;
            let types = check::<DB>(node, &found, &wanted)?;
            let is_loaded = |column: &&Column<DB>| node.loaded().any(|name| is_named(column, name));
            let own = found.iter().filter(|column| column.is_own_type).filter(is_loaded);
            described.own_types.extend(own.map(|column| column.declared.clone()));
            if DB::DIALECT.loads_by_union() {
                let at = described.overlay(types);
                described.at.push(at);
            } else {
                described.at.push((0..node.loaded_len()).collect());
            }
        }
        described.own_types.sort();
        described.own_types.dedup();
        Ok(described)
    }

    /// The texts that load this number of aggregates: one for each table, or one for all.
    pub(crate) fn queries<DB: Backend>(&self, layout: &Layout, ids: Form, lock: Lock) -> Arc<[Sql]> {
        let build = || -> Arc<[Sql]> {
            if let Some(how) = DB::DIALECT.union {
                return [union(DB::DIALECT, how, layout, &self.at, &self.slots, ids, lock)].into();
            }
            let tables = 0..layout.nodes().len();
            tables.map(|node| one_table(DB::DIALECT, layout, node, ids)).collect()
        };
        // Nothing that holds the lock can panic half-way through a change.
        let mut queries = self.queries.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(queries.entry((ids, lock)).or_insert_with(build))
    }

    /// Gives each column of a table a slot of its type: the first that this table has not taken.
    fn overlay(&mut self, types: Vec<&str>) -> Vec<usize> {
        let mut taken: HashMap<&str, usize> = HashMap::new();
        let mut at = Vec::with_capacity(types.len());
        for ty in types {
            let nth = taken.entry(ty).or_default();
            let slot = self.slots.iter().enumerate().filter(|(_, slot)| *slot == ty).nth(*nth);
            let slot = slot.map_or(self.slots.len(), |(slot, _)| slot);
            if slot == self.slots.len() {
                self.slots.push(ty.to_owned());
            }
            *nth += 1;
            // The tag stands before the slots.
            at.push(slot + 1);
        }
        at
    }
}

fn is_named<DB: Backend>(column: &Column<DB>, name: &str) -> bool {
    column.name == name || DB::DIALECT.names_ignore_case && column.name.eq_ignore_ascii_case(name)
}

/// The SQL types of a table's columns as loads read them.
fn check<'f, DB: Backend>(
    node: &Node,
    found: &'f [Column<DB>],
    wanted: &[Wanted<DB>],
) -> Result<Vec<&'f str>, Error> {
    let table =
        || node.schema.map_or_else(|| node.name.to_owned(), |schema| format!("{schema}.{}", node.name));
    let wrong = |column, problem| Error::Schema { table: table(), column, problem };
    if found.is_empty() {
        return Err(wrong(None, SchemaProblem::MissingTable));
    }
    let own = node.foreign_key.len();
    let role = |at: usize| match at.checked_sub(own) {
        Some(at) if node.table.columns()[at].mode() == Mode::ReadOnly => Role::ReadOnly,
        Some(at) if !node.table.id_columns().contains(&at) => Role::Plain,
        _ => Role::Key,
    };
    node.loaded()
        .zip(wanted)
        .enumerate()
        .map(|(at, (name, wanted))| {
            let column = found
                .iter()
                .find(|column| is_named(column, name))
                .ok_or_else(|| wrong(Some(name), SchemaProblem::MissingColumn))?;
            if DB::fits(column, &wanted.sent, wanted.reads, role(at)) {
                return Ok(column.slot.as_ref().unwrap_or(&column.declared).as_str());
            }
            let problem = SchemaProblem::WrongType {
                found: column.declared.clone(),
                expected: wanted.sent.name().to_owned(),
            };
            Err(wrong(Some(name), problem))
        })
        .collect()
}

/// Collects what the columns of each node must hold: the parent's key, then the entity's own.
fn collect<DB: Backend, E: Persist<DB>>(
    foreign_key: &[Wanted<DB>],
    nodes: &mut Vec<Vec<Wanted<DB>>>,
) -> Result<(), Error> {
    let mut own = Fields::<DB>(Vec::new());
    E::columns(&mut own)?;
    let mut key = if E::TABLE.is_local() { foreign_key.to_vec() } else { Vec::new() };
    key.extend(E::TABLE.id_columns().iter().map(|column| own.0[*column].clone()));
    nodes.push(foreign_key.iter().cloned().chain(own.0).collect());
    <E as Persist<DB>>::children(&mut Below { key, nodes })
}

struct Below<'n, DB: Backend> {
    key: Vec<Wanted<DB>>,
    nodes: &'n mut Vec<Vec<Wanted<DB>>>,
}

impl<DB: Backend, E: Persist<DB>> Children<DB, E> for Below<'_, DB> {
    fn child<C: Child>(&mut self, _: impl Fn(&E) -> &C, _: impl Fn(&mut E) -> &mut C) -> Result<(), Error>
    where
        C::Entity: Persist<DB>,
    {
        collect::<DB, C::Entity>(&self.key, self.nodes)
    }
}

struct Fields<DB: Backend>(Vec<Wanted<DB>>);

impl<DB: Backend> Fields<DB> {
    fn add<T, C: Codec<DB, T>>(&mut self) {
        self.0.push(Wanted { sent: C::type_info(), reads: C::compatible });
    }
}

impl<DB: Backend, E> Columns<DB, E> for Fields<DB> {
    fn column<T: ColumnType<DB>>(
        &mut self,
        _: impl Fn(&E) -> &T,
        _: impl Fn(&mut E) -> &mut T,
    ) -> Result<(), Error> {
        self.add::<T, Plain>();
        Ok(())
    }

    fn json<T: JsonColumn<DB>>(
        &mut self,
        _: impl Fn(&E) -> &T,
        _: impl Fn(&mut E) -> &mut T,
    ) -> Result<(), Error> {
        self.add::<T, AsJson>();
        Ok(())
    }

    fn via<S: ColumnType<DB>, T: ViaColumn<DB, S>>(
        &mut self,
        _: impl Fn(&E) -> &T,
        _: impl Fn(&mut E) -> &mut T,
    ) -> Result<(), Error> {
        self.add::<T, Via<S>>();
        Ok(())
    }
}
