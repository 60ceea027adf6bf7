//! What a save or a delete sends.

use crate::backend::Backend;
use crate::diff::Diff;
use crate::entity::{Aggregate, Persist};
use crate::error::Error;
use crate::layout::Layout;
use crate::plan::{OneStatement, Step, one_statement, plan, steps};
use crate::session::Purpose;
use crate::sql::{Sql, delete_below, delete_in_one, delete_root, lock_root};
use crate::tracked::Tracked;
use crate::values::Values;
use crate::version::Version;

/// Statements with their values, with nothing borrowed from the aggregate.
pub(crate) enum ToSend<DB: Backend> {
    One(OneStatement<DB>, Purpose),
    Steps(Vec<Step<DB>>, Purpose),
}

/// The statements that save what differs.
pub(crate) fn to_save<DB: Backend, A: Aggregate + Persist<DB>>(
    layout: &Layout,
    tracked: &Tracked<A>,
    diff: &Diff,
) -> Result<ToSend<DB>, Error> {
    let plan = plan::<DB, A>(layout, tracked.stored(), tracked, tracked.version(), diff)?;
    if DB::DIALECT.saves_in_one
        && let Some(statement) = one_statement(layout, &plan)?
    {
        return Ok(ToSend::One(statement, Purpose::Save));
    }
    Ok(ToSend::Steps(steps(layout, &plan)?, Purpose::Save))
}

/// The statements that delete an aggregate at this version.
pub(crate) fn to_delete<DB: Backend, A: Aggregate + Persist<DB>>(
    layout: &Layout,
    id: &A::Id,
    version: Version,
) -> Result<ToSend<DB>, Error> {
    // A statement sees no row that was added while it waited for the root, and only unversioned ones are
    // added without a change of the version.
    if DB::DIALECT.saves_in_one && !layout.has_unversioned_tables() {
        let values = bind_root::<DB, A>(Values::to_prepare(A::TABLE.name()), id, Some(version))?;
        let sql = delete_in_one(DB::DIALECT, layout).text;
        let tables = layout.nodes().iter().map(|node| node.name).collect();
        return Ok(ToSend::One(OneStatement { sql, values, tables }, Purpose::Delete));
    }
    Ok(ToSend::Steps(deletes::<DB, A>(layout, id, version)?, Purpose::Delete))
}

/// The statements that delete an aggregate: its root locked first and deleted last.
fn deletes<DB: Backend, A: Aggregate + Persist<DB>>(
    layout: &Layout,
    id: &A::Id,
    version: Version,
) -> Result<Vec<Step<DB>>, Error> {
    let root = layout.root();
    // Each names the id and the version once, in this order.
    let on_root = |sql: Sql| -> Result<Step<DB>, Error> {
        let values = root_values::<DB, A>(id, Some(version))?;
        Ok(Step { sql: sql.text, values, table: root.name, rows: Some(1), is_query: false })
    };
    let mut steps = vec![on_root(lock_root(DB::DIALECT, root))?];
    for node in (1..layout.nodes().len()).rev() {
        let sql = delete_below(DB::DIALECT, layout, node).text;
        let values = root_values::<DB, A>(id, None)?;
        steps.push(Step { sql, values, table: layout.nodes()[node].name, rows: None, is_query: false });
    }
    steps.push(on_root(delete_root(DB::DIALECT, root))?);
    Ok(steps)
}

pub(crate) fn root_values<DB: Backend, A: Aggregate + Persist<DB>>(
    id: &A::Id,
    version: Option<Version>,
) -> Result<Values<DB>, Error> {
    bind_root::<DB, A>(Values::new(A::TABLE.name()), id, version)
}

fn bind_root<DB: Backend, A: Aggregate + Persist<DB>>(
    mut values: Values<DB>,
    id: &A::Id,
    version: Option<Version>,
) -> Result<Values<DB>, Error> {
    A::bind_key(A::as_key(id), &mut values)?;
    if let Some(version) = version {
        values.number(version.get())?;
    }
    Ok(values)
}
