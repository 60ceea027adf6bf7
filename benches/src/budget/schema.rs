//! The tables, and triggers that note each row that is written.

use super::formula::Engine;
use super::shapes::{ORDER_TABLES, SITE_TABLES};

/// The words for types of a database.
struct Types {
    uuid: &'static str,
    text: &'static str,
    time: &'static str,
    /// What stands around a name: `lines` is a word of `MariaDB`'s own.
    quote: char,
}

const fn types(engine: Engine) -> Types {
    match engine {
        Engine::Postgres => Types { uuid: "UUID", text: "TEXT", time: "TIMESTAMPTZ", quote: '"' },
        Engine::MariaDb => Types { uuid: "BINARY(16)", text: "TEXT", time: "DATETIME(6)", quote: '`' },
        Engine::Sqlite => Types { uuid: "BLOB", text: "TEXT", time: "TEXT", quote: '"' },
    }
}

/// The statements that make everything.
pub(super) fn statements(engine: Engine) -> Vec<String> {
    let mut statements = tables(engine);
    statements.push("CREATE TABLE written (what VARCHAR(20) NOT NULL)".to_owned());
    if engine == Engine::Postgres {
        statements.push(NOTE.to_owned());
    }
    for tables in [&ORDER_TABLES[..], &SITE_TABLES[..]] {
        for (at, table) in tables.iter().enumerate() {
            statements.extend(triggers(engine, table, at == 0));
        }
    }
    statements
}

/// The query of the number of rows that were written.
pub(super) const WRITTEN: &str = "SELECT count(*) FROM written";

/// Forgets them.
pub(super) const FORGET: &str = "DELETE FROM written";

fn tables(engine: Engine) -> Vec<String> {
    let Types { uuid, text, time, quote } = types(engine);
    let below = |table: &str, key: &str, above: &str, ty: &str, columns: &str| {
        let table_text = format!(
            "CREATE TABLE {quote}{table}{quote} (id {ty} NOT NULL PRIMARY KEY, {key} {ty} NOT NULL, {columns}, \
             FOREIGN KEY ({key}) REFERENCES {quote}{above}{quote} (id))"
        );
        [table_text, format!("CREATE INDEX {table}_{key} ON {quote}{table}{quote} ({key})")]
    };
    let mut tables = vec![
        format!(
            "CREATE TABLE orders (id {uuid} NOT NULL PRIMARY KEY, version BIGINT NOT NULL, customer {text} NOT NULL, \
             status {text} NOT NULL, total BIGINT NOT NULL, placed_at {time} NOT NULL)"
        ),
        format!(
            "CREATE TABLE sites (id BIGINT NOT NULL PRIMARY KEY, version BIGINT NOT NULL, name {text} NOT NULL)"
        ),
    ];
    let line = format!("sku {text} NOT NULL, qty INTEGER NOT NULL, price BIGINT NOT NULL, note {text}");
    let allocation = format!("warehouse {text} NOT NULL, qty INTEGER NOT NULL");
    tables.extend(below("lines", "order_id", "orders", uuid, &line));
    tables.extend(below("allocations", "line_id", "lines", uuid, &allocation));
    tables.extend(below("notes", "order_id", "orders", uuid, &format!("body {text} NOT NULL")));
    for pair in SITE_TABLES.windows(2) {
        let key = format!("{}_id", pair[0].trim_end_matches('s'));
        tables.extend(below(pair[1], &key, pair[0], "BIGINT", &format!("name {text} NOT NULL")));
    }
    tables
}

/// What the triggers of `PostgreSQL` call.
const NOTE: &str = "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS \
    $$ BEGIN INSERT INTO written VALUES (TG_TABLE_NAME); RETURN NULL; END $$";

/// Triggers that note each row of a table that is written. A delete begins with an UPDATE of the root that changes
/// nothing, not even the version, to lock it where a query cannot: that writes nothing.
fn triggers(engine: Engine, table: &str, is_root: bool) -> Vec<String> {
    let quote = types(engine).quote;
    let moved = "OLD.version <> NEW.version";
    let trigger = |op: &str| {
        let condition = is_root && op == "UPDATE";
        let name = format!("CREATE TRIGGER {table}_{op} AFTER {op} ON {quote}{table}{quote} FOR EACH ROW");
        let note = format!("INSERT INTO written VALUES ('{table}')");
        match engine {
            Engine::Postgres if condition => format!("{name} WHEN ({moved}) EXECUTE FUNCTION note()"),
            Engine::Postgres => format!("{name} EXECUTE FUNCTION note()"),
            Engine::MariaDb if condition => format!("{name} IF {moved} THEN {note}; END IF"),
            Engine::MariaDb => format!("{name} {note}"),
            Engine::Sqlite if condition => format!("{name} WHEN {moved} BEGIN {note}; END"),
            Engine::Sqlite => format!("{name} BEGIN {note}; END"),
        }
    };
    ["INSERT", "UPDATE", "DELETE"].map(trigger).into()
}
