//! The behaviour tests, a module for each topic. Each takes a database that is its own.

pub(crate) mod budgets;
pub(crate) mod cancelled;
pub(crate) mod cascades;
pub(crate) mod changes;
pub(crate) mod columns;
pub(crate) mod conflicts;
pub(crate) mod conformance;
pub(crate) mod contended;
pub(crate) mod creates;
pub(crate) mod crowds;
pub(crate) mod deletes;
pub(crate) mod depth;
pub(crate) mod dropped;
pub(crate) mod duplicate_keys;
pub(crate) mod engines;
pub(crate) mod guards;
pub(crate) mod identity;
pub(crate) mod inconsistent;
pub(crate) mod invariants;
pub(crate) mod isolation;
pub(crate) mod keys;
pub(crate) mod loads;
pub(crate) mod local_ids;
pub(crate) mod locks;
pub(crate) mod out_of_band;
pub(crate) mod races;
pub(crate) mod schema;
pub(crate) mod shapes;
pub(crate) mod torn_loads;
pub(crate) mod unit_repositories;
pub(crate) mod units;
pub(crate) mod units_memory;
pub(crate) mod units_own_sql;
pub(crate) mod units_refused;
pub(crate) mod units_together;
pub(crate) mod unnamed;
pub(crate) mod unversioned;
pub(crate) mod unversioned_races;
pub(crate) mod unversioned_removals;
pub(crate) mod unversioned_units;
pub(crate) mod values;
pub(crate) mod versions;

use aggregate_core::{Conflict, Error, SqlRepository, UnitOfWork};

/// The database that this run is about.
pub(crate) use crate::Db;

pub(crate) type Lab = aggregate_tests::Lab<Db>;
pub(crate) type Repo<A> = SqlRepository<A, Db>;
pub(crate) type Unit = UnitOfWork<Db>;

/// The conflict that this must be.
fn conflict<T: std::fmt::Debug>(result: Result<T, Error>) -> Conflict {
    match result {
        Err(Error::Conflict(conflict)) => conflict,
        other => panic!("expected a conflict, got {other:?}"),
    }
}
