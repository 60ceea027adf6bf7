// Several statements per call, since a call costs a turn at the thread of the connection, and no round trip.
// `save` takes a change set (what a differ would produce).
use std::collections::HashMap;

use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, AssertSqlSafe, Encode, Result, Row, Sqlite, SqlitePool, Type};
use uuid::Uuid;

use crate::model::*;

/// A narrow SELECT per table; how many columns a row has says which table it is of.
const LOAD: &str = "SELECT id, version, customer, status, total, placed_at FROM orders WHERE id = ?1;
 SELECT id, sku, qty, price, note FROM lines WHERE order_id = ?1;
 SELECT a.id, a.line_id, a.warehouse, a.qty FROM lines l JOIN allocations a ON a.line_id = l.id WHERE l.order_id = ?1;
 SELECT id, body FROM notes WHERE order_id = ?1";

pub async fn load_union(pool: &SqlitePool, id: Uuid) -> Result<Order> {
    let mut tx = pool.begin().await?;
    let rows = sqlx::query(LOAD).bind(id).fetch_all(&mut *tx).await?;
    tx.commit().await?;
    let (mut o, mut lines, mut notes) = (None, Vec::new(), Vec::new());
    let mut at: HashMap<Uuid, usize> = HashMap::new();
    for r in rows {
        match r.len() {
            6 => {
                o = Some(Order {
                    id: r.try_get(0)?,
                    version: r.try_get(1)?,
                    customer: r.try_get(2)?,
                    status: r.try_get(3)?,
                    total: r.try_get(4)?,
                    placed_at: r.try_get(5)?,
                    lines: vec![],
                    notes: vec![],
                })
            }
            5 => {
                let id = r.try_get(0)?;
                at.insert(id, lines.len());
                lines.push(Line {
                    id,
                    sku: r.try_get(1)?,
                    qty: r.try_get(2)?,
                    price: r.try_get(3)?,
                    note: r.try_get(4)?,
                    allocations: vec![],
                });
            }
            4 => {
                let l: Uuid = r.try_get(1)?;
                lines[at[&l]].allocations.push(Allocation {
                    id: r.try_get(0)?,
                    warehouse: r.try_get(2)?,
                    qty: r.try_get(3)?,
                });
            }
            _ => notes.push(Note { id: r.try_get(0)?, body: r.try_get(1)? }),
        }
    }
    let mut o = o.ok_or(sqlx::Error::RowNotFound)?;
    o.lines = lines;
    o.notes = notes;
    Ok(o)
}

pub async fn save_allocation(pool: &SqlitePool, o: &mut Order, a: &Allocation) -> Result<()> {
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    let done = sqlx::query(
        "UPDATE orders SET version = version + 1 WHERE id = ?1 AND version = ?2;
         UPDATE allocations SET warehouse = ?4, qty = ?5 WHERE id = ?3",
    )
    .bind(o.id)
    .bind(o.version)
    .bind(a.id)
    .bind(&a.warehouse)
    .bind(a.qty)
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() != 2 {
        return Err(sqlx::Error::RowNotFound);
    }
    tx.commit().await?;
    o.version += 1;
    Ok(())
}

pub async fn save_line(pool: &SqlitePool, o: &mut Order, l: &Line) -> Result<()> {
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    let done = sqlx::query(
        "UPDATE orders SET version = version + 1 WHERE id = ?1 AND version = ?2;
         UPDATE lines SET sku = ?4, qty = ?5, price = ?6, note = ?7 WHERE id = ?3",
    )
    .bind(o.id)
    .bind(o.version)
    .bind(l.id)
    .bind(&l.sku)
    .bind(l.qty)
    .bind(l.price)
    .bind(&l.note)
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() != 2 {
        return Err(sqlx::Error::RowNotFound);
    }
    tx.commit().await?;
    o.version += 1;
    Ok(())
}

