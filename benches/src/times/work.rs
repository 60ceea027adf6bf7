//! What is timed, and how each contender does it.

use std::hint::black_box;

use aggregate_core::{Persist, SqlRepository, Tracked};
use sqlx::Pool;
use uuid::Uuid;

use super::watch::{Cost, Watch};
use crate::hand::{By, Hand};
use crate::orders::{Mixed, edit_lines, edit_our_lines, order, unsaved};
use crate::{Failure, model, ours};

/// What is timed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Load,
    Grandchild,
    Mixed,
    Create,
    FindMany,
    CreateThousand,
    EditThousand,
}

impl Operation {
    pub(super) const ALL: [Self; 7] = [
        Self::Load,
        Self::Grandchild,
        Self::Mixed,
        Self::Create,
        Self::FindMany,
        Self::CreateThousand,
        Self::EditThousand,
    ];

    /// Its name in the tables.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::Grandchild => "one dirty grandchild",
            Self::Mixed => "mixed change",
            Self::Create => "create",
            Self::FindMany => "`find_many` of 100",
            Self::CreateThousand => "create 1,000 lines",
            Self::EditThousand => "edit 1,000 lines",
        }
    }

    /// Whether it is so long that fewer rounds do.
    pub(super) const fn is_long(self) -> bool {
        matches!(self, Self::FindMany | Self::CreateThousand | Self::EditThousand)
    }
}

/// Who does the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contender {
    Hand(By),
    Ours,
}

/// The orders that are stored, and who works on them.
pub(super) struct Bench<DB: Hand> {
    pool: Pool<DB>,
    orders: SqlRepository<ours::Order, DB>,
    /// Those of 34 rows.
    ids: Vec<Uuid>,
    /// One of 1,000 lines.
    big: Uuid,
    /// The server's process for our connection, if it has one.
    server: Option<i32>,
    /// How many runs there were, which decides what the next one works on.
    runs: u64,
}

/// As many orders as `find_many` is asked for.
const MANY: usize = 100;

impl<DB: Hand> Bench<DB>
where
    ours::Order: Persist<DB>,
{
    /// Fills the database. The pool has one connection, so that all contenders use the same one.
    pub(super) async fn new(pool: Pool<DB>, server: Option<i32>) -> Result<Self, Failure> {
        DB::fill(&pool).await?;
        let ids = DB::ids(&pool, 500).await?;
        let big = order(1, 1000, 0, 0);
        DB::create(By::Naive, &pool, &big).await?;
        let orders = SqlRepository::new(pool.clone());
        Ok(Self { pool, orders, ids, big: big.id, server, runs: 0 })
    }

    pub(super) const fn orders(&self) -> &SqlRepository<ours::Order, DB> {
        &self.orders
    }

    /// Does the work once, and says what that took without what had to be there before.
    pub(super) async fn run(&mut self, operation: Operation, by: Contender) -> Result<Cost, Failure> {
        self.runs += 1;
        let place = usize::try_from(self.runs * 7919).unwrap_or_default() % (self.ids.len() - MANY);
        let id = if operation == Operation::EditThousand { self.big } else { self.ids[place] };
        match (operation, by) {
            (Operation::Load, Contender::Ours) => {
                let watch = self.ready().await;
                black_box(self.orders.get(&id).await?);
                Ok(watch.stop())
            }
            (Operation::Load, Contender::Hand(by)) => {
                let watch = self.ready().await;
                black_box(DB::load(by, &self.pool, id).await?);
                Ok(watch.stop())
            }
            (Operation::FindMany, Contender::Ours) => {
                let watch = self.ready().await;
                black_box(self.orders.find_many(&self.ids[place..place + MANY]).await?);
                Ok(watch.stop())
            }
            (Operation::FindMany, Contender::Hand(by)) => {
                let watch = self.ready().await;
                black_box(DB::find_many(by, &self.pool, &self.ids[place..place + MANY]).await?);
                Ok(watch.stop())
            }
            (Operation::Create | Operation::CreateThousand, by) => {
                let seed = 1000 + self.runs;
                let fresh = match operation {
                    Operation::Create => order(seed, 10, 2, 3),
                    _ => order(seed, 1000, 0, 0),
                };
                self.create(&fresh, by).await
            }
            (Operation::Grandchild | Operation::Mixed | Operation::EditThousand, Contender::Ours) => {
                self.edit_ours(operation, id).await
            }
            (_, Contender::Hand(by)) => self.edit_by_hand(operation, id, by).await,
        }
    }

    /// Starts the watch when the connection is back in the pool: sqlx pings it when it is given back. Nobody sleeps
    /// meanwhile, so that the processor stays awake, as that of a busy server does.
    async fn ready(&self) -> Watch {
        while self.pool.num_idle() < usize::try_from(self.pool.size()).unwrap_or_default() {
            tokio::task::yield_now().await;
        }
        Watch::start(self.server)
    }

    async fn create(&self, fresh: &model::Order, by: Contender) -> Result<Cost, Failure> {
        match by {
            Contender::Ours => {
                let mut fresh = Tracked::new(unsaved(fresh));
                let watch = self.ready().await;
                self.orders.save(&mut fresh).await?;
                Ok(watch.stop())
            }
            Contender::Hand(by) => {
                let watch = self.ready().await;
                DB::create(by, &self.pool, fresh).await?;
                Ok(watch.stop())
            }
        }
    }

    async fn edit_ours(&self, operation: Operation, id: Uuid) -> Result<Cost, Failure> {
        let mut order = self.orders.get(&id).await?;
        let mixed = (operation == Operation::Mixed).then(|| Mixed::of(&(&*order).into(), self.runs));
        let watch = self.ready().await;
        match &mixed {
            Some(mixed) => mixed.edit(&mut order),
            None if operation == Operation::Grandchild => order.lines[4].allocations[0].qty += 1,
            None => edit_our_lines(&mut order),
        }
        self.orders.save(&mut order).await?;
        Ok(watch.stop())
    }

    async fn edit_by_hand(&self, operation: Operation, id: Uuid, by: By) -> Result<Cost, Failure> {
        let pool = &self.pool;
        let mut order = DB::load(by, pool, id).await?;
        let mixed = (operation == Operation::Mixed).then(|| Mixed::of(&order, self.runs));
        let watch = self.ready().await;
        match &mixed {
            Some(mixed) => {
                mixed.edit_model(&mut order);
                DB::save_mixed(by, pool, &mut order, mixed).await?;
            }
            None if operation == Operation::Grandchild => {
                order.lines[4].allocations[0].qty += 1;
                let changed = order.lines[4].allocations[0].clone();
                DB::save_allocation(by, pool, &mut order, &changed).await?;
            }
            None => {
                edit_lines(&mut order);
                DB::save_lines(by, pool, &mut order).await?;
            }
        }
        Ok(watch.stop())
    }
}
