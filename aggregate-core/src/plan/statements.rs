//! A plan as statements with their values and the counts that they must come out with.

use std::sync::Arc;

use super::{Plan, PlannedArm, Sweep};
use crate::backend::Backend;
use crate::error::Error;
use crate::layout::{Layout, Node};
use crate::sql::{Form, Order, Part, Shape, Sql, Write};
use crate::values::Values;

/// A whole save as one statement.
pub(crate) struct OneStatement<DB: Backend> {
    pub(crate) sql: Arc<str>,
    pub(crate) values: Values<DB>,
    /// Whether it is not among the statements that are run often.
    pub(crate) is_rare: bool,
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
    arms.sort_by_key(|planned| match &planned.write {
        Write::Delete => 0,
        Write::Update { .. } => 1,
        Write::Insert => 2,
    });
    let root = layout.root();
    let mut values = Values::to_prepare(root.name);
    (plan.bind_root)(&mut values)?;
    if arms.is_empty() {
        let sql = layout.sql(DB::DIALECT, Shape::Root(plan.root.clone()));
        let tables = Vec::new();
        return Ok(Some(OneStatement { sql: Arc::clone(&sql.text), values, is_rare: false, tables }));
    }
    let mut parts = Vec::with_capacity(arms.len());
    for arm in &arms {
        let table = &layout.nodes()[arm.node];
        let form = if arm.bind_arrays(table, &mut values)? {
            Form::Arrays
        } else {
            let form = arm.listed(arm.rows);
            let counts = arms.len() + 1;
            if values.len() + form.listed() * arm.write.width(table) + counts > DB::DIALECT.bind_limit {
                return Ok(None);
            }
            arm.bind_list(table, 0, arm.rows, form, &Order::Numbered, &mut values)?;
            form
        };
        parts.push(Part { node: arm.node, write: arm.write.clone(), form });
    }
    for arm in &arms {
        values.number(count(arm.rows))?;
    }
    // Tables, ways to write and columns multiply.
    let (sql, is_common) = layout.sql_and_rank(DB::DIALECT, Shape::Save(plan.root.clone(), parts));
    if !is_common {
        values.is_not_prepared();
    }
    let tables = arms.iter().map(|arm| layout.nodes()[arm.node].name).collect();
    Ok(Some(OneStatement { sql: Arc::clone(&sql.text), values, is_rare: !is_common, tables }))
}

/// The plan as the statements of a transaction, the root's first.
pub(crate) fn steps<DB: Backend>(layout: &Layout, plan: &Plan<'_, DB>) -> Result<Vec<Step<DB>>, Error> {
    let root = layout.root();
    let sql = layout.sql(DB::DIALECT, Shape::Root(plan.root.clone()));
    let mut values = Values::new(root.name);
    values.rows(&sql.order, 1, plan.root.width(root), |_, values| (plan.bind_root)(values))?;
    let is_query = plan.root.is_query();
    let mut steps =
        vec![Step { sql: Arc::clone(&sql.text), values, table: root.name, rows: Some(1), is_query }];
    for part in in_order(plan) {
        match part {
            Piece::Arm(arm) => arm.add_steps(layout, &mut steps)?,
            Piece::Sweep(sweep) => sweep.add_steps(layout, &mut steps)?,
        }
    }
    Ok(steps)
}

/// The arms in an order that foreign keys allow, and unique values too where they can be had as well: what
/// a removed row held is free before another row takes it. Where rows move between parents, removals wait: a
/// row that moves leaves after its new parent is there and before its old one goes. What is swept goes after the
/// removed rows of its table, whose number is known, and before those of the table above.
fn in_order<'p, 'a, DB: Backend>(plan: &'p Plan<'a, DB>) -> Vec<Piece<'p, 'a, DB>> {
    let arms = plan.arms.iter().map(Piece::Arm);
    let mut parts: Vec<_> = arms.chain(plan.sweeps.iter().map(Piece::Sweep)).collect();
    let removals = if plan.moves { 2 } else { 0 };
    parts.sort_by_key(|part| match part {
        // The deepest first.
        Piece::Sweep(sweep) => (removals, usize::MAX - sweep.node),
        Piece::Arm(PlannedArm { node, write, receives, .. }) => match write {
            Write::Insert if *receives => (0, *node),
            Write::Delete => (removals, usize::MAX - node),
            Write::Update { .. } => (1, *node),
            Write::Insert => (3, *node),
        },
    });
    parts
}

