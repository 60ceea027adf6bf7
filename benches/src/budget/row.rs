//! One operation on one database: what was counted, beside what it may cost.

use super::count::{Count, Heat};
use super::formula::{self, Engine, Place};
use super::shapes::{Shape, Task};
use super::site::Counted;
use crate::wire::Tally;

/// A number and the most that it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) counted: u64,
    pub(super) budget: u64,
}

/// An operation.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) shape: &'static str,
    pub(super) operation: String,
    pub(super) database: &'static str,
    pub(super) place: Place,
    pub(super) heat: Heat,
    pub(super) statements: Cell,
    /// None where there is no network.
    pub(super) trips: Option<Cell>,
    pub(super) rows: Cell,
    /// What passed over the network.
    pub(super) tally: Tally,
    /// Where those who count do not agree.
    disagreement: Option<String>,
}

/// What the row of an empty unit is called.
pub(super) const UNIT: &str = "unit of work";

impl Row {
    /// Holds what was counted against the contract.
    pub(super) fn new<DB: Counted, A>(
        shape: &Shape<A>,
        task: &Task<A>,
        place: Place,
        heat: Heat,
        count: &Count,
    ) -> Self {
        let engine = DB::ENGINE;
        let (asked, rows) = budget(engine, shape, task, place);
        // What sends nothing has nothing to describe.
        let looks = heat == Heat::First && asked > 0;
        let described =
            if looks { formula::describe(engine, place, shape.tables) } else { formula::nothing() };
        let trips = match heat {
            Heat::Warm => formula::warm_trips(asked),
            Heat::First if looks => {
                formula::describe_trips(engine, place, shape.tables) + formula::cold_trips(asked)
            }
            Heat::Cold | Heat::First => formula::cold_trips(asked),
        };
        let statements = asked + described;
        let tally = count.tally;
        Self {
            shape: shape.name,
            operation: task.name(),
            database: DB::TITLE,
            place,
            heat,
            statements: Cell { counted: tally.statements, budget: statements },
            trips: (engine != Engine::Sqlite).then_some(Cell { counted: tally.trips, budget: trips }),
            rows: Cell { counted: count.rows, budget: rows },
            tally,
            disagreement: disagreement(count, heat),
        }
    }

    /// BEGIN and COMMIT of a unit.
    pub(super) fn of_unit<DB: Counted>(count: &Count) -> Self {
        let tally = count.tally;
        Self {
            shape: UNIT,
            operation: "BEGIN and COMMIT".to_owned(),
            database: DB::TITLE,
            place: Place::InUnit,
            heat: Heat::Warm,
            statements: Cell { counted: tally.statements, budget: formula::AROUND },
            trips: (DB::ENGINE != Engine::Sqlite)
                .then_some(Cell { counted: tally.trips, budget: formula::warm_trips(formula::AROUND) }),
            rows: Cell { counted: 0, budget: 0 },
            tally,
            disagreement: None,
        }
    }

    /// The cells that are over their budgets, and what else is wrong, by name.
    pub(super) fn problems(&self) -> Vec<String> {
        let cells = [
            ("statements", Some(self.statements)),
            ("round trips", self.trips),
            ("rows written", Some(self.rows)),
        ];
        let over = cells.into_iter().filter_map(|(what, cell)| {
            let Cell { counted, budget } = cell.filter(|cell| cell.counted > cell.budget)?;
            Some(format!("{self}: {counted} {what}, budget {budget}"))
        });
        over.chain(self.disagreement.iter().map(|what| format!("{self}: {what}"))).collect()
    }
}

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { database, shape, operation, place, heat, .. } = self;
        write!(f, "{database}, {shape}, {operation}, {}, {}", name_of_place(*place), name_of_heat(*heat))
    }
}

/// What a place is called.
pub(super) const fn name_of_place(place: Place) -> &'static str {
    match place {
        Place::Alone => "alone",
        Place::InUnit => "in a unit",
    }
}

/// What a heat is called.
pub(super) const fn name_of_heat(heat: Heat) -> &'static str {
    match heat {
        Heat::Warm => "warm",
        Heat::Cold => "cold",
        Heat::First => "first",
    }
}

/// The most statements and rows of a task, warm.
fn budget<A>(engine: Engine, shape: &Shape<A>, task: &Task<A>, place: Place) -> (u64, u64) {
    match task {
        Task::Load(_) => (formula::load(engine, place, shape.tables), 0),
        Task::Save(edit) | Task::SaveWithoutConnection(edit) => match &edit.dirty {
            None => (formula::nothing(), formula::nothing()),
            Some(dirty) => (formula::save(engine, dirty), formula::rows(dirty)),
        },
        Task::Create => (formula::create(engine, &shape.below), shape.rows()),
        Task::Delete => (formula::delete(engine, shape.tables), shape.rows()),
    }
}

/// The network, the library's events and its report count the same; but for the first look at tables, which is
/// one event for each table and no part of the report.
fn disagreement(count: &Count, heat: Heat) -> Option<String> {
    let counted = count.tally.statements;
    if heat != Heat::First && count.announced.statements != counted {
        return Some(format!("{counted} statements counted, {} announced", count.announced.statements));
    }
    let (statements, rows) = count.reported?;
    if heat != Heat::First && statements != counted {
        return Some(format!("{counted} statements counted, {statements} reported"));
    }
    (rows != count.rows).then(|| format!("{} rows counted, {rows} reported", count.rows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::events::Announced;

    fn row() -> Row {
        let within = Cell { counted: 1, budget: 1 };
        Row {
            shape: "order",
            operation: "load".to_owned(),
            database: "PostgreSQL",
            place: Place::Alone,
            heat: Heat::Warm,
            statements: within,
            trips: Some(within),
            rows: Cell { counted: 0, budget: 0 },
            tally: Tally::default(),
            disagreement: None,
        }
    }

    #[test]
    fn what_is_within_its_budget_is_no_problem() {
        assert_eq!(row().problems(), [""; 0]);
        let better = Row { statements: Cell { counted: 5, budget: 9 }, ..row() };
        assert_eq!(better.problems(), [""; 0]);
    }

    #[test]
    fn what_is_over_its_budget_is_named() {
        let over = Row { trips: Some(Cell { counted: 2, budget: 1 }), ..row() };
        assert_eq!(over.problems(), ["PostgreSQL, order, load, alone, warm: 2 round trips, budget 1"]);
        let over = Row { rows: Cell { counted: 3, budget: 2 }, ..over };
        assert_eq!(over.problems().len(), 2);
    }

    #[test]
    fn counts_must_agree() {
        let tally = Tally { statements: 1, ..Tally::default() };
        let announced = Announced { statements: 1, ..Announced::default() };
        let count = Count { tally, announced, rows: 2, reported: Some((1, 2)) };
        assert_eq!(disagreement(&count, Heat::Warm), None);
        let less = Count { reported: Some((1, 1)), ..count };
        assert_eq!(disagreement(&less, Heat::Warm).unwrap(), "2 rows counted, 1 reported");
        let silent = Count { announced: Announced::default(), ..count };
        assert!(disagreement(&silent, Heat::Warm).is_some());
        assert!(disagreement(&silent, Heat::First).is_none());
    }
}
