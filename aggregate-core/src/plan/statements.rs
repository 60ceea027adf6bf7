//! A plan as statements with their values and the counts that they must come out with.

use std::sync::Arc;

use super::{Plan, PlannedArm, Sweep};
use crate::backend::{Backend, OUT_OF_BAND};
use crate::error::Error;
use crate::layout::Layout;
use crate::sql::{Arm, Kind, Order, Sql, delete_below_rows, save_in_one, step, write_root};
use crate::values::Values;

/// A whole save as one statement.
pub(crate) struct OneStatement<DB: Backend> {
    pub(crate) sql: Arc<str>,
    pub(crate) values: Values<DB>,
    /// The tables of its arms, in the order that its failure names them; with none it is a plain write of
    /// the root, which answers with a count.
    pub(crate) tables: Vec<&'static str>,
}

/// A statement of a transaction.
pub(crate) struct Step<DB: Backend> {
    pub(crate) sql: Arc<str>,
    pub(crate) values: Values<DB>,
    pub(crate) table: &'static str,
    /// The rows that it must write, unless any number will do.
    pub(crate) rows: Option<u64>,
    /// Whether the rows are an answer, which is counted, and not written.
    pub(crate) is_query: bool,
}

/// The plan as one statement, or `None` if it has more values than a statement takes, or must see what was
/// added while it waited for the root.
pub(crate) fn one_statement<DB: Backend>(
    layout: &Layout,
    plan: &Plan<'_, DB>,
) -> Result<Option<OneStatement<DB>>, Error> {
    if !plan.sweeps.is_empty() {
        return Ok(None);
    }
    // Foreign keys are checked when the statement ends, so only unique values ask for an order.
    let mut arms: Vec<&PlannedArm<'_, DB>> = plan.arms.iter().collect();
    arms.sort_by_key(|planned| match &planned.arm.kind {
        Kind::Delete => 0,
        Kind::Update(_) => 1,
        Kind::Insert(_) => 2,
    });
    let needed: usize = arms.iter().map(|arm| arm.arm.padded(DB::DIALECT) * arm.arm.width() + 2).sum();
    let root = layout.root();
    if needed + root.table.columns().len() + root.table.id_columns().len() + 1 > DB::DIALECT.bind_limit {
        return Ok(None);
    }
    let mut values = Values::to_prepare(root.name);
    (plan.bind_root)(&mut values)?;
    if arms.is_empty() {
        let sql = write_root(DB::DIALECT, root, &plan.root).text;
        return Ok(Some(OneStatement { sql, values, tables: Vec::new() }));
    }
    let texts: Vec<Arm<'_>> = arms.iter().map(|arm| arm.arm.clone()).collect();
    let sql = save_in_one(DB::DIALECT, root, &plan.root, values.len(), &texts, OUT_OF_BAND).text;
    for arm in &arms {
        arm.bind_rows(0, &arm.arm, &Order::Numbered, &mut values)?;
    }
    for arm in &arms {
        values.number(count(arm.arm.rows))?;
    }
    Ok(Some(OneStatement { sql, values, tables: arms.iter().map(|arm| arm.arm.node.name).collect() }))
}

/// The plan as the statements of a transaction, the root's first.
pub(crate) fn steps<DB: Backend>(layout: &Layout, plan: &Plan<'_, DB>) -> Result<Vec<Step<DB>>, Error> {
    let root = layout.root();
    let Sql { text: sql, order } = write_root(DB::DIALECT, root, &plan.root);
    let mut values = Values::new(root.name);
    values.rows(&order, 1, plan.root.width(root), |_, values| (plan.bind_root)(values))?;
    let is_query = plan.root.is_query();
    let mut steps = vec![Step { sql, values, table: root.name, rows: Some(1), is_query }];
    for part in in_order(plan) {
        let arm = match part {
            Part::Arm(arm) => arm,
            Part::Sweep(sweep) => {
                sweep.add_steps(layout, &mut steps)?;
                continue;
            }
        };
        let most = arm.most_rows();
        let mut first = 0;
        while first < arm.arm.rows {
            let chunk = Arm { rows: most.min(arm.arm.rows - first), ..arm.arm.clone() };
            let Sql { text: sql, order } = step(DB::DIALECT, &chunk);
            let mut values = Values::new(root.name);
            arm.bind_rows(first, &chunk, &order, &mut values)?;
            let rows = Some(chunk.rows as u64);
            steps.push(Step { sql, values, table: chunk.node.name, rows, is_query: false });
            first += chunk.rows;
        }
    }
    Ok(steps)
}

