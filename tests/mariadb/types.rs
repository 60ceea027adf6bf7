//! What MariaDB's own types keep, and which columns are refused since they would keep something else.

use aggregate_core::{
    Aggregate, Entity, Error, Inconsistency, MySqlRepository, SchemaProblem, Tracked, Version,
};
use aggregate_tests::model::bare::Tag;
use aggregate_tests::{Engine, Lab, assert_refused, run};
use chrono::{DateTime, NaiveTime, Utc};
use sqlx::MySql;

#[derive(Aggregate, Clone, Debug, PartialEq)]
struct Gauge {
    #[id]
    id: u64,
    #[version]
    version: Version,
    small: u8,
    most: u64,
    at: DateTime<Utc>,
    ratio: f64,
    code: Vec<u8>,
    #[child]
    marks: Vec<Mark>,
}

#[derive(Entity, Clone, Debug, PartialEq)]
struct Mark {
    #[id]
    id: u32,
    level: Option<u64>,
    byte: i8,
    at: Option<DateTime<Utc>>,
    hour: Option<NaiveTime>,
    single: f32,
    /// In a column of another character set.
    word: String,
    /// In an `ENUM`.
    mode: Option<String>,
    flag: bool,
}

const GAUGE: &str = "CREATE TABLE gauge (id BIGINT UNSIGNED PRIMARY KEY, version BIGINT NOT NULL,
    small TINYINT UNSIGNED NOT NULL, most BIGINT UNSIGNED NOT NULL, at DATETIME(6) NOT NULL, ratio DOUBLE NOT NULL,
    code VARBINARY(20) NOT NULL)";
const MARK: &str = "CREATE TABLE mark (id INT UNSIGNED PRIMARY KEY, gauge_id BIGINT UNSIGNED NOT NULL,
    level BIGINT UNSIGNED, byte TINYINT NOT NULL, at TIMESTAMP(6) NULL, hour TIME(6), single FLOAT NOT NULL,
    word VARCHAR(20) CHARACTER SET latin1 NOT NULL, mode ENUM('on', 'off'), flag BIT NOT NULL)";

fn mark(id: u32) -> Mark {
    let at = DateTime::from_timestamp(1_700_000_000 + i64::from(id % 60), 123_456_000);
    Mark {
        id,
        level: Some(u64::MAX - u64::from(id)),
        byte: -8,
        at,
        hour: at.map(|at| at.time()),
        single: 0.1,
        word: "é".to_owned(),
        mode: Some("on".to_owned()),
        flag: true,
    }
}

fn gauge(id: u64) -> Gauge {
    Gauge {
        id,
        version: Version::UNSAVED,
        small: u8::MAX,
        most: u64::MAX,
        at: DateTime::from_timestamp(1_700_000_000, 123_456_000).unwrap(),
        ratio: 16_777_217.3,
        code: vec![0, 255],
        marks: vec![mark(1), mark(2), mark(u32::MAX)],
    }
}

async fn round_trip(gauges: &MySqlRepository<Gauge>, gauge: &mut Tracked<Gauge>) {
    gauges.save(gauge).await.unwrap();
    assert_eq!(*gauges.get(&gauge.id).await.unwrap(), **gauge);
}

/// A union makes a decimal of an unsigned number and a NULL, and mixes no character sets.
#[test]
fn unsigned_numbers_and_other_types_of_its_own_come_back() {
    run::<MySql>(async |lab| {
        lab.sql(&format!("{GAUGE}; {MARK}")).await;
        let gauges = lab.repository::<Gauge>();
        let mut gauge = Tracked::new(gauge(u64::MAX));
        round_trip(&gauges, &mut gauge).await;
        gauge.most = 1 << 63;
        gauge.marks[0] = Mark { level: None, at: None, hour: None, mode: None, ..mark(1) };
        gauge.marks[1] = Mark {
            level: Some(7),
            byte: 127,
            single: f32::MAX,
            word: "ÿ".to_owned(),
            flag: false,
            ..mark(2)
        };
        gauge.marks[2].mode = Some("off".to_owned());
        round_trip(&gauges, &mut gauge).await;
        gauge.marks[1] = mark(2);
        round_trip(&gauges, &mut gauge).await;
        gauge.marks.clear();
        round_trip(&gauges, &mut gauge).await;
    });
}

