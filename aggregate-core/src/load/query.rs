//! The queries of a load.

use std::sync::Arc;

use foldhash::HashSet;
use sqlx::Connection;

use super::Described;
use super::assemble::Loaded;
use crate::backend::{Backend, engine_error};
use crate::entity::{Aggregate, Persist};
use crate::error::{Error, Inconsistency};
use crate::invariant;
use crate::layout::Layout;
use crate::line::{Line, Statements};
use crate::session::{Purpose, announce, fetch};
use crate::sql::{Form, Lock, Order};
use crate::values::Values;

/// The most ids that one query takes: a power of two, since lists are padded to one; any number of those that can
/// be sent as arrays.
pub(crate) fn most_ids<DB: Backend, A: Aggregate + Persist<DB>>(
    layout: &Layout,
    ids: &[A::Id],
) -> Result<usize, Error> {
    let dialect = DB::DIALECT;
    if dialect.arrays.is_some_and(|from| ids.len() >= from.keyed)
        && bind_arrays::<DB, A>(&ids[..1], &mut Values::new(A::TABLE.name()))?
    {
        return Ok(usize::MAX);
    }
    // Each arm of a union names the ids.
    let places = if dialect.loads_by_union() && !dialect.numbered { layout.nodes().len() } else { 1 };
    let most = dialect.bind_limit / (places * layout.root().table.id_columns().len().max(1));
    Ok(1 << most.max(1).ilog2())
}

/// How many queries it takes to load these ids.
pub(crate) fn queries<DB: Backend, A: Aggregate + Persist<DB>>(
    layout: &Layout,
    ids: &[A::Id],
) -> Result<u64, Error> {
    let of_each = if DB::DIALECT.loads_by_union() { 1 } else { layout.nodes().len() };
    Ok((of_each * ids.len().div_ceil(most_ids::<DB, A>(layout, ids)?)) as u64)
}

/// Loads the aggregates with these ids, at most [`most_ids`], in any order; the missing ones are left out.
///
/// Where a load is several queries they see one snapshot only inside a transaction, see [`load_in_snapshot`].
pub(crate) async fn load<DB: Backend, A: Aggregate + Persist<DB>>(
    mut line: Line<'_, DB>,
    layout: &Layout,
    described: &Described,
    ids: &[A::Id],
    lock: Lock,
) -> Result<Vec<A>, Error> {
    let mut loaded = Loaded { layout, at: &described.at, rows: Vec::new() };
    let mut arrays = Values::new(A::TABLE.name());
    let as_arrays = DB::DIALECT.arrays.is_some_and(|from| ids.len() >= from.keyed)
        && bind_arrays::<DB, A>(ids, &mut arrays)?;
    let padded = ids.len().next_power_of_two();
    let form = if as_arrays { Form::Arrays } else { Form::list(padded) };
    for sql in described.queries::<DB>(layout, form, lock).iter() {
        let mut values = if as_arrays {
            // Whoever takes arrays loads by one query.
            std::mem::replace(&mut arrays, Values::new(A::TABLE.name()))
        } else {
            bind_ids::<DB, A>(ids, padded, &sql.order)?
        };
        if line.statements == Statements::Unnamed {
            values.name_types(&described.own_types)?;
        }
        let rows = fetch::<DB>(line.reborrow(), Purpose::Load, Arc::clone(&sql.text), values).await;
        loaded.rows.push(rows.map_err(engine_error::<DB>)?);
    }
    if DB::DIALECT.loads_by_union() {
        loaded.split_by_tag()?;
    }
    let aggregates = loaded.assemble::<A>()?;
    check_loaded(&aggregates, ids)?;
    Ok(aggregates)
}

/// Loads by several queries in one snapshot on a connection that may stand in a transaction of its caller.
pub(crate) async fn load_in_snapshot<DB: Backend, A: Aggregate + Persist<DB>>(
    line: Line<'_, DB>,
    layout: &Layout,
    described: &Described,
    ids: &[A::Id],
) -> Result<Vec<A>, Error> {
    if line.conn.is_in_transaction() {
        // It keeps a snapshot by itself. And a savepoint would not do: of one whose future is dropped before its answer
        // is there, the driver undoes what stands around it too.
        return load_chunks::<DB, A>(line, layout, described, ids, Lock::None).await;
    }
    announce::<DB>(Purpose::Begin, DB::DIALECT.begin_read);
    let mut snapshot = line.conn.begin().await.map_err(engine_error::<DB>)?;
    let inner = Line { conn: &mut *snapshot, statements: line.statements };
    let aggregates = load_chunks::<DB, A>(inner, layout, described, ids, Lock::None).await?;
    announce::<DB>(Purpose::Commit, "COMMIT");
    snapshot.commit().await.map_err(engine_error::<DB>)?;
    Ok(aggregates)
}

/// Loads any number of aggregates on a connection that keeps one snapshot.
pub(crate) async fn load_chunks<DB: Backend, A: Aggregate + Persist<DB>>(
    mut line: Line<'_, DB>,
    layout: &Layout,
    described: &Described,
    ids: &[A::Id],
    lock: Lock,
) -> Result<Vec<A>, Error> {
    let mut aggregates = Vec::new();
    for chunk in ids.chunks(most_ids::<DB, A>(layout, ids)?) {
        aggregates.extend(load::<DB, A>(line.reborrow(), layout, described, chunk, lock).await?);
    }
    Ok(aggregates)
}

/// Binds ids as an array for each part, if they have such.
fn bind_arrays<DB: Backend, A: Aggregate + Persist<DB>>(
    ids: &[A::Id],
    values: &mut Values<DB>,
) -> Result<bool, Error> {
    values.arrays(ids.len(), |at, values| A::bind_key(A::as_key(&ids[at]), values))
}

fn bind_ids<DB: Backend, A: Aggregate + Persist<DB>>(
    ids: &[A::Id],
    padded: usize,
    order: &Order,
) -> Result<Values<DB>, Error> {
    let mut values = Values::new(A::TABLE.name());
    values.rows(order, padded, A::TABLE.id_columns().len(), |at, values| {
        A::bind_key(A::as_key(&ids[at.min(ids.len() - 1)]), values)
    })?;
    Ok(values)
}

/// The database answered with what was asked for, and what it holds obeys its types' rules.
fn check_loaded<A: Aggregate>(aggregates: &[A], ids: &[A::Id]) -> Result<(), Error> {
    let asked: HashSet<&A::Id> = ids.iter().collect();
    for aggregate in aggregates {
        let id = aggregate.id();
        if !asked.contains(&id) {
            return Err(Error::Inconsistent {
                table: A::TABLE.name(),
                key: format!("{id:?}"),
                kind: Inconsistency::ForeignId,
            });
        }
        if !aggregate.version().is_saved() {
            let version = A::TABLE.version_column().map_or("version", |at| A::TABLE.columns()[at].name());
            return Err(Error::Decode {
                table: A::TABLE.name(),
                column: version,
                id: Some(format!("{id:?}")),
                source: format!("a stored version is 0 or more, not {}", aggregate.version()).into(),
            });
        }
        invariant::check_stored(aggregate)?;
    }
    Ok(())
}
