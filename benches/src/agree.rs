//! `measure agree DIRECTORY`: the library and the code by hand do the same work, on every database.

use aggregate_core::{Error, Persist, SqlRepository, Tracked};
use sqlx::mysql::MySqlPoolOptions;
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::SqlitePoolOptions;
use sqlx::{Pool, Postgres};
use uuid::Uuid;

use crate::Failure;
use crate::baseline::postgres;
use crate::databases::Databases;
use crate::hand::{By, Hand};
use crate::orders::{self, Mixed};
use crate::{model, ours};

/// Who does the work.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Contender {
    /// The library.
    Library,
    /// The code by hand.
    Hand(By),
}

/// All of them.
const CONTENDERS: [Contender; 3] =
    [Contender::Library, Contender::Hand(By::Naive), Contender::Hand(By::Expert)];

/// The status that an order has from somebody else.
const ELSEWHERE: &str = "elsewhere";

/// What is done to an order.
#[derive(Debug, Clone, Copy)]
enum Change {
    /// Edits an allocation.
    Allocation,
    /// Edits a line.
    Line,
    /// Changes of many kinds.
    Mixed,
    /// Edits all lines.
    Lines,
}

/// Runs all work on all databases and prints what differs; `false` if anything does.
///
/// # Errors
///
/// If a database fails.
pub fn agree(databases: &Databases) -> Result<bool, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let differences = runtime.block_on(async {
        let pool = PgPoolOptions::new().connect_with(databases.postgres("agree").await?).await?;
        let mut differences = on(pool.clone()).await?;
        differences.extend(arrays(&pool).await?);
        let pool = MySqlPoolOptions::new().connect_with(databases.mariadb("agree").await?).await?;
        differences.extend(on(pool).await?);
        let pool = SqlitePoolOptions::new().connect_with(databases.sqlite("agree")).await?;
        differences.extend(on(pool).await?);
        Ok::<_, Failure>(differences)
    })?;
    for difference in &differences {
        eprintln!("{difference}");
    }
    Ok(differences.is_empty())
}

/// What differs on a database.
async fn on<DB: Hand>(pool: Pool<DB>) -> Result<Vec<String>, Failure>
where
    ours::Order: Persist<DB>,
{
    DB::fill(&pool).await?;
    let mut work = Work {
        repository: SqlRepository::new(pool.clone()),
        pool,
        seed: 0,
        compared: 0,
        differences: vec![],
    };
    work.loads().await?;
    for (lines, allocations, notes) in
        [(10, 2, 3), (1, 0, 0), (3, 1, 0), (1000, 2, 3), (DB::MOST_LINES, 0, 1)]
    {
        for contender in CONTENDERS {
            let order = work.next(lines, allocations, notes);
            work.create(contender, &order).await?;
            work.stored("create", contender, &order).await?;
        }
    }
    for change in [Change::Allocation, Change::Line, Change::Mixed, Change::Lines] {
        for lines in [2, 10, 100] {
            for contender in CONTENDERS {
                let order = work.next(lines, 2, 3);
                work.change(change, contender, order).await?;
            }
        }
    }
    println!("{}: {} results compared, {} differ", DB::TITLE, work.compared, work.differences.len());
    Ok(work.differences)
}

/// The second way that an expert loads on `PostgreSQL`.
async fn arrays(pool: &Pool<Postgres>) -> Result<Vec<String>, Failure> {
    let mut differences = Vec::new();
    for id in Postgres::ids(pool, 3).await? {
        let mut found = postgres::expert::load_arr(pool, id).await?;
        let mut expected = Postgres::load(By::Expert, pool, id).await?;
        for order in [&mut found, &mut expected] {
            orders::sort(order);
        }
        if ours::Order::from(&found) != ours::Order::from(&expected) {
            differences.push(format!("PostgreSQL: load_arr: {found:?} is not {expected:?}"));
        }
    }
    Ok(differences)
}

/// The work on one database, and what was seen.
struct Work<DB: Hand> {
    repository: SqlRepository<ours::Order, DB>,
    pool: Pool<DB>,
    seed: u64,
    compared: usize,
    differences: Vec<String>,
}