#[test]
fn columns_that_would_keep_less_without_a_word_are_refused() {
    run::<MySql>(async |lab| {
        for (fine, wrong, at) in [
            ("at DATETIME(6)", "at DATETIME", "at"),
            ("at DATETIME(6)", "at TIMESTAMP(3)", "at"),
            ("ratio DOUBLE", "ratio FLOAT", "ratio"),
            ("ratio DOUBLE", "ratio DOUBLE(9,2)", "ratio"),
            ("most BIGINT UNSIGNED", "most BIGINT", "most"),
            ("version BIGINT", "version BIGINT UNSIGNED", "version"),
            ("code VARBINARY(20)", "code UUID", "code"),
            ("code VARBINARY(20)", "code TEXT", "code"),
        ] {
            let table = GAUGE.replace(fine, wrong);
            assert_ne!(table, GAUGE);
            lab.sql(&format!("DROP TABLE IF EXISTS gauge, mark; {table}; {MARK}")).await;
            assert_refused!(
                lab.repository::<Gauge>().find(&1).await,
                Error::Schema { column: Some(column), problem: SchemaProblem::WrongType { found, .. }, .. }
                    if column == at && wrong.to_lowercase().ends_with(&found.replace("(20)", ""))
            );
        }
    });
}

#[derive(Aggregate, Clone, Debug, PartialEq)]
#[aggregate(table = "note")]
struct Note {
    #[id]
    id: i64,
    #[version]
    version: Version,
    text: String,
    #[column(read_only)]
    made: Option<DateTime<Utc>>,
}

#[test]
fn a_time_that_the_database_sets_may_be_of_any_precision() {
    run::<MySql>(async |lab| {
        lab.sql(
            "CREATE TABLE note (id BIGINT PRIMARY KEY, version BIGINT NOT NULL, text TEXT NOT NULL,
             made TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)",
        )
        .await;
        let notes = lab.repository::<Note>();
        let note = Note { id: 1, version: Version::UNSAVED, text: String::new(), made: None };
        notes.save(&mut Tracked::new(note)).await.unwrap();
        assert!(notes.get(&1).await.unwrap().made.is_some());
    });
}

/// Most collations of MariaDB take `ABC` for `abc`, and ignore blanks at the end.
#[test]
fn a_root_with_a_key_in_other_letters_is_not_the_one_asked_for() {
    run::<MySql>(async |lab| {
        lab.sql("CREATE TABLE tag (id VARCHAR(20) COLLATE utf8mb4_general_ci PRIMARY KEY, version BIGINT NOT NULL)")
            .await;
        let tags = lab.repository::<Tag>();
        tags.save(&mut Tracked::new(Tag { id: "abc".to_owned(), version: -1 })).await.unwrap();
        for id in ["ABC", "abc "] {
            assert_refused!(
                tags.find(&id.to_owned()).await,
                Error::Inconsistent { table: "tag", kind: Inconsistency::ForeignId, .. }
            );
        }
        assert_refused!(
            tags.save(&mut Tracked::new(Tag { id: "ABC".to_owned(), version: -1 })).await,
            Error::AlreadyExists { .. }
        );
    });
}

/// Several statements see one snapshot, also where the default of a session is another.
#[test]
fn a_load_of_several_statements_begins_its_own_snapshot() {
    run::<MySql>(async |lab: &Lab<MySql>| {
        lab.sql("CREATE TABLE tag (id VARCHAR(20) PRIMARY KEY, version BIGINT NOT NULL)").await;
        let pool = lab.pool_of_one().await;
        let mut conn = pool.acquire().await.unwrap();
        MySql::run(&mut conn, MySql::READ_COMMITTED.unwrap().to_owned()).await.unwrap();
        drop(conn);
        let tags = MySqlRepository::<Tag>::new(pool);
        let ids: Vec<_> = (0..70_000).map(|id| id.to_string()).collect();
        assert_eq!(tags.find_many(&ids).await.unwrap().len(), 70_000);
        let sent = lab.sent();
        assert!(
            sent[0].sql.contains("REPEATABLE READ") && sent[0].sql.contains("CONSISTENT SNAPSHOT"),
            "{sent:?}"
        );
        assert!(sent.len() > 3 && sent.last().is_some_and(|last| last.kind == "commit"));
    });
}
