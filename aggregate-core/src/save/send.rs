//! What a save or a delete sends.

use std::sync::Arc;

use crate::backend::Backend;
use crate::diff::Diff;
use crate::entity::{Aggregate, Persist};
use crate::error::Error;
use crate::layout::Layout;
use crate::plan::{OneStatement, Step, one_statement, plan, steps};
use crate::session::Purpose;
use crate::sql::Shape;
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
        let sql = Arc::clone(&layout.sql(DB::DIALECT, Shape::Delete).text);
        let tables = layout.nodes().iter().map(|node| node.name).collect();
        return Ok(ToSend::One(OneStatement { sql, values, is_rare: false, tables }, Purpose::Delete));
    }
    Ok(ToSend::Steps(deletes::<DB, A>(layout, id, version)?, Purpose::Delete))
}

/// The statements that delete an aggregate: its root locked first and deleted last.
fn deletes<DB: Backend, A: Aggregate + Persist<DB>>(
    layout: &Layout,
    id: &A::Id,
    version: Version,
) -> Result<Vec<Step<DB>>, Error> {
    let text = |shape| Arc::clone(&layout.sql(DB::DIALECT, shape).text);
    // Each names the id and the version once, in this order.
    let on_root = |shape| -> Result<Step<DB>, Error> {
        let values = root_values::<DB, A>(id, Some(version))?;
        Ok(Step { sql: text(shape), values, table: layout.root().name, rows: Some(1), is_query: false })
    };
    let mut steps = vec![on_root(Shape::LockRoot)?];
    for node in (1..layout.nodes().len()).rev() {
        let (sql, values) = (text(Shape::DeleteBelow(node)), root_values::<DB, A>(id, None)?);
        steps.push(Step { sql, values, table: layout.nodes()[node].name, rows: None, is_query: false });
    }
    steps.push(on_root(Shape::DeleteRoot)?);
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
