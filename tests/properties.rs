//! Random edits of an aggregate of every shape, three levels deep, against a model in memory.
//!
//! After each save: a reload equals the model; the version moved by one exactly if anything versioned changed; the rows
//! written are exactly the rows that differ, by the report and by row markers; the statements are within the
//! budget; a copy that is now stale is refused. `AGGREGATE_PROPTEST_CASES` sets the number of sequences,
//! `AGGREGATE_PROPTEST_SEED` repeats a run.

#[path = "properties/edits.rs"]
mod edits;
#[path = "properties/rows.rs"]
mod rows;
#[path = "properties/twin.rs"]
mod twin;

use std::cell::Cell;
use std::fmt::Debug;
use std::hash::{BuildHasher, RandomState};
use std::panic;
use std::sync::Once;

use aggregate_core::{Error, Persist, SaveReport, Tracked, Version};
use aggregate_tests::model::board::{Board, TABLES};
use aggregate_tests::{Bench, Engine, Lab, assert_refused};
use proptest::collection::vec;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use edits::{Edit, edits};
use rows::{as_loaded, differing, rows};
use twin::{both_agree, turns};

/// Runs this many sequences of edits and saves.
fn random_edits<DB: Engine>(cases: u32)
where
    Board: Persist<DB>,
{
    run(cases, &vec(edits(), 1..6), &async |lab: &Lab<DB>, saves| sequence(lab, saves).await);
}

/// Runs this many sequences of what two people do, here and on the twin in memory.
fn two_people<DB: Engine>(cases: u32)
where
    Board: Persist<DB>,
{
    run(cases, &turns(), &async |lab: &Lab<DB>, turns| both_agree(lab, turns).await);
}

/// Runs sequences that are made by chance, and shrinks the first that fails.
fn run<DB: Engine, T: Debug>(
    cases: u32,
    sequences: &impl Strategy<Value = Vec<T>>,
    sequence: &impl AsyncFn(&Lab<DB>, &[T]),
) {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
    let cases =
        number("AGGREGATE_PROPTEST_CASES").map_or(cases, |cases| u32::try_from(cases).unwrap_or(u32::MAX));
    let seed = number("AGGREGATE_PROPTEST_SEED").unwrap_or_else(|| RandomState::new().hash_one(cases));
    println!("AGGREGATE_PROPTEST_SEED={seed} AGGREGATE_PROPTEST_CASES={cases}");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 4_000,
        max_shrink_time: 30_000,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));

    let bench = Bench::<DB>::open();
    bench.block_on(async |lab| lab.create(&TABLES).await);
    quiet_while_shrinking();
    QUIET.set(true);
    let outcome = runner.run(sequences, |steps| {
        bench.block_on(async |lab| sequence(lab, &steps).await);
        Ok(())
    });
    QUIET.set(false);
    if let Err(failure) = outcome {
        panic!("AGGREGATE_PROPTEST_SEED={seed}: {failure}");
    }
    bench.close();
}

thread_local! {
    /// Whether this thread's panics are only steps on the way to the smallest failure, which is printed.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

fn quiet_while_shrinking() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let loud = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                loud(info);
            }
        }));
    });
}

/// Forgets what an earlier sequence has stored.
async fn clear<DB: Engine>(lab: &Lab<DB>) {
    let tables = ["step", "badge", "card", "quota", "lists", "cover", "settings", "board"];
    lab.sql(&tables.map(|table| format!("DELETE FROM {table}")).join(";")).await;
    lab.forget().await;
}

