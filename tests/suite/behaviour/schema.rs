//! Tables that are not what the types describe: the error names the table and the column before anything is read.

use aggregate_core::{Aggregate, Error, Persist, SchemaProblem, Tracked, Version};
use aggregate_tests::model::broken::{Clash, ClashBelow, Gap, GapBelow, Ghost, GhostBelow, TABLES, Unlinked};
use aggregate_tests::{Engine, assert_refused};

use super::{Db, Lab, Repo};

/// Loading and saving are both refused, and the problem is in this table and column.
async fn problem<A: Aggregate<Id = i64> + Persist<Db> + std::fmt::Debug>(
    lab: &Lab,
    new: A,
    expected_table: &str,
    expected_column: Option<&str>,
) -> SchemaProblem {
    let repository = lab.with::<A>(&TABLES).await;
    lab.sql("INSERT INTO sound VALUES (1, 0, 'name')").await;
    let mut tracked = Tracked::new(new);
    assert_refused!(
        repository.save(&mut tracked).await,
        Error::Schema { table, column, .. } if table == expected_table && column == expected_column
    );
    assert_eq!(lab.rows("SELECT id, name FROM sound").await, ["1|name"]);
    match repository.find(&1).await {
        Err(Error::Schema { table, column, problem }) => {
            assert_eq!((table.as_str(), column), (expected_table, expected_column));
            problem
        }
        other => panic!("expected a problem of the schema, got {other:?}"),
    }
}

pub(crate) async fn a_missing_table(lab: &Lab) {
    let ghost = Ghost { id: 1, version: Version::UNSAVED };
    assert_eq!(problem(lab, ghost, "ghost", None).await, SchemaProblem::MissingTable);
}

pub(crate) async fn a_missing_table_below(lab: &Lab) {
    assert_eq!(problem(lab, GhostBelow::new(), "no_such_part", None).await, SchemaProblem::MissingTable);
}

pub(crate) async fn an_unknown_column(lab: &Lab) {
    let gap = Gap { id: 1, version: Version::UNSAVED, nickname: String::new() };
    assert_eq!(problem(lab, gap, "sound", Some("nickname")).await, SchemaProblem::MissingColumn);
}

pub(crate) async fn an_unknown_column_below(lab: &Lab) {
    let problem = problem(lab, GapBelow::new(), "sound_part", Some("nickname")).await;
    assert_eq!(problem, SchemaProblem::MissingColumn);
}

pub(crate) async fn an_unknown_foreign_key(lab: &Lab) {
    let unlinked = Unlinked { id: 1, version: Version::UNSAVED, parts: vec![] };
    assert_eq!(problem(lab, unlinked, "sound_part", Some("owner")).await, SchemaProblem::MissingColumn);
}

pub(crate) async fn a_column_of_the_wrong_type(lab: &Lab) {
    let clash = Clash { id: 1, version: Version::UNSAVED, name: 5 };
    let problem = problem(lab, clash, "sound", Some("name")).await;
    assert!(
        matches!(&problem, SchemaProblem::WrongType { found, .. } if found.eq_ignore_ascii_case("text")),
        "{problem:?}"
    );
}

pub(crate) async fn a_column_of_the_wrong_type_below(lab: &Lab) {
    let problem = problem(lab, ClashBelow::new(), "sound_part", Some("name")).await;
    assert!(matches!(problem, SchemaProblem::WrongType { .. }), "{problem:?}");
}

pub(crate) async fn a_problem_that_was_repaired_is_forgotten(lab: &Lab) {
    let gaps = lab.with::<Gap>(&TABLES).await;
    assert_refused!(gaps.find(&1).await, Error::Schema { problem: SchemaProblem::MissingColumn, .. });
    lab.sql("ALTER TABLE sound ADD COLUMN nickname TEXT NOT NULL DEFAULT ''").await;
    assert!(gaps.find(&1).await.unwrap().is_none());
}

/// By a repository of its own, on a connection that looked at the table before.
pub(crate) async fn a_table_that_was_changed_by_others_is_seen_as_it_is(lab: &Lab) {
    // SQLite refuses what was right before another connection's change: the others are one connection too.
    let (pool, others) = (lab.pool_of_one().await, lab.pool_of_one().await);
    let change = async |sql: &str| {
        Db::run(&mut *others.acquire().await.unwrap(), sql.to_owned()).await.unwrap();
    };
    let fresh = || Repo::<Ghost>::new(pool.clone());
    change("CREATE TABLE ghost (id BIGINT PRIMARY KEY, version BIGINT NOT NULL)").await;
    assert!(fresh().find(&1).await.unwrap().is_none());
    change("DROP TABLE ghost").await;
    assert_refused!(fresh().find(&1).await, Error::Schema { problem: SchemaProblem::MissingTable, .. });
    change("CREATE TABLE ghost (id BIGINT PRIMARY KEY, version TEXT)").await;
    assert_refused!(fresh().find(&1).await, Error::Schema { problem: SchemaProblem::WrongType { .. }, .. });
    change("ALTER TABLE ghost DROP COLUMN version").await;
    assert_refused!(fresh().find(&1).await, Error::Schema { problem: SchemaProblem::MissingColumn, .. });
    change("ALTER TABLE ghost ADD COLUMN version BIGINT").await;
    assert!(fresh().find(&1).await.unwrap().is_none());
}

pub(crate) async fn the_look_at_the_tables_happens_once(lab: &Lab) {
    let repository =
        lab.with::<aggregate_tests::model::bare::Bare>(&aggregate_tests::model::bare::TABLES).await;
    for _ in 0..3 {
        repository.find(&1).await.unwrap();
        repository.clone().find(&1).await.unwrap();
    }
    let looks = lab.sent_of_any_kind().into_iter().filter(|sent| sent.kind == "describe").count();
    assert_eq!(
        looks, 2,
        "one at the isolation level and one at the only table of a repository and its clones"
    );
}