/// The arms in an order that foreign keys allow, and unique values too where they can be had as well: what
/// a removed row held is free before another row takes it. Where rows move between parents, removals wait: a
/// row that moves leaves after its new parent is there and before its old one goes. What is swept goes after the
/// removed rows of its table, whose number is known, and before those of the table above.
fn in_order<'p, 'a, DB: Backend>(plan: &'p Plan<'a, DB>) -> Vec<Part<'p, 'a, DB>> {
    let arms = plan.arms.iter().map(Part::Arm);
    let mut parts: Vec<_> = arms.chain(plan.sweeps.iter().map(Part::Sweep)).collect();
    let removals = if plan.moves { 2 } else { 0 };
    parts.sort_by_key(|part| match part {
        // The deepest first.
        Part::Sweep(sweep) => (removals, usize::MAX - sweep.node),
        Part::Arm(PlannedArm { arm, receives, depth_first, .. }) => match &arm.kind {
            Kind::Insert(_) if *receives => (0, *depth_first),
            Kind::Delete => (removals, usize::MAX - depth_first),
            Kind::Update(_) => (1, *depth_first),
            Kind::Insert(_) => (3, *depth_first),
        },
    });
    parts
}

/// A part of a plan that is statements of its own.
enum Part<'p, 'a, DB: Backend> {
    Arm(&'p PlannedArm<'a, DB>),
    Sweep(&'p Sweep<'a, DB>),
}

impl<DB: Backend> Sweep<'_, DB> {
    /// Adds the statements, each with the keys of as many removed rows as it takes, padded by the last one.
    fn add_steps(&self, layout: &Layout, steps: &mut Vec<Step<DB>>) -> Result<(), Error> {
        let (table, key) = (layout.nodes()[self.node].name, layout.key_len(self.top));
        let most = most_rows::<DB>(key, usize::MAX);
        for first in (0..self.rows).step_by(most) {
            let rows = most.min(self.rows - first);
            let padded = rows.next_power_of_two();
            let Sql { text: sql, order } =
                delete_below_rows(DB::DIALECT, layout, self.node, self.top, padded);
            let mut values = Values::new(table);
            values.rows(&order, padded, key, |row, values| (self.bind)(first + row.min(rows - 1), values))?;
            steps.push(Step { sql, values, table, rows: None, is_query: false });
        }
        Ok(())
    }
}

/// The most rows of this many values, and at most `limit`, that one statement takes: a power of two, since
/// lists are padded to one.
fn most_rows<DB: Backend>(width: usize, limit: usize) -> usize {
    let most = ((DB::DIALECT.bind_limit - 1) / width.max(1)).min(limit);
    if most.is_power_of_two() { most } else { (most + 1).next_power_of_two() / 2 }.max(1)
}

impl<DB: Backend> PlannedArm<'_, DB> {
    /// The most rows that one statement takes.
    fn most_rows(&self) -> usize {
        let limit =
            if matches!(self.arm.kind, Kind::Update(_)) { DB::DIALECT.update_rows } else { usize::MAX };
        most_rows::<DB>(self.arm.sent_for_a_row(DB::DIALECT), limit)
    }

    /// Binds the rows of a part of the arm that starts at row `first`, padded by its last row.
    fn bind_rows(
        &self,
        first: usize,
        part: &Arm<'_>,
        order: &Order,
        values: &mut Values<DB>,
    ) -> Result<(), Error> {
        values.set_table(part.node.name);
        values.rows(order, part.padded(DB::DIALECT), part.width(), |row, values| {
            (self.bind)(first + row.min(part.rows - 1), values)
        })?;
        if part.has_limit(DB::DIALECT) {
            values.number(count(part.rows))?;
        }
        Ok(())
    }
}

fn count(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
