//! What an operation may cost: the contract, as functions of tables and rows.
//!
//! Warm statements: the connection has prepared them before.

/// A database, as far as its budgets go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Engine {
    /// One statement loads, one saves.
    Postgres,
    /// One statement loads.
    MariaDb,
    /// A statement for each table, and no network.
    Sqlite,
}

/// Where an operation takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// On its own.
    Alone,
    /// In a unit of work, whose BEGIN and COMMIT are counted once, for the unit.
    InUnit,
}

/// A table that a save writes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dirty {
    /// How many of its rows are written.
    pub(super) rows: u64,
    /// The most values that one of them takes: the foreign key, the id, and what is written.
    pub(super) values: u64,
}

/// The values that one statement takes.
const fn bind_limit(engine: Engine) -> u64 {
    match engine {
        Engine::Postgres | Engine::MariaDb => 65_535,
        Engine::Sqlite => 32_766,
    }
}

/// How many statements of one kind a table's rows take. Lists of rows grow by powers of two, and one UPDATE of
/// `MariaDB`, by a `CASE` over them, writes 128 rows, and at most 2,048 rows times columns.
pub(super) fn chunks(engine: Engine, dirty: Dirty, updates: bool) -> u64 {
    let values = dirty.values.max(1);
    let most = (bind_limit(engine) - 1) / values;
    let most = if updates && engine == Engine::MariaDb { most.min(128).min(2_048 / values) } else { most };
    dirty.rows.div_ceil(1 << most.max(1).ilog2())
}

/// Whether one statement takes them all: `PostgreSQL`'s writes all tables, and many rows as arrays.
fn fits_in_one(engine: Engine) -> bool {
    engine == Engine::Postgres
}

/// What stands around the statements of a transaction of the library's own, or around those of a save in a
/// unit: BEGIN and COMMIT, or SAVEPOINT and RELEASE.
pub(super) const AROUND: u64 = 2;

/// A load of any depth and any number of ids.
pub(super) const fn load(engine: Engine, place: Place, tables: u64) -> u64 {
    match (engine, place) {
        (Engine::Postgres | Engine::MariaDb, _) => 1,
        (Engine::Sqlite, Place::Alone) => AROUND + tables,
        // The unit's transaction is the snapshot.
        (Engine::Sqlite, Place::InUnit) => tables,
    }
}

/// A save where rows of these tables below the root are dirty; the root's row is written in any case.
pub(super) fn save(engine: Engine, dirty: &[Dirty]) -> u64 {
    if fits_in_one(engine) {
        return 1;
    }
    let below: u64 = dirty.iter().map(|dirty| 3 * chunks(engine, *dirty, true)).sum();
    AROUND + 1 + below
}

/// A first save that fills these tables below the root.
pub(super) fn create(engine: Engine, filled: &[Dirty]) -> u64 {
    if fits_in_one(engine) {
        return 1;
    }
    let below: u64 = filled.iter().map(|filled| chunks(engine, *filled, false)).sum();
    AROUND + 1 + below
}

/// A delete of an aggregate of this many tables: the root is locked first and deleted last.
pub(super) const fn delete(engine: Engine, tables: u64) -> u64 {
    match engine {
        Engine::Postgres => 1,
        Engine::MariaDb | Engine::Sqlite => AROUND + 1 + tables,
    }
}

/// A save of what has not changed.
pub(super) const fn nothing() -> u64 {
    0
}

/// The first look of a fresh repository at its tables: each of them, and whether the session's isolation level is
/// one to read at. A unit asks for the level when it begins, and looks at tables behind a savepoint.
pub(super) const fn describe(engine: Engine, place: Place, tables: u64) -> u64 {
    let looks = match engine {
        Engine::Postgres | Engine::Sqlite => tables,
        // One for the driver's types and one for the declared ones.
        Engine::MariaDb => 2 * tables,
    };
    match place {
        Place::Alone => looks + 1,
        Place::InUnit => looks + AROUND,
    }
}

/// Round trips of the first look: they go unprepared, but for the declared types of `MariaDB`'s columns.
pub(super) const fn describe_trips(engine: Engine, place: Place, tables: u64) -> u64 {
    let prepares = match engine {
        Engine::Postgres | Engine::Sqlite => 0,
        Engine::MariaDb => 1,
    };
    describe(engine, place, tables) + prepares
}

/// Round trips of statements that the connection has prepared: each is one.
pub(super) const fn warm_trips(statements: u64) -> u64 {
    statements
}

/// Round trips of statements that it has not: one more each, to prepare it. What stands around those of a
/// transaction goes unprepared.
pub(super) const fn cold_trips(statements: u64) -> u64 {
    if statements > AROUND { 2 * statements - AROUND } else { 2 * statements }
}

/// Rows written by a save: those that are dirty, and the root's.
pub(super) fn rows(dirty: &[Dirty]) -> u64 {
    1 + dirty.iter().map(|dirty| dirty.rows).sum::<u64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEW: Dirty = Dirty { rows: 3, values: 6 };
    const MANY: Dirty = Dirty { rows: 20_000, values: 6 };

    #[test]
    fn postgres_does_everything_in_one_statement() {
        let engine = Engine::Postgres;
        for place in [Place::Alone, Place::InUnit] {
            assert_eq!(load(engine, place, 9), 1);
        }
        assert_eq!((save(engine, &[FEW, FEW]), create(engine, &[FEW]), delete(engine, 4)), (1, 1, 1));
    }

    #[test]
    fn the_others_take_a_transaction() {
        assert_eq!(load(Engine::MariaDb, Place::Alone, 4), 1);
        assert_eq!(load(Engine::Sqlite, Place::Alone, 4), 6);
        assert_eq!(load(Engine::Sqlite, Place::InUnit, 4), 4);
        for engine in [Engine::MariaDb, Engine::Sqlite] {
            assert_eq!(save(engine, &[]), 3, "the root alone");
            assert_eq!(save(engine, &[FEW, FEW]), 9);
            assert_eq!(create(engine, &[FEW, FEW]), 5);
            assert_eq!(delete(engine, 4), 7);
        }
    }

    #[test]
    fn beyond_a_bind_limit_there_are_chunks() {
        assert_eq!(create(Engine::Postgres, &[MANY]), 1, "an array for each column");
        assert_eq!(create(Engine::Sqlite, &[MANY]), 3 + 5, "4,096 rows each");
        assert_eq!(save(Engine::MariaDb, &[MANY]), 3 + 3 * 157, "128 rows each");
        assert_eq!(save(Engine::MariaDb, &[Dirty { rows: 10, values: 200 }]), 3 + 3 * 2, "8 rows each");
    }

    #[test]
    fn a_cold_statement_is_prepared_in_a_round_trip_of_its_own() {
        assert_eq!((cold_trips(0), cold_trips(1)), (0, 2));
        assert_eq!(cold_trips(save(Engine::MariaDb, &[FEW])), 10, "BEGIN and COMMIT are not prepared");
        assert_eq!(describe_trips(Engine::Postgres, Place::Alone, 4), 5);
        assert_eq!(describe_trips(Engine::MariaDb, Place::InUnit, 4), 11);
    }

    #[test]
    fn every_dirty_row_is_written_once_and_the_root() {
        assert_eq!(rows(&[]), 1);
        assert_eq!(rows(&[FEW, MANY]), 20_004);
    }
}
