//! The budgets, counted: how many statements, round trips and rows each operation takes on each database.
//!
//! Entry points: `formula` is the contract, `shapes` what is done, `count` counts it behind a
//! [proxy](crate::wire), `row` compares, `table` prints.

mod count;
mod events;
mod formula;
mod row;
mod schema;
mod shapes;
mod site;
mod table;

use std::fs;
use std::path::Path;

use aggregate_core::{Aggregate, Persist};
use sqlx::{MySql, Postgres, Sqlite};

use crate::Failure;
use crate::databases::Databases;
use crate::ours::Order;
use count::{Counter, Heat, unit_alone};
use formula::Place;
use row::Row;
use shapes::{Shape, Site as Tree, Task};
use site::{Counted, Site};

/// Counts everything and leaves `budget.md` and `budget.csv` in the directory; `false` if something is over
/// its budget.
///
/// # Errors
///
/// If something cannot be counted at all.
pub fn run(databases: &Databases, directory: &Path) -> Result<bool, Failure> {
    events::listen()?;
    // One thread, so that nothing is counted while something else is under way.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let rows = runtime.block_on(async {
        let mut rows = database::<Postgres>(databases).await?;
        rows.extend(database::<MySql>(databases).await?);
        rows.extend(database::<Sqlite>(databases).await?);
        Ok::<_, Failure>(rows)
    })?;
    let problems: Vec<String> = rows.iter().flat_map(Row::problems).collect();
    let text = table::markdown(&rows, &problems);
    println!("{text}");
    fs::write(directory.join("budget.md"), text)?;
    fs::write(directory.join("budget.csv"), table::csv(&rows))?;
    for problem in &problems {
        eprintln!("over budget: {problem}");
    }
    Ok(problems.is_empty())
}

/// Counts everything on one database.
async fn database<DB: Counted>(databases: &Databases) -> Result<Vec<Row>, Failure>
where
    Order: Persist<DB>,
    Tree: Persist<DB>,
{
    let site = Site::<DB>::open(databases).await?;
    let mut rows = vec![Row::of_unit::<DB>(&unit_alone(&site).await?)];
    let known = [
        (Place::Alone, Heat::Warm),
        (Place::Alone, Heat::Cold),
        (Place::InUnit, Heat::Warm),
        (Place::InUnit, Heat::Cold),
    ];
    let all = [&known[..], &[(Place::Alone, Heat::First), (Place::InUnit, Heat::First)]].concat();
    rows.extend(shape(&site, &shapes::orders(), &all).await?);
    rows.extend(shape(&site, &shapes::long_orders(), &known).await?);
    rows.extend(shape(&site, &shapes::sites(), &all).await?);
    // Long texts take a while to prepare: not twice.
    rows.extend(shape(&site, &shapes::huge_orders(), &[(Place::Alone, Heat::Cold)]).await?);
    Ok(rows)
}

/// Counts what is done to one shape.
async fn shape<DB: Counted, A: Aggregate + Persist<DB>>(
    site: &Site<DB>,
    shape: &Shape<A>,
    ways: &[(Place, Heat)],
) -> Result<Vec<Row>, Failure> {
    let mut counter = Counter::new(site, shape).await?;
    let mut rows = Vec::new();
    for task in &shape.tasks {
        for (place, heat) in ways {
            let without_connection = matches!(task, Task::SaveWithoutConnection(_));
            if without_connection && (*place, *heat) != (Place::Alone, Heat::Warm) {
                continue;
            }
            let count = counter.count(task, *place, *heat).await.map_err(|error| {
                format!("{}, {}, {}, {place:?}, {heat:?}: {error}", DB::TITLE, shape.name, task.name())
            })?;
            rows.push(Row::new::<DB, A>(shape, task, *place, *heat, &count));
        }
    }
    Ok(rows)
}
