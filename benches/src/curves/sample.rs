//! What is measured of an aggregate, whatever its shape.

use aggregate_core::{Aggregate, Backend, Persist, SqlRepository, Tracked};
use sqlx::{Executor, Pool};

use super::clock::{Clock, Point};
use crate::Failure;
use crate::basket::{self, Basket, basket};
use crate::ddl::{self, Table};

/// What an edit changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edit {
    /// One column of one row.
    One,
    /// All rows.
    All,
}

/// An aggregate of some size.
pub(super) trait Sample: Aggregate<Id = i64> {
    /// The aggregate with this id and of this size.
    fn sample(id: i64, size: u64) -> Self;
    /// Changes it.
    fn edit(&mut self, edit: Edit);
    /// The tables, parents first.
    fn tables() -> Vec<Table>;
}

impl Sample for Basket {
    fn sample(id: i64, size: u64) -> Self {
        basket(id, size.try_into().unwrap_or(i64::MAX))
    }

    fn edit(&mut self, edit: Edit) {
        let middle = self.items.len() / 2;
        match edit {
            Edit::One => self.items[middle].qty += 1,
            Edit::All => self.items.iter_mut().for_each(|item| item.qty += 1),
        }
    }

    fn tables() -> Vec<Table> {
        basket::tables()
    }
}

/// What is done with an aggregate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    /// `get`.
    Load,
    /// `save` of a new one.
    Create,
    /// The first mutable access, which copies it, an edit of one row and `save`.
    EditOne,
    /// The same with an edit of every row.
    EditAll,
    /// `delete`.
    Delete,
}

impl Op {
    /// Its name in files.
    pub(super) fn slug(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::Create => "create",
            Self::EditOne => "edit-one",
            Self::EditAll => "edit-all",
            Self::Delete => "delete",
        }
    }

    /// Its name in titles.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Load => "Load",
            Self::Create => "Create",
            Self::EditOne => "Edit one row and save",
            Self::EditAll => "Edit all rows and save",
            Self::Delete => "Delete",
        }
    }
}

/// All that is done, in the order of the tables.
pub(super) const OPS: [Op; 5] = [Op::Load, Op::Create, Op::EditOne, Op::EditAll, Op::Delete];

/// A database with one connection.
pub(super) struct Bench<'c, DB: Backend> {
    pub(super) clock: &'c Clock,
    pub(super) pool: Pool<DB>,
}

impl<DB: Backend> Bench<'_, DB>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    /// Creates the tables of a type.
    pub(super) fn create<A: Sample>(&self) -> Result<(), Failure> {
        self.clock.block_on(ddl::create(&self.pool, &A::tables()))
    }

    /// Measures a type of one size in tables of its own.
    pub(super) fn alone<A: Sample + Persist<DB>>(&self, size: u64) -> Result<Vec<Point>, Failure> {
        self.create::<A>()?;
        self.measure::<A>(1, size)
    }

    /// Has the database look at the tables of a type.
    pub(super) fn analyze<A: Sample>(&self) -> Result<(), Failure> {
        self.clock.block_on(ddl::analyze(&self.pool, &A::tables()))
    }

    /// Stores some aggregates, with ids from `first` on.
    pub(super) fn store<A: Sample + Persist<DB>>(
        &self,
        ids: impl Iterator<Item = i64>,
        size: u64,
    ) -> Result<(), Failure> {
        let repository = SqlRepository::<A, DB>::new(self.pool.clone());
        self.clock.block_on(async {
            for id in ids {
                repository.save(&mut Tracked::new(A::sample(id, size))).await?;
            }
            Ok(())
        })
    }

    /// Measures what can be done with an aggregate of this size, in the order of [`OPS`]. `id` and those after it
    /// belong to no aggregate yet.
    pub(super) fn measure<A: Sample + Persist<DB>>(&self, id: i64, size: u64) -> Result<Vec<Point>, Failure> {
        let (clock, pool) = (self.clock, &self.pool);
        let repository = SqlRepository::<A, DB>::new(pool.clone());
        self.store::<A>([id].into_iter(), size)?;
        self.analyze::<A>()?;
        let load = clock.sample(pool, size, || Some(()), async |()| Ok(repository.get(&id).await?), drop)?;
        let mut aggregate = clock.block_on(repository.get(&id))?;
        let mut edit = |edit| {
            let work = async |()| {
                A::edit(&mut aggregate, edit);
                repository.save(&mut aggregate).await?;
                Ok(())
            };
            clock.sample(pool, size, || Some(()), work, drop)
        };
        let (edit_one, edit_all) = (edit(Edit::One)?, edit(Edit::All)?);
        let mut ids = id + 1..;
        let new = || ids.next().map(|id| Tracked::new(A::sample(id, size)));
        let save = async |mut new: Tracked<A>| {
            repository.save(&mut new).await?;
            Ok(new)
        };
        let mut stored = Vec::new();
        let create = clock.sample(pool, size, new, save, |new| stored.push(new))?;
        let delete = async |mut old: Tracked<A>| {
            repository.delete(&mut old).await?;
            Ok(old)
        };
        let delete = clock.sample(pool, size, || stored.pop(), delete, drop)?;
        Ok(vec![load, create, edit_one, edit_all, delete])
    }
}
