//! How time and memory grow with the number of rows, levels, columns and ids.

mod clock;
mod deep;
mod growth;
mod memory;
mod report;
mod sample;
mod wide;

use std::path::Path;

use aggregate_core::{Backend, Persist, SqlRepository};
use sqlx::mysql::MySqlPoolOptions;
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::SqlitePoolOptions;
use sqlx::{Executor, MySqlPool, PgPool, Pool, SqlitePool};

use crate::Failure;
use crate::basket::Basket;
use crate::databases::Databases;
use clock::{Clock, Point};
use deep::{Deep1, Deep2, Deep4, Deep8};
use report::{Curve, Report};
use sample::{Bench, OPS};
use wide::{Wide1, Wide10, Wide50, Wide200};

/// The databases' name, and that of the one that lends stored states.
const CURVES: &str = "curves";
const MEMORY: &str = "curves_memory";
/// The numbers of children. The last is for `SQLite` alone.
const CHILDREN: [u64; 6] = [1, 10, 100, 1_000, 10_000, 100_000];
/// The numbers of ids that are asked for at once.
const IDS: [i64; 5] = [1, 10, 100, 1_000, 10_000];
/// The children of an aggregate of which many are loaded at once.
const SMALL: u64 = 3;

/// What is measured with a database: the name in files, the title, what the size counts, and the operations.
const GROUPS: [(&str, &str, &str); 3] = [
    ("children", "children in one table", "children"),
    ("depth", "one row on each level", "levels"),
    ("columns", "ten rows of many columns", "columns"),
];

/// The curves of one database.
struct Measured {
    name: &'static str,
    /// For each of [`GROUPS`], the curves of [`OPS`].
    groups: [Vec<Vec<Point>>; 3],
    /// Of `find_many`.
    ids: Vec<Point>,
}

/// Measures all curves; `false` if one grows too fast or something takes too long.
///
/// # Errors
///
/// If a database or a file does not do as it should.
pub fn run(databases: &Databases, directory: &Path) -> Result<bool, Failure> {
    let clock = Clock::new()?;
    let mut report = Report::new(directory);
    memory::add(&clock, &clock.block_on(sqlite(databases, MEMORY))?, &mut report)?;
    let (postgres, mariadb) = clock.block_on(servers(databases))?;
    let sqlite = clock.block_on(sqlite(databases, CURVES))?;
    let measured = [
        measure("PostgreSQL", &clock, postgres, &CHILDREN[..5])?,
        measure("MariaDB", &clock, mariadb, &CHILDREN[..5])?,
        measure("SQLite", &clock, sqlite, &CHILDREN)?,
    ];
    report.say(
        "### With a database\n\nThe medians of 5 to 100 runs on one connection, and the most memory that was held at \
         any time of one run beyond what was there before, as counted in the thread that runs the library and the \
         driver. (On SQLite the driver reads rows in a thread of its own, which is not counted.)",
    );
    for (group, (slug, title, across)) in GROUPS.into_iter().enumerate() {
        report.say(&format!("### {}{}", title[..1].to_uppercase(), &title[1..]));
        for (at, op) in OPS.iter().enumerate() {
            let lines = measured.iter().map(|of| (of.name, of.groups[group][at].clone())).collect();
            let (slug, title) = (format!("{slug}-{}", op.slug()), format!("{}: {title}", op.title()));
            report.add(&Curve { slug, title, across, lines })?;
        }
    }
    report.say("### Many ids");
    let title = format!("`find_many` of aggregates with {SMALL} children");
    let lines = measured.into_iter().map(|of| (of.name, of.ids)).collect();
    report.add(&Curve { slug: "ids".to_owned(), title, across: "ids", lines })?;
    for name in [MEMORY, CURVES] {
        databases.forget_sqlite(name)?;
    }
    report.finish()
}

/// Empty databases on the servers, with one connection each.
async fn servers(databases: &Databases) -> Result<(PgPool, MySqlPool), Failure> {
    let postgres = PgPoolOptions::new().max_connections(1).test_before_acquire(false);
    let mariadb = MySqlPoolOptions::new().max_connections(1).test_before_acquire(false);
    Ok((
        postgres.connect_with(databases.postgres(CURVES).await?).await?,
        mariadb.connect_with(databases.mariadb(CURVES).await?).await?,
    ))
}

/// An empty database in a file, with one connection.
async fn sqlite(databases: &Databases, name: &str) -> Result<SqlitePool, Failure> {
    let pool = SqlitePoolOptions::new().max_connections(1).test_before_acquire(false);
    Ok(pool.connect_with(databases.sqlite(name)).await?)
}

/// Measures all curves of a database.
fn measure<DB: Backend>(
    name: &'static str,
    clock: &Clock,
    pool: Pool<DB>,
    children: &[u64],
) -> Result<Measured, Failure>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    Basket: Persist<DB>,
    Deep1: Persist<DB>,
    Deep2: Persist<DB>,
    Deep4: Persist<DB>,
    Deep8: Persist<DB>,
    Wide1: Persist<DB>,
    Wide10: Persist<DB>,
    Wide50: Persist<DB>,
    Wide200: Persist<DB>,
{
    let bench = Bench { clock, pool };
    bench.create::<Basket>()?;
    // Each size starts at ids of its own.
    let first = |size: u64| size.cast_signed() * 10;
    let of_children: Result<Vec<_>, Failure> =
        children.iter().map(|size| bench.measure::<Basket>(first(*size), *size)).collect();
    let depth = vec![
        bench.alone::<Deep1>(1)?,
        bench.alone::<Deep2>(2)?,
        bench.alone::<Deep4>(4)?,
        bench.alone::<Deep8>(8)?,
    ];
    let columns = vec![
        bench.alone::<Wide1>(1)?,
        bench.alone::<Wide10>(10)?,
        bench.alone::<Wide50>(50)?,
        bench.alone::<Wide200>(200)?,
    ];
    Ok(Measured {
        name,
        groups: [of_children?, depth, columns].each_ref().map(|sizes| by_op(sizes)),
        ids: many(&bench)?,
    })
}

/// The curves of the operations, from what was measured at each size.
fn by_op(sizes: &[Vec<Point>]) -> Vec<Vec<Point>> {
    (0..OPS.len()).map(|op| sizes.iter().map(|points| points[op].clone()).collect()).collect()
}

/// Measures loads of many aggregates.
fn many<DB: Backend>(bench: &Bench<'_, DB>) -> Result<Vec<Point>, Failure>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    Basket: Persist<DB>,
{
    let first = 10_000_000;
    let most = IDS[IDS.len() - 1];
    bench.store::<Basket>(first..first + most, SMALL)?;
    bench.analyze::<Basket>()?;
    let repository = SqlRepository::<Basket, DB>::new(bench.pool.clone());
    let point = |count: &i64| {
        let ids: Vec<i64> = (first..first + count).collect();
        let load = async |()| Ok(repository.find_many(&ids).await?);
        bench.clock.sample(&bench.pool, count.unsigned_abs(), || Some(()), load, drop)
    };
    IDS.iter().map(point).collect()
}