pub async fn save_mixed(
    pool: &SqlitePool,
    o: &mut Order,
    changed: &[Line],
    removed: &[Uuid],
    added: &[Line],
) -> Result<()> {
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    let done =
        sqlx::query("UPDATE orders SET version = version + 1, status = ?3 WHERE id = ?1 AND version = ?2")
            .bind(o.id)
            .bind(o.version)
            .bind(&o.status)
            .execute(&mut *tx)
            .await?;
    if done.rows_affected() != 1 {
        return Err(sqlx::Error::RowNotFound);
    }
    let al: Vec<_> = added.iter().flat_map(|l| l.allocations.iter().map(move |a| (l.id, a))).collect();
    let mut script = Script::default();
    // An upsert takes a sixth to two thirds of the time of UPDATE FROM.
    let upsert = " ON CONFLICT (id) DO UPDATE SET sku = excluded.sku, qty = excluded.qty, price = excluded.price, note = excluded.note";
    script.lines(o.id, changed, upsert);
    for delete in ["DELETE FROM allocations WHERE line_id IN (", "DELETE FROM lines WHERE id IN ("] {
        script.rows(delete, "?", ")", removed, |script, id| script.bind(id));
    }
    script.lines(o.id, added, "");
    script.allocations(&al);
    if !script.sql.is_empty() {
        sqlx::query_with(AssertSqlSafe(script.sql), script.arguments).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    o.version += 1;
    Ok(())
}

pub async fn create(pool: &SqlitePool, o: &Order) -> Result<()> {
    let al: Vec<_> = o.lines.iter().flat_map(|l| l.allocations.iter().map(move |a| (l.id, a))).collect();
    let mut script = Script::default();
    let head = "INSERT INTO orders (id, version, customer, status, total, placed_at) VALUES ";
    script.rows(head, "(?,?,?,?,?,?)", "", &[o], |script, o| {
        script.bind(o.id);
        script.bind(o.version);
        script.bind(&o.customer);
        script.bind(&o.status);
        script.bind(o.total);
        script.bind(o.placed_at);
    });
    script.lines(o.id, &o.lines, "");
    script.allocations(&al);
    script.rows("INSERT INTO notes (id, order_id, body) VALUES ", "(?,?,?)", "", &o.notes, |script, n| {
        script.bind(n.id);
        script.bind(o.id);
        script.bind(&n.body);
    });
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query_with(AssertSqlSafe(script.sql), script.arguments).execute(&mut *tx).await?;
    tx.commit().await
}

/// The most values of a statement.
const MOST: usize = 32_766;

/// Statements that are sent in one call.
#[derive(Default)]
struct Script {
    sql: String,
    arguments: SqliteArguments,
}

impl Script {
    fn bind<'q, T: Encode<'q, Sqlite> + Type<Sqlite>>(&mut self, value: T) {
        self.arguments.add(value).expect("the values of an order are encoded");
    }

    fn rows<T>(&mut self, head: &str, tuple: &str, tail: &str, rows: &[T], bind: impl Fn(&mut Self, &T)) {
        for rows in rows.chunks(MOST / tuple.matches('?').count()) {
            self.sql.push_str(head);
            for (i, row) in rows.iter().enumerate() {
                self.sql.push_str(if i == 0 { "" } else { "," });
                self.sql.push_str(tuple);
                bind(self, row);
            }
            self.sql.push_str(tail);
            self.sql.push_str("; ");
        }
    }

    fn lines(&mut self, order: Uuid, lines: &[Line], tail: &str) {
        let head = "INSERT INTO lines (id, order_id, sku, qty, price, note) VALUES ";
        self.rows(head, "(?,?,?,?,?,?)", tail, lines, |script, l| {
            script.bind(l.id);
            script.bind(order);
            script.bind(&l.sku);
            script.bind(l.qty);
            script.bind(l.price);
            script.bind(&l.note);
        });
    }

    fn allocations(&mut self, allocations: &[(Uuid, &Allocation)]) {
        let head = "INSERT INTO allocations (id, line_id, warehouse, qty) VALUES ";
        self.rows(head, "(?,?,?,?)", "", allocations, |script, (line, a)| {
            script.bind(a.id);
            script.bind(line);
            script.bind(&a.warehouse);
            script.bind(a.qty);
        });
    }
}
