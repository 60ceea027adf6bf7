//! The code by hand, behind one trait, so that what calls it is written once for all databases.

use std::future::Future;

use aggregate_core::Backend;
use sqlx::{MySql, Pool, Postgres, Result, Sqlite};
use uuid::Uuid;

use crate::model::{Allocation, Line, Order};
use crate::orders::Mixed;

/// Whose code it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// What one writes first.
    Naive,
    /// What an expert writes for that database.
    Expert,
}

/// A database that the same work was written for by hand. The functions do what those of their names in
/// [`baseline`](crate::baseline) do; a stale version is `RowNotFound`.
pub trait Hand: Backend {
    /// What the database is called.
    const TITLE: &'static str;
    /// The most lines that all contenders insert at once.
    const MOST_LINES: usize;

    /// Drops the tables if there are any, makes them anew and fills them.
    fn fill(pool: &Pool<Self>) -> impl Future<Output = Result<()>> + Send;
    /// The ids of as many orders.
    fn ids(pool: &Pool<Self>, count: i64) -> impl Future<Output = Result<Vec<Uuid>>> + Send;
    /// Loads an order.
    fn load(by: By, pool: &Pool<Self>, id: Uuid) -> impl Future<Output = Result<Order>> + Send;
    /// Loads many orders.
    fn find_many(by: By, pool: &Pool<Self>, ids: &[Uuid]) -> impl Future<Output = Result<Vec<Order>>> + Send;
    /// Inserts an order.
    fn create(by: By, pool: &Pool<Self>, order: &Order) -> impl Future<Output = Result<()>> + Send;
    /// Saves an allocation of an order.
    fn save_allocation(
        by: By,
        pool: &Pool<Self>,
        order: &mut Order,
        allocation: &Allocation,
    ) -> impl Future<Output = Result<()>> + Send;
    /// Saves a line of an order.
    fn save_line(
        by: By,
        pool: &Pool<Self>,
        order: &mut Order,
        line: &Line,
    ) -> impl Future<Output = Result<()>> + Send;
    /// Saves the change of many kinds; the status is taken from the order.
    fn save_mixed(
        by: By,
        pool: &Pool<Self>,
        order: &mut Order,
        mixed: &Mixed,
    ) -> impl Future<Output = Result<()>> + Send;
    /// Saves all lines of an order.
    fn save_lines(by: By, pool: &Pool<Self>, order: &mut Order) -> impl Future<Output = Result<()>> + Send;
}

/// Puts the code by hand for a database behind the trait.
macro_rules! by_hand {
    ($module:ident, $database:ty, $name:literal, $most_lines:literal, $schema:literal) => {
        impl Hand for $database {
            const TITLE: &'static str = $name;
            const MOST_LINES: usize = $most_lines;

            async fn fill(pool: &Pool<Self>) -> Result<()> {
                sqlx::raw_sql(include_str!($schema)).execute(pool).await.map(drop)
            }

            async fn ids(pool: &Pool<Self>, count: i64) -> Result<Vec<Uuid>> {
                let ids = sqlx::query_scalar("SELECT id FROM orders ORDER BY id").fetch_all(pool).await?;
                Ok(ids.into_iter().take(usize::try_from(count).unwrap_or_default()).collect())
            }

            async fn load(by: By, pool: &Pool<Self>, id: Uuid) -> Result<Order> {
                match by {
                    By::Naive => $module::naive::load(pool, id).await,
                    By::Expert => $module::expert::load_union(pool, id).await,
                }
            }

            async fn find_many(by: By, pool: &Pool<Self>, ids: &[Uuid]) -> Result<Vec<Order>> {
                match by {
                    By::Naive => $module::more::naive_find_many(pool, ids).await,
                    By::Expert => $module::more::expert_find_many(pool, ids).await,
                }
            }

            async fn create(by: By, pool: &Pool<Self>, order: &Order) -> Result<()> {
                match by {
                    By::Naive => $module::naive::create(pool, order).await,
                    By::Expert => $module::expert::create(pool, order).await,
                }
            }

            async fn save_allocation(
                by: By,
                pool: &Pool<Self>,
                order: &mut Order,
                allocation: &Allocation,
            ) -> Result<()> {
                match by {
                    By::Naive => $module::naive::save_allocation(pool, order, allocation).await,
                    By::Expert => $module::expert::save_allocation(pool, order, allocation).await,
                }
            }

            async fn save_line(by: By, pool: &Pool<Self>, order: &mut Order, line: &Line) -> Result<()> {
                match by {
                    By::Naive => $module::naive::save_line(pool, order, line).await,
                    By::Expert => $module::expert::save_line(pool, order, line).await,
                }
            }

            async fn save_mixed(by: By, pool: &Pool<Self>, order: &mut Order, mixed: &Mixed) -> Result<()> {
                let Mixed { changed, removed, added, .. } = mixed;
                match by {
                    By::Naive => $module::naive::save_mixed(pool, order, changed, *removed, added).await,
                    By::Expert => {
                        let changed = std::slice::from_ref(changed);
                        $module::expert::save_mixed(pool, order, changed, &[*removed], added).await
                    }
                }
            }

            async fn save_lines(by: By, pool: &Pool<Self>, order: &mut Order) -> Result<()> {
                match by {
                    By::Naive => $module::more::naive_save_lines(pool, order).await,
                    By::Expert => {
                        let lines = std::mem::take(&mut order.lines);
                        let saved = $module::expert::save_mixed(pool, order, &lines, &[], &[]).await;
                        order.lines = lines;
                        saved
                    }
                }
            }
        }
    };
}

use crate::baseline::{mysql, postgres, sqlite};

// What was handed over for PostgreSQL inserts all lines in one statement of at most 65,535 values.
by_hand!(postgres, Postgres, "PostgreSQL", 10_000, "../schema/postgres.sql");
by_hand!(mysql, MySql, "MariaDB", 12_000, "../schema/mysql.sql");
by_hand!(sqlite, Sqlite, "SQLite", 12_000, "../schema/sqlite.sql");