impl<DB: Hand> Work<DB>
where
    ours::Order: Persist<DB>,
{
    /// An order that is not stored yet.
    fn next(&mut self, lines: usize, allocations: usize, notes: usize) -> model::Order {
        self.seed += 1;
        orders::order(self.seed, lines, allocations, notes)
    }

    /// Notes a difference between what there is and what there should be, but for the order of rows.
    fn compare(&mut self, what: &str, contender: Contender, found: &model::Order, expected: &model::Order) {
        let [found, expected] = [found, expected].map(|order| {
            let mut order = order.clone();
            orders::sort(&mut order);
            ours::Order::from(&order)
        });
        self.check(found == expected, || format!("{what} by {contender:?}: {found:?} is not {expected:?}"));
    }

    /// Notes a difference.
    fn check(&mut self, same: bool, text: impl FnOnce() -> String) {
        self.compared += 1;
        if !same {
            self.differences.push(format!("{}: {}", DB::TITLE, text()));
        }
    }

    /// Compares an order with its rows, as the library reads them.
    async fn stored(
        &mut self,
        what: &str,
        contender: Contender,
        expected: &model::Order,
    ) -> Result<(), Failure> {
        let found = self.repository.get(&expected.id).await?;
        self.compare(what, contender, &model::Order::from(&*found), expected);
        Ok(())
    }

    /// The loads of one and of many.
    async fn loads(&mut self) -> Result<(), Failure> {
        let mut ids = DB::ids(&self.pool, 5).await?;
        let loaded = self.repository.find_many(&ids).await?;
        let expected: Vec<_> = loaded.iter().flatten().map(|order| model::Order::from(&**order)).collect();
        let rows = expected.iter().map(|order| {
            1 + order.lines.iter().map(|line| 1 + line.allocations.len()).sum::<usize>() + order.notes.len()
        });
        let rows: usize = rows.sum();
        self.check(rows == 5 * 34, || format!("5 orders have {rows} rows, not 170"));
        for order in &expected {
            self.stored("get", Contender::Library, order).await?;
        }
        ids.insert(2, Uuid::nil());
        for by in [By::Naive, By::Expert] {
            for order in &expected {
                let found = DB::load(by, &self.pool, order.id).await?;
                self.compare("load", Contender::Hand(by), &found, order);
            }
            let found = DB::find_many(by, &self.pool, &ids).await?;
            self.check(found.len() == 5, || format!("find_many by {by:?}: {} orders, not 5", found.len()));
            for (found, order) in found.iter().zip(&expected) {
                self.compare("find_many", Contender::Hand(by), found, order);
            }
            let missing = DB::load(by, &self.pool, Uuid::nil()).await;
            self.check(is_refused(&missing), || format!("load of none by {by:?}: {missing:?}"));
        }
        Ok(())
    }

    /// Stores a new order.
    async fn create(&self, contender: Contender, order: &model::Order) -> Result<(), Failure> {
        match contender {
            Contender::Hand(by) => DB::create(by, &self.pool, order).await?,
            Contender::Library => {
                self.repository.save(&mut Tracked::new(orders::unsaved(order))).await?;
            }
        }
        Ok(())
    }

    /// Stores an order, changes it twice, and tries a third time with a version that is no more.
    async fn change(
        &mut self,
        change: Change,
        contender: Contender,
        mut order: model::Order,
    ) -> Result<(), Failure> {
        let what = format!("{change:?} of {} lines", order.lines.len());
        self.create(contender, &order).await?;
        for n in 1..=3 {
            let stale = n == 3;
            let mut before = order.clone();
            let refused = match contender {
                Contender::Hand(by) => self.by_hand(change, by, n, stale, &mut order).await?,
                Contender::Library => self.by_library(change, n, stale, &mut order).await?,
            };
            self.check(refused == stale, || {
                format!("{what} by {contender:?}: refused is {refused} in round {n}")
            });
            if stale {
                if contender == Contender::Library {
                    // Somebody else saved it meanwhile.
                    ELSEWHERE.clone_into(&mut before.status);
                    before.version += 1;
                }
                self.stored(&format!("stale {what}"), contender, &before).await?;
            } else {
                let version = before.version + 1;
                self.check(order.version == version, || {
                    format!("{what} by {contender:?}: in memory version {} is not {version}", order.version)
                });
                self.stored(&what, contender, &model::Order { version, ..order.clone() }).await?;
            }
        }
        Ok(())
    }

    /// Changes an order by hand, in the database and in memory; whether that was refused.
    async fn by_hand(
        &self,
        change: Change,
        by: By,
        n: u64,
        stale: bool,
        order: &mut model::Order,
    ) -> Result<bool, Failure> {
        order.version -= i64::from(stale);
        let mixed = Mixed::of(order, n);
        edit(change, &mixed, order);
        let pool = &self.pool;
        let saved = match change {
            Change::Allocation => {
                let allocation = order.lines[0].allocations[1].clone();
                DB::save_allocation(by, pool, order, &allocation).await
            }
            Change::Line => {
                let line = order.lines[0].clone();
                DB::save_line(by, pool, order, &line).await
            }
            Change::Mixed => DB::save_mixed(by, pool, order, &mixed).await,
            Change::Lines => DB::save_lines(by, pool, order).await,
        };
        let refused = is_refused(&saved);
        if !refused {
            saved?;
        }
        Ok(refused)
    }

    /// Changes an order by the library, in the database and in memory; whether that was refused.
    async fn by_library(
        &self,
        change: Change,
        n: u64,
        stale: bool,
        order: &mut model::Order,
    ) -> Result<bool, Failure> {
        let mut loaded = self.repository.get(&order.id).await?;
        if stale {
            let mut other = self.repository.get(&order.id).await?;
            ELSEWHERE.clone_into(&mut other.status);
            self.repository.save(&mut other).await?;
        }
        let mixed = Mixed::of(order, n);
        match change {
            Change::Allocation => {
                let line = &order.lines[0];
                let allocation = &line.allocations[1];
                let found = loaded.lines.iter_mut().filter(|found| found.id == line.id);
                let found =
                    found.flat_map(|line| &mut line.allocations).find(|found| found.id == allocation.id);
                found.ok_or("the allocation is gone")?.qty += 1;
            }
            Change::Line => {
                let found = loaded.lines.iter_mut().find(|found| found.id == order.lines[0].id);
                found.ok_or("the line is gone")?.qty += 1;
            }
            Change::Mixed => mixed.edit(&mut loaded),
            Change::Lines => orders::edit_our_lines(&mut loaded),
        }
        edit(change, &mixed, order);
        match self.repository.save(&mut loaded).await {
            Ok(_) => {
                order.version = loaded.version().get();
                Ok(false)
            }
            Err(Error::Conflict(_)) => Ok(true),
            Err(error) => Err(error.into()),
        }
    }
}

/// Makes the change in memory.
fn edit(change: Change, mixed: &Mixed, order: &mut model::Order) {
    match change {
        Change::Allocation => order.lines[0].allocations[1].qty += 1,
        Change::Line => order.lines[0].qty += 1,
        Change::Mixed => mixed.edit_model(order),
        Change::Lines => orders::edit_lines(order),
    }
}

/// Whether the code by hand found no such row, of no such version.
fn is_refused<T>(done: &sqlx::Result<T>) -> bool {
    matches!(done, Err(sqlx::Error::RowNotFound))
}
