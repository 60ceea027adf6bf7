//! Doing something to an aggregate, and counting what that takes.

use std::cell::RefCell;

use aggregate_core::{Aggregate, Persist, SaveReport, SqlRepository, Tracked, UnitOfWork};
use sqlx::Pool;

use super::events::{self, Announced};
use super::formula::Place;
use super::schema::{FORGET, WRITTEN};
use super::shapes::{Shape, Task};
use super::site::{Counted, Site, reconnect, rest};
use crate::Failure;
use crate::wire::Tally;

/// What the connection knows when the operation begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heat {
    /// It has prepared its statements.
    Warm,
    /// It is fresh, and the repository has described its tables.
    Cold,
    /// Both are fresh.
    First,
}

/// What an operation took.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Count {
    /// What passed over the network, the driver's pings apart; on `SQLite` the statements alone.
    pub(super) tally: Tally,
    /// What the library said that it sent.
    pub(super) announced: Announced,
    /// Rows that the database says were written.
    pub(super) rows: u64,
    /// What the library reported that it did; nothing for a load.
    pub(super) reported: Option<(u64, u64)>,
}

/// What is done to one shape on one database.
pub(super) struct Counter<'s, A: Aggregate, DB: Counted> {
    site: &'s Site<DB>,
    shape: &'s Shape<A>,
    pool: Pool<DB>,
    repository: SqlRepository<A, DB>,
    /// For aggregates that are to be there before.
    keeper: SqlRepository<A, DB>,
    /// Those that loads find.
    stored: RefCell<Vec<A::Id>>,
}

impl<'s, A: Aggregate + Persist<DB>, DB: Counted> Counter<'s, A, DB> {
    pub(super) async fn new(site: &'s Site<DB>, shape: &'s Shape<A>) -> Result<Self, Failure> {
        let pool = site.pool().await?;
        Ok(Self {
            site,
            shape,
            repository: SqlRepository::new(pool.clone()),
            pool,
            keeper: SqlRepository::new(site.side.clone()),
            stored: RefCell::default(),
        })
    }

    /// An aggregate that is not stored yet.
    fn new_one(&self) -> Tracked<A> {
        let number = &self.site.number;
        number.set(number.get() + 1);
        Tracked::new((self.shape.make)(number.get()))
    }

    /// The aggregate that the task is about: stored and changed, or neither.
    async fn prepare(&self, task: &Task<A>) -> Result<Tracked<A>, Failure> {
        let mut aggregate = self.new_one();
        if !matches!(task, Task::Create) {
            self.keeper.save(&mut aggregate).await?;
        }
        if let Task::Save(edit) | Task::SaveWithoutConnection(edit) = task {
            (edit.change)(&mut aggregate);
        }
        Ok(aggregate)
    }

    /// The ids of this many aggregates that are stored.
    async fn stored(&self, many: usize) -> Result<Vec<A::Id>, Failure> {
        let mut ids = self.stored.take();
        while ids.len() < many {
            let mut aggregate = self.new_one();
            self.keeper.save(&mut aggregate).await?;
            ids.push(aggregate.id());
        }
        self.stored.replace(ids.clone());
        ids.truncate(many);
        Ok(ids)
    }

    /// Counts a task.
    pub(super) async fn count(&mut self, task: &Task<A>, place: Place, heat: Heat) -> Result<Count, Failure> {
        if let Task::SaveWithoutConnection(_) = task {
            return self.without_connection(task).await;
        }
        match heat {
            Heat::Warm => drop(self.once(task, place).await?),
            Heat::Cold => {
                // The tables are to be described: any load does it.
                let missing = self.new_one().id();
                self.repository.find(&missing).await?;
                let unit = UnitOfWork::begin(&self.pool).await?;
                unit.find::<A>(&missing).await?;
                unit.commit().await?;
                rest(&self.pool).await?;
                reconnect(&self.pool).await?;
            }
            Heat::First => {
                self.pool.close().await;
                // A unit knows the tables by its pool.
                self.pool = self.site.pool().await?;
                self.repository = SqlRepository::new(self.pool.clone());
            }
        }
        self.once(task, place).await
    }

    async fn once(&self, task: &Task<A>, place: Place) -> Result<Count, Failure> {
        let subject = match task {
            Task::Load(many) => Subject::Stored(self.stored(*many).await?),
            Task::Save(_) | Task::SaveWithoutConnection(_) | Task::Create => {
                Subject::Saved(self.prepare(task).await?)
            }
            Task::Delete => Subject::Deleted(self.prepare(task).await?),
        };
        DB::sql(&self.site.side, FORGET).await?;
        rest(&self.pool).await?;
        let mut count = match place {
            Place::Alone => self.alone(subject).await?,
            Place::InUnit => self.in_unit(subject).await?,
        };
        count.rows = DB::number(&self.site.side, WRITTEN).await?;
        Ok(count)
    }

