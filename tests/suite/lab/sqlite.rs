//! A file in a directory of its own, in WAL mode.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteRow,
    SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, Pool, Row, Sqlite};

use super::{Engine, Level, Stale};

/// A directory that is removed when dropped, also after a failure.
pub struct Directory(PathBuf);

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

static OPENED: AtomicU64 = AtomicU64::new(0);

impl Engine for Sqlite {
    type Site = Directory;

    const CROWD: u32 = 8;
    const HAS_GAP_LOCKS: bool = false;
    // Whoever waits for the lock of the file sleeps for milliseconds.
    const SLOWS_WRITES: Option<&'static str> = None;
    const LOADS_AT_ONCE: bool = false;
    const SAVES_AT_ONCE: bool = false;
    const TAKES_ARRAYS: bool = false;
    const NAMES_CONSTRAINTS: bool = false;
    const FAILS_WHOLE: bool = false;
    const HAS_SILENT_TRIGGERS: bool = true;
    const PADS_KEYS: bool = false;
    const ENDS_UPDATES: &'static str =
        "CREATE TRIGGER guard BEFORE UPDATE ON customers BEGIN SELECT RAISE(ROLLBACK, 'no'); END";
    const SWALLOWS_UPDATES: &'static str =
        "CREATE TRIGGER guard BEFORE UPDATE ON customers BEGIN SELECT RAISE(IGNORE); END";
    const NO_GUARD: &'static str = "DROP TRIGGER guard";
    const BREAKS_COMMITS: Option<&'static str> = None;
    const LEVELS: &'static [Level] =
        &[Level { name: "SERIALIZABLE", set: "SELECT 1", stale: Stale::WriterWaits, rereads_old: false }];
    const DIRTY: &'static str = "PRAGMA read_uncommitted = 1";
    const HAS_DIRTY_READS: bool = true;
    const HURRIES: Option<&'static str> = None;
    // BEGIN IMMEDIATE locks the whole database, and whoever waits asks again and again.
    const LOCKS_SHARED: &'static str = "";
    const WAITING: Option<&'static str> = None;
    // There is no other isolation: https://sqlite.org/isolation.html
    const READ_COMMITTED: Option<&'static str> = None;
    const REPEATABLE_READ: &'static str = "SELECT 1";
    const OUT_OF_TRANSACTION: &'static str = "BEGIN; ROLLBACK";
    const OUTLIVES_DROPS: bool = true;
    const OPEN_TRANSACTIONS: Option<&'static str> = None;
    const BEYOND_BINDS: i64 = 33_000;
    const TYPES: &'static [(&'static str, &'static str)] = &[
        ("{deferred}", "DEFERRABLE INITIALLY DEFERRED"),
        ("{double}", "REAL"),
        ("{time}", "TEXT"),
        ("{naive_time}", "TEXT"),
        ("{uuid}", "BLOB"),
        ("{json}", "TEXT"),
        ("{bytes}", "BLOB"),
        ("{name}", "TEXT"),
        ("{schema main}", "SELECT 1"),
    ];
    const AUDIT: &'static str = "CREATE TABLE audit (t TEXT, op TEXT, k TEXT)";

    async fn open() -> (Pool<Self>, Directory) {
        let number = OPENED.fetch_add(1, Ordering::Relaxed);
        let name = format!("aggregate-suite-{}-{number}", std::process::id());
        let site = Directory(std::env::temp_dir().join(name));
        std::fs::create_dir_all(&site.0).expect("a directory for the test's database");
        (Self::pool(&site, 20, Duration::from_secs(30)).await, site)
    }

    async fn pool(site: &Directory, connections: u32, patience: Duration) -> Pool<Self> {
        let options = SqliteConnectOptions::new()
            .filename(Path::new(&site.0).join("test.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Off)
            .busy_timeout(patience);
        SqlitePoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(Duration::from_secs(20))
            .connect_with(options)
            .await
            .expect("a database file")
    }

    async fn close(site: Directory) {
        drop(site);
    }

    fn triggers(table: &str, key: &[&str]) -> String {
        let trigger = |(op, row): (&str, &str)| {
            let letter = &op[..1];
            let key: Vec<_> = key.iter().map(|column| format!("{row}.\"{column}\"")).collect();
            let key = key.join(" || '/' || ");
            format!(
                ";CREATE TRIGGER \"audit {table} {op}\" AFTER {op} ON \"{table}\" \
                 BEGIN INSERT INTO audit VALUES ('{table}', '{letter}', {key}); END"
            )
        };
        [("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")].map(trigger).concat()
    }

    async fn run(conn: &mut SqliteConnection, sql: String) -> Result<(), sqlx::Error> {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await.map(drop)
    }

    fn cells(row: &SqliteRow) -> Vec<String> {
        let cell = |at: usize| {
            row.try_get::<Option<i64>, _>(at)
                .map(|value| value.map(|value| value.to_string()))
                .or_else(|_| {
                    row.try_get::<Option<f64>, _>(at).map(|value| value.map(|value| value.to_string()))
                })
                .or_else(|_| row.try_get::<Option<String>, _>(at))
                .expect("a number or a text")
                .unwrap_or_else(|| "NULL".to_owned())
        };
        (0..row.len()).map(cell).collect()
    }
}
