//! What the two leave out: many orders at once, and many lines of one order edited at once.

use std::collections::HashMap;

use sqlx::{PgPool, Result, Row};
use uuid::Uuid;

use crate::model::*;

/// As `naive::load`, of many: a SELECT per table.
pub async fn naive_find_many(pool: &PgPool, ids: &[Uuid]) -> Result<Vec<Order>> {
    type O = (Uuid, i64, String, String, i64, chrono::DateTime<chrono::Utc>);
    type L = (Uuid, Uuid, String, i32, i64, Option<String>);
    let mut c = pool.acquire().await?;
    let orders: Vec<O> = sqlx::query_as(
        "SELECT id, version, customer, status, total, placed_at FROM orders WHERE id = ANY($1)",
    )
    .bind(ids)
    .fetch_all(&mut *c)
    .await?;
    let lines: Vec<L> = sqlx::query_as(
        "SELECT id, order_id, sku, qty, price, note FROM lines WHERE order_id = ANY($1) ORDER BY id",
    )
    .bind(ids)
    .fetch_all(&mut *c)
    .await?;
    let allocs: Vec<(Uuid, Uuid, String, i32)> = sqlx::query_as(
        "SELECT a.id, a.line_id, a.warehouse, a.qty FROM allocations a
         JOIN lines l ON l.id = a.line_id WHERE l.order_id = ANY($1) ORDER BY a.id",
    )
    .bind(ids)
    .fetch_all(&mut *c)
    .await?;
    let notes: Vec<(Uuid, Uuid, String)> =
        sqlx::query_as("SELECT id, order_id, body FROM notes WHERE order_id = ANY($1) ORDER BY id")
            .bind(ids)
            .fetch_all(&mut *c)
            .await?;
    Ok(assemble(ids, orders, lines, allocs, notes))
}

/// Puts orders together from the rows of their tables.
fn assemble(
    ids: &[Uuid],
    orders: Vec<(Uuid, i64, String, String, i64, chrono::DateTime<chrono::Utc>)>,
    lines: Vec<(Uuid, Uuid, String, i32, i64, Option<String>)>,
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
pub async fn expert_find_many(pool: &PgPool, ids: &[Uuid]) -> Result<Vec<Order>> {
    let rows = sqlx::query(
        "SELECT 0::int2 k, id, NULL::uuid p, customer t1, status t2, version n1, total n2, placed_at ts FROM orders WHERE id = ANY($1)
 UNION ALL SELECT 1::int2, id, order_id, sku, note, qty, price, NULL FROM lines WHERE order_id = ANY($1)
 UNION ALL SELECT 2::int2, a.id, a.line_id, a.warehouse, NULL, a.qty, NULL, NULL FROM allocations a JOIN lines l ON l.id = a.line_id WHERE l.order_id = ANY($1)
 UNION ALL SELECT 3::int2, id, order_id, body, NULL, NULL, NULL, NULL FROM notes WHERE order_id = ANY($1)",
    )
    .bind(ids)
    .fetch_all(pool)
    .await?;
    let (mut orders, mut lines, mut allocs, mut notes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for r in rows {
        match r.try_get::<i16, _>(0)? {
            0 => orders.push((
                r.try_get(1)?,
                r.try_get(5)?,
                r.try_get(3)?,
                r.try_get(4)?,
                r.try_get(6)?,
                r.try_get(7)?,
            )),
            1 => lines.push((
                r.try_get(1)?,
                r.try_get(2)?,
                r.try_get(3)?,
                r.try_get::<i64, _>(5)? as i32,
                r.try_get(6)?,
                r.try_get(4)?,
            )),
            2 => allocs.push((r.try_get(1)?, r.try_get(2)?, r.try_get(3)?, r.try_get::<i64, _>(5)? as i32)),
            _ => notes.push((r.try_get(1)?, r.try_get(2)?, r.try_get(3)?)),
        }
    }
    Ok(assemble(ids, orders, lines, allocs, notes))
}

/// As `naive::save_line`, of many: an UPDATE per line.
pub async fn naive_save_lines(pool: &PgPool, o: &mut Order) -> Result<()> {
    let mut tx = pool.begin().await?;
    let r =
        sqlx::query("UPDATE orders SET version = version + 1, status = $3 WHERE id = $1 AND version = $2")
            .bind(o.id)
            .bind(o.version)
            .bind(&o.status)
            .execute(&mut *tx)
            .await?;
    if r.rows_affected() != 1 {
        return Err(sqlx::Error::RowNotFound);
    }
    for l in &o.lines {
        sqlx::query("UPDATE lines SET sku = $2, qty = $3, price = $4, note = $5 WHERE id = $1")
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
