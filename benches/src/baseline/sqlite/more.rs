//! What the two leave out: many orders at once, and many lines of one order edited at once.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, QueryBuilder, Result, Row, Sqlite, SqlitePool};
use uuid::Uuid;

use crate::model::*;

type O = (Uuid, i64, String, String, i64, chrono::DateTime<chrono::Utc>);
type L = (Uuid, Uuid, String, i32, i64, Option<String>);

/// The most values of a statement.
const MOST: usize = 32_766;

/// As `naive::load`, of many: a SELECT per table.
pub async fn naive_find_many(pool: &SqlitePool, ids: &[Uuid]) -> Result<Vec<Order>> {
    let mut c = pool.acquire().await?;
    let (mut orders, mut lines, mut allocs, mut notes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for ids in ids.chunks(MOST) {
        let mut q = listed(
            "SELECT id, version, customer, status, total, placed_at FROM orders WHERE id IN (",
            ids,
            ")",
        );
        orders.extend(q.build_query_as::<O>().fetch_all(&mut *c).await?);
        let mut q = listed(
            "SELECT id, order_id, sku, qty, price, note FROM lines WHERE order_id IN (",
            ids,
            ") ORDER BY id",
        );
        lines.extend(q.build_query_as::<L>().fetch_all(&mut *c).await?);
        let mut q = listed(
            "SELECT a.id, a.line_id, a.warehouse, a.qty FROM allocations a
             JOIN lines l ON l.id = a.line_id WHERE l.order_id IN (",
            ids,
            ") ORDER BY a.id",
        );
        allocs.extend(q.build_query_as::<(Uuid, Uuid, String, i32)>().fetch_all(&mut *c).await?);
        let mut q = listed("SELECT id, order_id, body FROM notes WHERE order_id IN (", ids, ") ORDER BY id");
        notes.extend(q.build_query_as::<(Uuid, Uuid, String)>().fetch_all(&mut *c).await?);
    }
    Ok(assemble(ids, orders, lines, allocs, notes))
}

/// A query with a list of ids in it.
fn listed(head: &str, ids: &[Uuid], tail: &str) -> QueryBuilder<Sqlite> {
    let mut q = QueryBuilder::new(head);
    let mut list = q.separated(", ");
    for id in ids {
        list.push_bind(*id);
    }
    q.push(tail);
    q
}

/// Puts orders together from the rows of their tables.
fn assemble(
    ids: &[Uuid],
    orders: Vec<O>,
    lines: Vec<L>,
    allocs: Vec<(Uuid, Uuid, String, i32)>,
    notes: Vec<(Uuid, Uuid, String)>,
) -> Vec<Order> {
    let mut of_line: HashMap<Uuid, Vec<Allocation>> = HashMap::new();
    for (id, line, warehouse, qty) in allocs {
        of_line.entry(line).or_default().push(Allocation { id, warehouse, qty });
    }
    let mut of_order: HashMap<Uuid, (Vec<Line>, Vec<Note>)> = HashMap::new();
    for (id, order, sku, qty, price, note) in lines {
        let allocations = of_line.remove(&id).unwrap_or_default();
        of_order.entry(order).or_default().0.push(Line { id, sku, qty, price, note, allocations });
    }
    for (id, order, body) in notes {
        of_order.entry(order).or_default().1.push(Note { id, body });
    }
    let mut by_id: HashMap<Uuid, Order> = orders
        .into_iter()
        .map(|(id, version, customer, status, total, placed_at)| {
            let (lines, notes) = of_order.remove(&id).unwrap_or_default();
            (id, Order { id, version, customer, status, total, placed_at, lines, notes })
        })
        .collect();
    ids.iter().filter_map(|id| by_id.remove(id)).collect()
}

/// As `expert::load_union`, of many.
pub async fn expert_find_many(pool: &SqlitePool, ids: &[Uuid]) -> Result<Vec<Order>> {
    let (mut orders, mut lines, mut allocs, mut notes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut tx = pool.begin().await?;
    for ids in ids.chunks(MOST) {
        let list: Vec<_> = (1..=ids.len()).map(|i| format!("?{i}")).collect();
        let list = list.join(",");
        let sql = format!(
            "SELECT id, version, customer, status, total, placed_at FROM orders WHERE id IN ({list});
             SELECT id, order_id, sku, qty, price, note, 0 FROM lines WHERE order_id IN ({list});
             SELECT a.id, a.line_id, a.warehouse, a.qty FROM lines l JOIN allocations a ON a.line_id = l.id WHERE l.order_id IN ({list});
             SELECT id, order_id, body FROM notes WHERE order_id IN ({list})"
        );
        let mut q = sqlx::query(AssertSqlSafe(sql));
        for id in ids {
            q = q.bind(*id);
        }
        for r in q.fetch_all(&mut *tx).await? {
            match r.len() {
                6 => orders.push((
                    r.try_get(0)?,
                    r.try_get(1)?,
                    r.try_get(2)?,
                    r.try_get(3)?,
                    r.try_get(4)?,
                    r.try_get(5)?,
                )),
                7 => lines.push((
                    r.try_get(0)?,
                    r.try_get(1)?,
                    r.try_get(2)?,
                    r.try_get(3)?,
                    r.try_get(4)?,
                    r.try_get(5)?,
                )),
                4 => allocs.push((r.try_get(0)?, r.try_get(1)?, r.try_get(2)?, r.try_get(3)?)),
                _ => notes.push((r.try_get(0)?, r.try_get(1)?, r.try_get(2)?)),
            }
        }
    }
    tx.commit().await?;
    Ok(assemble(ids, orders, lines, allocs, notes))
}

/// As `naive::save_line`, of many: an UPDATE per line.
pub async fn naive_save_lines(pool: &SqlitePool, o: &mut Order) -> Result<()> {
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    let r =
        sqlx::query("UPDATE orders SET version = version + 1, status = ?3 WHERE id = ?1 AND version = ?2")
            .bind(o.id)
            .bind(o.version)
            .bind(&o.status)
            .execute(&mut *tx)
            .await?;
    if r.rows_affected() != 1 {
        return Err(sqlx::Error::RowNotFound);
    }
    for l in &o.lines {
        sqlx::query("UPDATE lines SET sku = ?2, qty = ?3, price = ?4, note = ?5 WHERE id = ?1")
            .bind(l.id)
            .bind(&l.sku)
            .bind(l.qty)
            .bind(l.price)
            .bind(&l.note)
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    o.version += 1;
    Ok(())
}