    async fn alone(&self, subject: Subject<A>) -> Result<Count, Failure> {
        self.forget();
        let report = match subject {
            Subject::Stored(ids) => match ids.as_slice() {
                [id] => self.repository.get(id).await.map(|_| None)?,
                ids => all_found(&self.repository.find_many(ids).await?).map(|()| None)?,
            },
            Subject::Saved(mut aggregate) => Some(self.repository.save(&mut aggregate).await?),
            Subject::Deleted(mut aggregate) => Some(self.repository.delete(&mut aggregate).await?),
        };
        rest(&self.pool).await?;
        let count = self.read(report.as_ref().map(reported));
        check_driver::<DB>(count.announced)?;
        Ok(count)
    }

    async fn in_unit(&self, subject: Subject<A>) -> Result<Count, Failure> {
        events::take();
        let unit = UnitOfWork::begin(&self.pool).await?;
        let before = events::take();
        self.forget();
        let reports = match subject {
            Subject::Stored(ids) => match ids.as_slice() {
                [id] => unit.get::<A>(id).await.map(|_| None)?,
                ids => all_found(&unit.find_many::<A>(ids).await?).map(|()| None)?,
            },
            Subject::Saved(mut aggregate) => {
                unit.save(&mut aggregate)?;
                Some(unit.flush().await?)
            }
            Subject::Deleted(mut aggregate) => {
                unit.delete(&mut aggregate)?;
                Some(unit.flush().await?)
            }
        };
        // A unit does not report what there was nothing to do for.
        let count = self.read(reports.map(|reports| reports.first().map_or((0, 0), reported)));
        unit.commit().await?;
        rest(&self.pool).await?;
        check_driver::<DB>(before + count.announced + events::take())?;
        Ok(count)
    }

    /// Saves where there is no connection to be had; a change, that there is none.
    async fn without_connection(&self, task: &Task<A>) -> Result<Count, Failure> {
        let mut prepared = self.prepare(task).await?;
        let mut new = self.new_one();
        let pool = self.site.pool().await?;
        let repository = SqlRepository::new(pool.clone());
        pool.close().await;
        DB::sql(&self.site.side, FORGET).await?;
        self.forget();
        let report = repository.save(&mut prepared).await?;
        let mut count = self.read(Some(reported(&report)));
        count.rows = DB::number(&self.site.side, WRITTEN).await?;
        match repository.save(&mut new).await {
            Err(_) => Ok(count),
            Ok(_) => Err("a closed pool lent a connection".into()),
        }
    }

    fn forget(&self) {
        self.read(None);
    }

    /// What was sent since this was last asked.
    fn read(&self, reported: Option<(u64, u64)>) -> Count {
        let announced = events::take();
        let tally = match &self.site.proxy {
            Some(proxy) => proxy.take(),
            None => Tally { statements: announced.statements, ..Tally::default() },
        };
        Count { tally, announced, rows: 0, reported }
    }
}

/// What an operation is about.
enum Subject<A: Aggregate> {
    /// To be loaded.
    Stored(Vec<A::Id>),
    /// To be saved.
    Saved(Tracked<A>),
    /// To be deleted.
    Deleted(Tracked<A>),
}

/// The statements and the rows of a report.
fn reported(report: &SaveReport) -> (u64, u64) {
    (report.statements, report.rows_written())
}

fn all_found<A: Aggregate>(found: &[Option<Tracked<A>>]) -> Result<(), Failure> {
    if found.iter().all(Option::is_some) { Ok(()) } else { Err("not all were found".into()) }
}

/// Where there is no network the library's word is held against the driver's, which does not speak of what begins
/// and ends transactions.
fn check_driver<DB: Counted>(announced: Announced) -> Result<(), Failure> {
    let Announced { statements, transactions, by_driver } = announced;
    if DB::ENGINE == super::formula::Engine::Sqlite && statements - transactions != by_driver {
        return Err(format!(
            "the library speaks of {statements} statements, {transactions} of them about transactions, \
             the driver of {by_driver}"
        )
        .into());
    }
    Ok(())
}

/// What BEGIN and COMMIT of a unit take in which nothing is done.
pub(super) async fn unit_alone<DB: Counted>(site: &Site<DB>) -> Result<Count, Failure> {
    let pool = site.pool().await?;
    // The first unit asks for the session's isolation level.
    UnitOfWork::begin(&pool).await?.commit().await?;
    rest(&pool).await?;
    events::take();
    site.proxy.as_ref().map(crate::wire::Proxy::take);
    UnitOfWork::begin(&pool).await?.commit().await?;
    rest(&pool).await?;
    let announced = events::take();
    let tally = match &site.proxy {
        Some(proxy) => proxy.take(),
        None => Tally { statements: announced.statements, ..Tally::default() },
    };
    Ok(Count { tally, announced, ..Count::default() })
}
