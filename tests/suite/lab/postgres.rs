//! A database of its own on the server that the environment names.

use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions, PgRow, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Pool, Postgres, Row};

use super::{Engine, Level, Rerouted, Stale, Wire};

/// The name of the test's database, and how to reach it.
pub struct Site {
    server: PgConnectOptions,
    name: String,
}

static OPENED: AtomicU64 = AtomicU64::new(0);

fn server() -> PgConnectOptions {
    let url = std::env::var("AGGREGATE_TEST_POSTGRES").unwrap_or_else(|_| {
        panic!(
            "AGGREGATE_TEST_POSTGRES is not set: run `cargo xtask test`, which starts a server, \
             or set it to the URL of one where databases may be created"
        )
    });
    PgConnectOptions::from_str(&url)
        .expect("AGGREGATE_TEST_POSTGRES is the URL of a server")
        .disable_statement_logging()
}

async fn on_server(server: &PgConnectOptions, sql: String) {
    let mut conn = server.connect().await.expect("the server of AGGREGATE_TEST_POSTGRES answers");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut conn).await.expect("databases may be created and dropped");
    let _ = conn.close().await;
}

async fn with_setting(site: &Site, connections: u32, setting: (&str, &str)) -> Pool<Postgres> {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(20))
        .connect_with(site.server.clone().database(&site.name).options([setting]))
        .await
        .expect("the test's database answers")
}

impl Engine for Postgres {
    type Site = Site;

    const CROWD: u32 = 50;
    const HAS_GAP_LOCKS: bool = false;
    const SLOWS_WRITES: Option<&'static str> = Some(
        "CREATE FUNCTION slows() RETURNS trigger LANGUAGE plpgsql AS $$
             BEGIN PERFORM pg_sleep(0.003); IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$;
         CREATE TRIGGER slows BEFORE UPDATE OR DELETE ON invoices FOR EACH ROW EXECUTE FUNCTION slows()",
    );
    const LOADS_AT_ONCE: bool = true;
    const SAVES_AT_ONCE: bool = true;
    const TAKES_ARRAYS: bool = true;
    const NAMES_CONSTRAINTS: bool = true;
    const FAILS_WHOLE: bool = true;
    const HAS_SILENT_TRIGGERS: bool = true;
    const PADS_KEYS: bool = true;
    const ENDS_UPDATES: &'static str = "
        CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
        CREATE TRIGGER guard BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION guard()";
    const SWALLOWS_UPDATES: &'static str = "
        CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
        CREATE TRIGGER guard BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION guard()";
    const NO_GUARD: &'static str = "DROP TRIGGER guard ON customers";
    const BREAKS_COMMITS: Option<&'static str> = Some(
        "CREATE FUNCTION breaks() RETURNS trigger LANGUAGE plpgsql
             AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()), pg_sleep(5); RETURN NULL; END $$;
         CREATE CONSTRAINT TRIGGER breaks AFTER UPDATE ON accounts DEFERRABLE INITIALLY DEFERRED
             FOR EACH ROW EXECUTE FUNCTION breaks()",
    );
    const LEVELS: &'static [Level] = &[
        Level {
            name: "READ COMMITTED",
            set: "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED",
            stale: Stale::Conflict,
            rereads_old: false,
        },
        Level {
            name: "REPEATABLE READ",
            set: "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ",
            stale: Stale::Contended,
            rereads_old: true,
        },
        Level {
            name: "SERIALIZABLE",
            set: "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE",
            stale: Stale::Contended,
            rereads_old: true,
        },
    ];
    const DIRTY: &'static str = "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ UNCOMMITTED";
    const HAS_DIRTY_READS: bool = false;
    const HURRIES: Option<&'static str> = Some("SET statement_timeout = 60");
    const LOCKS_SHARED: &'static str = " FOR SHARE";
    const WAITING: Option<&'static str> = Some(
        "SELECT CAST(pid AS BIGINT) FROM pg_stat_activity \
         WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    const READ_COMMITTED: Option<&'static str> =
        Some("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED");
    const REPEATABLE_READ: &'static str =
        "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ";
    const OUT_OF_TRANSACTION: &'static str =
        "SELECT 1 / CASE WHEN now() = statement_timestamp() THEN 1 ELSE 0 END";
    const OUTLIVES_DROPS: bool = true;
    const OPEN_TRANSACTIONS: Option<&'static str> = Some(
        "SELECT CAST(pid AS BIGINT) FROM pg_stat_activity \
         WHERE datname = current_database() AND state LIKE 'idle in transaction%'",
    );
    const BEYOND_BINDS: i64 = 66_000;
    const TYPES: &'static [(&'static str, &'static str)] = &[
        ("{deferred}", "DEFERRABLE INITIALLY DEFERRED"),
        ("{double}", "DOUBLE PRECISION"),
        ("{time}", "TIMESTAMPTZ"),
        ("{naive_time}", "TIMESTAMP"),
        ("{uuid}", "UUID"),
        ("{json}", "JSONB"),
        ("{bytes}", "BYTEA"),
        ("{name}", "TEXT"),
        ("{schema main}", "CREATE SCHEMA main"),
    ];
    const AUDIT: &'static str = "
        CREATE TABLE audit (t TEXT, op TEXT, k TEXT);
        CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE r jsonb;
        BEGIN
            IF TG_OP = 'DELETE' THEN r := to_jsonb(OLD); ELSE r := to_jsonb(NEW); END IF;
            INSERT INTO audit SELECT TG_TABLE_NAME, left(TG_OP, 1), string_agg(r ->> c, '/' ORDER BY n)
            FROM unnest(TG_ARGV) WITH ORDINALITY AS x(c, n);
            RETURN NULL;
        END $$";

    async fn open() -> (Pool<Self>, Site) {
        let server = server();
        let number = OPENED.fetch_add(1, Ordering::Relaxed);
        let name = format!("aggregate_suite_{}_{number}", std::process::id());
        on_server(&server, format!("CREATE DATABASE {name}")).await;
        let site = Site { server, name };
        (Self::pool(&site, 20, Duration::from_secs(30)).await, site)
    }

    async fn pool(site: &Site, connections: u32, patience: Duration) -> Pool<Self> {
        with_setting(site, connections, ("lock_timeout", &format!("{}ms", patience.as_millis()))).await
    }

    fn rerouted(options: PgConnectOptions, to: SocketAddr) -> Option<Rerouted<Self>> {
        let server = format!("{}:{}", options.get_host(), options.get_port());
        let options = options.host(&to.ip().to_string()).port(to.port()).ssl_mode(PgSslMode::Disable);
        Some(Rerouted { wire: Wire::Postgres, server, options })
    }

    async fn close(site: Site) {
        on_server(&site.server, format!("DROP DATABASE {} WITH (FORCE)", site.name)).await;
    }

    fn triggers(table: &str, key: &[&str]) -> String {
        let key = key.iter().map(|column| format!("'{column}'")).collect::<Vec<_>>().join(", ");
        format!(
            ";CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON \"{table}\" \
             FOR EACH ROW EXECUTE FUNCTION note({key})"
        )
    }

    async fn run(conn: &mut PgConnection, sql: String) -> Result<(), sqlx::Error> {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await.map(drop)
    }

    fn cells(row: &PgRow) -> Vec<String> {
        let cell = |at: usize| {
            row.try_get::<Option<i64>, _>(at)
                .map(|value| value.map(|value| value.to_string()))
                .or_else(|_| {
                    row.try_get::<Option<i32>, _>(at).map(|value| value.map(|value| value.to_string()))
                })
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