/// A part of a plan that is statements of its own.
enum Piece<'p, 'a, DB: Backend> {
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
            let shape = Shape::DeleteBelowRows { node: self.node, top: self.top, rows: padded };
            let sql = layout.sql(DB::DIALECT, shape);
            let mut values = Values::new(table);
            values.rows(&sql.order, padded, key, |row, values| {
                (self.bind)(first + row.min(rows - 1), values)
            })?;
            let sql = Arc::clone(&sql.text);
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
    /// The form of a list of this many of the rows. Lists are padded to a power of two, so that few texts serve all
    /// lengths and their plans are kept; a padded list repeats its last row. What is inserted is padded where
    /// the list can be cut to its length again.
    fn listed(&self, rows: usize) -> Form {
        let cuts = DB::DIALECT.joins_lists || self.write != Write::Insert;
        // Where longer lists are sent as arrays, one length does for all short ones.
        let least = DB::DIALECT.arrays.map_or(1, |from| from.keyed - 1);
        Form::list(match rows {
            1 => 1,
            _ if cuts => rows.next_power_of_two().max(least),
            _ => rows,
        })
    }

    /// Binds all rows as arrays, if that is better and can be.
    fn bind_arrays(&self, table: &Node, values: &mut Values<DB>) -> Result<bool, Error> {
        let from = match (DB::DIALECT.arrays, &self.write) {
            (None, _) => return Ok(false),
            (Some(from), Write::Insert) => from.inserts,
            (Some(from), _) => from.keyed,
        };
        values.set_table(table.name);
        Ok(self.rows >= from && values.arrays(self.rows, &self.bind)?)
    }

    /// Binds a part of the rows that starts at row `first`, padded by its last row.
    fn bind_list(
        &self,
        table: &Node,
        first: usize,
        rows: usize,
        form: Form,
        order: &Order,
        values: &mut Values<DB>,
    ) -> Result<(), Error> {
        values.set_table(table.name);
        values.rows(order, form.listed(), self.write.width(table), |row, values| {
            (self.bind)(first + row.min(rows - 1), values)
        })?;
        if DB::DIALECT.joins_lists && self.write == Write::Insert && form != Form::One {
            values.number(count(rows))?;
        }
        Ok(())
    }

    /// Adds the statements, each with as many rows as it takes.
    fn add_steps(&self, layout: &Layout, steps: &mut Vec<Step<DB>>) -> Result<(), Error> {
        let table = &layout.nodes()[self.node];
        let statement = |form| {
            let part = Part { node: self.node, write: self.write.clone(), form };
            layout.sql(DB::DIALECT, Shape::Step(part))
        };
        let mut add = |sql: &Sql, values, rows| {
            let (sql, rows) = (Arc::clone(&sql.text), Some(rows as u64));
            steps.push(Step { sql, values, table: table.name, rows, is_query: false });
        };
        let mut values = Values::new(table.name);
        if self.bind_arrays(table, &mut values)? {
            add(&statement(Form::Arrays), values, self.rows);
            return Ok(());
        }
        let limit = self.write.most_rows(table, DB::DIALECT);
        let most = most_rows::<DB>(self.write.sent_for_a_row(table, DB::DIALECT), limit);
        for first in (0..self.rows).step_by(most) {
            let rows = most.min(self.rows - first);
            let form = self.listed(rows);
            let sql = statement(form);
            let mut values = Values::new(table.name);
            self.bind_list(table, first, rows, form, &sql.order, &mut values)?;
            add(&sql, values, rows);
        }
        Ok(())
    }
}

fn count(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
