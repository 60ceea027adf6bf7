//! A database of its own on the server that the environment names.

use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlPoolOptions, MySqlRow, MySqlSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, MySql, Pool, Row};

use super::{Engine, Level, Rerouted, Stale, Wire};

/// The name of the test's database, and how to reach it.
pub struct Site {
    server: MySqlConnectOptions,
    name: String,
}

static OPENED: AtomicU64 = AtomicU64::new(0);

fn server() -> MySqlConnectOptions {
    let url = std::env::var("AGGREGATE_TEST_MARIADB").unwrap_or_else(|_| {
        panic!(
            "AGGREGATE_TEST_MARIADB is not set: run `cargo xtask test`, which starts a server, \
             or set it to the URL of one where databases may be created"
        )
    });
    MySqlConnectOptions::from_str(&url)
        .expect("AGGREGATE_TEST_MARIADB is the URL of a server")
        .disable_statement_logging()
}

async fn on_server(server: &MySqlConnectOptions, sql: String) {
    let mut conn = server.connect().await.expect("the server of AGGREGATE_TEST_MARIADB answers");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut conn).await.expect("databases may be created and dropped");
    let _ = conn.close().await;
}

/// A pool whose connections are as the driver makes them, but for this.
async fn with_setting(site: &Site, connections: u32, set: &str) -> Pool<MySql> {
    let set = set.to_owned();
    MySqlPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(20))
        .after_connect(move |conn, _| {
            let set = set.clone();
            Box::pin(async move { conn.execute(AssertSqlSafe(set)).await.map(drop) })
        })
        .connect_with(site.server.clone().database(&site.name))
        .await
        .expect("the test's database answers")
}

impl Engine for MySql {
    type Site = Site;