/// One sequence: the first edits make a new board, the others change it, with a save after each.
async fn sequence<DB: Engine>(lab: &Lab<DB>, saves: &[Vec<Edit>])
where
    Board: Persist<DB>,
{
    clear(lab).await;
    let boards = lab.repository::<Board>();
    let mut tracked = Tracked::new(Board::empty(1));
    let (mut before, mut version) = (rows::Rows::new(), -1);
    for edits in saves {
        for edit in edits {
            edit.apply(&mut tracked);
        }
        let model = (*tracked).clone();
        let after = rows(&model);
        let expected = differing(&before, &after, model.id);
        let mut stale = tracked.clone();
        assert_eq!(tracked.is_dirty(), !expected.is_empty());

        let report = lab.save(&boards, &mut tracked).await.unwrap();
        assert_eq!(lab.written().await, expected);
        assert_eq!(counted(&report), per_table(&expected));
        let bumps = expected.iter().any(|row| row.starts_with("board "));
        let new = if bumps { version + 1 } else { version };
        assert_eq!((report.old_version.get(), report.new_version.get()), (version, new));
        assert_eq!((tracked.version().get(), tracked.version), (new, new));
        assert!(!tracked.is_dirty());

        let loaded = boards.get(&model.id).await.unwrap();
        assert_eq!(*loaded, as_loaded(&model, new));
        match version {
            _ if expected.is_empty() => assert!(lab.save(&boards, &mut stale).await.unwrap().is_noop()),
            // A stale copy of an unversioned change says the same again.
            _ if !bumps => {
                lab.save(&boards, &mut stale).await.unwrap();
                assert_eq!(lab.written().await, expected);
            }
            -1 => assert_refused!(lab.save(&boards, &mut stale).await, Error::AlreadyExists { .. }),
            _ => assert_refused!(
                lab.save(&boards, &mut stale).await,
                Error::Conflict(conflict) if conflict.actual == Some(Version::new(new))
            ),
        }
        assert_eq!(lab.written().await, [""; 0], "of a stale copy");
        // Now and then the next edits start from what was loaded, in its order.
        if new % 2 == 0 {
            tracked = loaded;
        }
        (before, version) = (after, new);
    }
}

/// The rows written by table and kind: inserted, updated, deleted.
fn counted(report: &SaveReport) -> Vec<(String, [u64; 3])> {
    let mut tables: Vec<_> = report
        .tables
        .iter()
        .map(|writes| (writes.table.to_owned(), [writes.inserted, writes.updated, writes.deleted]))
        .collect();
    tables.sort();
    tables
}

/// The same, counted from row markers.
fn per_table(written: &[String]) -> Vec<(String, [u64; 3])> {
    let mut tables = std::collections::BTreeMap::<String, [u64; 3]>::new();
    for row in written {
        let mut words = row.split(' ');
        let table = words.next().unwrap_or_default();
        let kind =
            ["I", "U", "D"].iter().position(|kind| words.clone().next() == Some(*kind)).unwrap_or_default();
        tables.entry(table.to_owned()).or_default()[kind] += 1;
    }
    tables.into_iter().collect()
}

mod sqlite {
    #[test]
    #[cfg(feature = "sqlite")]
    fn random_edits_agree_with_the_model() {
        super::random_edits::<sqlx::Sqlite>(1_000);
    }

    #[test]
    #[cfg(feature = "sqlite")]
    fn the_twin_in_memory_says_and_stores_the_same() {
        super::two_people::<sqlx::Sqlite>(1_000);
    }
}

mod mariadb {
    #[test]
    #[cfg_attr(not(feature = "mysql"), ignore = "needs MariaDB: run `cargo xtask test`")]
    fn random_edits_agree_with_the_model() {
        #[cfg(feature = "mysql")]
        super::random_edits::<sqlx::MySql>(100);
    }

    #[test]
    #[cfg_attr(not(feature = "mysql"), ignore = "needs MariaDB: run `cargo xtask test`")]
    fn the_twin_in_memory_says_and_stores_the_same() {
        #[cfg(feature = "mysql")]
        super::two_people::<sqlx::MySql>(100);
    }
}

mod postgres {
    #[test]
    #[cfg_attr(not(feature = "postgres"), ignore = "needs PostgreSQL: run `cargo xtask test`")]
    fn random_edits_agree_with_the_model() {
        #[cfg(feature = "postgres")]
        super::random_edits::<sqlx::Postgres>(100);
    }

    #[test]
    #[cfg_attr(not(feature = "postgres"), ignore = "needs PostgreSQL: run `cargo xtask test`")]
    fn the_twin_in_memory_says_and_stores_the_same() {
        #[cfg(feature = "postgres")]
        super::two_people::<sqlx::Postgres>(100);
    }
}