    const CROWD: u32 = 50;
    const HAS_GAP_LOCKS: bool = true;
    const SLOWS_WRITES: Option<&'static str> =
        Some("CREATE TRIGGER slows BEFORE UPDATE ON invoices FOR EACH ROW DO SLEEP(0.003)");
    const LOADS_AT_ONCE: bool = true;
    const SAVES_AT_ONCE: bool = false;
    const TAKES_ARRAYS: bool = false;
    const NAMES_CONSTRAINTS: bool = false;
    const FAILS_WHOLE: bool = false;
    const HAS_SILENT_TRIGGERS: bool = false;
    const PADS_KEYS: bool = false;
    const ENDS_UPDATES: &'static str = "CREATE TRIGGER guard BEFORE UPDATE ON customers FOR EACH ROW
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'";
    const SWALLOWS_UPDATES: &'static str = "CREATE TRIGGER guard BEFORE UPDATE ON customers FOR EACH ROW
        SIGNAL SQLSTATE '02000' SET MESSAGE_TEXT = 'no'";
    const NO_GUARD: &'static str = "DROP TRIGGER guard";
    const BREAKS_COMMITS: Option<&'static str> = None;
    const LEVELS: &'static [Level] = &[
        Level {
            name: "READ COMMITTED",
            set: "SET innodb_snapshot_isolation = OFF; SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
            stale: Stale::Conflict,
            rereads_old: false,
        },
        Level {
            name: "REPEATABLE READ",
            set: "SET innodb_snapshot_isolation = OFF; SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
            stale: Stale::Conflict,
            rereads_old: true,
        },
        Level {
            name: "SERIALIZABLE",
            set: "SET innodb_snapshot_isolation = OFF; SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE",
            stale: Stale::WriterWaits,
            rereads_old: false,
        },
        Level {
            name: "READ COMMITTED, strict snapshots",
            set: "SET innodb_snapshot_isolation = ON; SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
            stale: Stale::Conflict,
            rereads_old: false,
        },
        Level {
            name: "REPEATABLE READ, strict snapshots",
            set: "SET innodb_snapshot_isolation = ON; SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
            stale: Stale::Contended,
            rereads_old: true,
        },
        Level {
            name: "SERIALIZABLE, strict snapshots",
            set: "SET innodb_snapshot_isolation = ON; SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE",
            stale: Stale::WriterWaits,
            rereads_old: false,
        },
    ];
    const DIRTY: &'static str = "SET SESSION TRANSACTION ISOLATION LEVEL READ UNCOMMITTED";
    const HAS_DIRTY_READS: bool = true;
    const HURRIES: Option<&'static str> = Some("SET max_statement_time = 0.06");
    const LOCKS_SHARED: &'static str = " LOCK IN SHARE MODE";
    const WAITING: Option<&'static str> = Some(
        "SELECT CAST(p.id AS SIGNED) FROM information_schema.innodb_trx AS t JOIN information_schema.processlist AS p \
         ON p.id = t.trx_mysql_thread_id WHERE t.trx_state = 'LOCK WAIT' AND p.db = database()",
    );
    const READ_COMMITTED: Option<&'static str> =
        Some("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
    const REPEATABLE_READ: &'static str = "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ";
    const OUT_OF_TRANSACTION: &'static str = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ";
    const OUTLIVES_DROPS: bool = false;
    const OPEN_TRANSACTIONS: Option<&'static str> = Some(
        "SELECT CAST(p.id AS SIGNED) FROM information_schema.innodb_trx AS t JOIN information_schema.processlist AS p \
         ON p.id = t.trx_mysql_thread_id WHERE p.db = database()",
    );
    const BEYOND_BINDS: i64 = 66_000;
    const TYPES: &'static [(&'static str, &'static str)] = &[
        ("{deferred}", ""),
        ("{double}", "DOUBLE"),
        ("{time}", "DATETIME(6)"),
        ("{naive_time}", "DATETIME(6)"),
        ("{uuid}", "BINARY(16)"),
        ("{json}", "JSON"),
        ("{bytes}", "BLOB"),
        ("{name}", "VARCHAR(100) COLLATE utf8mb4_bin"),
        // A schema is a database, which all tests on this server see: one of them after the other. The lock
        // goes with its connection.
        (
            "{schema main}",
            "DO GET_LOCK('aggregate main', 100); DROP DATABASE IF EXISTS main; CREATE DATABASE main",
        ),
    ];
    const AUDIT: &'static str = "CREATE TABLE audit (t TEXT, op TEXT, k TEXT)";

    async fn open() -> (Pool<Self>, Site) {
        let server = server();
        let number = OPENED.fetch_add(1, Ordering::Relaxed);
        let name = format!("aggregate_suite_{}_{number}", std::process::id());
        on_server(&server, format!("CREATE OR REPLACE DATABASE {name}")).await;
        let site = Site { server, name };
        (Self::pool(&site, 20, Duration::from_secs(30)).await, site)
    }

    async fn pool(site: &Site, connections: u32, patience: Duration) -> Pool<Self> {
        let seconds = patience.as_millis().div_ceil(1_000);
        with_setting(site, connections, &format!("SET innodb_lock_wait_timeout = {seconds}")).await
    }

    async fn standard_pool(site: &Site, _: &Pool<Self>) -> Pool<Self> {
        with_setting(site, 5, "SET sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')").await
    }

    fn rerouted(options: MySqlConnectOptions, to: SocketAddr) -> Option<Rerouted<Self>> {
        let server = format!("{}:{}", options.get_host(), options.get_port());
        let options = options.host(&to.ip().to_string()).port(to.port()).ssl_mode(MySqlSslMode::Disabled);
        Some(Rerouted { wire: Wire::MariaDb, server, options })
    }

    async fn close(site: Site) {
        let mut conn = site.server.connect().await.expect("the server of AGGREGATE_TEST_MARIADB answers");
        // A busy server may find files of it that it is about to remove itself, and give up (1010). What it does not
        // remove in the end goes with the server.
        for left in (0..100).rev() {
            let sql = format!("DROP DATABASE IF EXISTS {}", site.name);
            match sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut conn).await {
                Ok(_) => break,
                Err(error) if error.to_string().contains("Directory not empty") => {
                    if left == 0 {
                        eprintln!("the directory of {} is left: {error}", site.name);
                    }
                }
                Err(error) => panic!("{error}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let _ = conn.close().await;
    }

    fn triggers(table: &str, key: &[&str]) -> String {
        let trigger = |(op, row): (&str, &str)| {
            let letter = &op[..1];
            let key: Vec<_> = key.iter().map(|column| format!("{row}.\"{column}\"")).collect();
            let key = key.join(", ");
            format!(
                ";CREATE TRIGGER \"audit {table} {op}\" AFTER {op} ON \"{table}\" FOR EACH ROW \
                 INSERT INTO audit VALUES ('{table}', '{letter}', CONVERT(CONCAT_WS('/', {key}) USING latin1))"
            )
        };
        [("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")].map(trigger).concat()
    }

    async fn run(conn: &mut MySqlConnection, sql: String) -> Result<(), sqlx::Error> {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await.map(drop)
    }

    fn cells(row: &MySqlRow) -> Vec<String> {
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
