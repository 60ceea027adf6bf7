//! What the two leave out: many orders at once, and many lines of one order edited at once.

use std::collections::HashMap;

use sqlx::{MySql, MySqlPool, QueryBuilder, Result, Row};
use uuid::Uuid;

use crate::model::*;

type O = (Uuid, i64, String, String, i64, chrono::DateTime<chrono::Utc>);
type L = (Uuid, Uuid, String, i32, i64, Option<String>);

/// The most values of a statement.
const MOST: usize = 65_535;

/// As `naive::load`, of many: a SELECT per table.
pub async fn naive_find_many(pool: &MySqlPool, ids: &[Uuid]) -> Result<Vec<Order>> {
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
            "SELECT id, order_id, sku, qty, price, note FROM `lines` WHERE order_id IN (",
            ids,
            ") ORDER BY id",
        );
        lines.extend(q.build_query_as::<L>().fetch_all(&mut *c).await?);
        let mut q = listed(
            "SELECT a.id, a.line_id, a.warehouse, a.qty FROM allocations a
             JOIN `lines` l ON l.id = a.line_id WHERE l.order_id IN (",
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
fn listed(head: &str, ids: &[Uuid], tail: &str) -> QueryBuilder<MySql> {
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
pub async fn expert_find_many(pool: &MySqlPool, ids: &[Uuid]) -> Result<Vec<Order>> {
    let arms = [
        "SELECT 0 k, id, NULL p, customer t1, status t2, version n1, total n2, placed_at ts FROM orders WHERE id IN (",
        ") UNION ALL SELECT 1, id, order_id, sku, note, qty, price, NULL FROM `lines` WHERE order_id IN (",
        ") UNION ALL SELECT 2, a.id, a.line_id, a.warehouse, NULL, a.qty, NULL, NULL FROM allocations a JOIN `lines` l ON l.id = a.line_id WHERE l.order_id IN (",
        ") UNION ALL SELECT 3, id, order_id, body, NULL, NULL, NULL, NULL FROM notes WHERE order_id IN (",
    ];
    let mut rows = Vec::new();
    for ids in ids.chunks(MOST / arms.len()) {
        let mut q = QueryBuilder::<MySql>::new("");
        for arm in arms {
            q.push(arm);
            let mut list = q.separated(",");
            for id in ids {
                list.push_bind(*id);
            }
        }
        q.push(")");
        rows.extend(q.build().fetch_all(pool).await?);
    }
    let (mut orders, mut lines, mut allocs, mut notes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for r in rows {
        match r.try_get::<i32, _>(0)? {
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
pub async fn naive_save_lines(pool: &MySqlPool, o: &mut Order) -> Result<()> {
    let mut tx = pool.begin().await?;
    let r = sqlx::query("UPDATE orders SET version = version + 1, status = ? WHERE id = ? AND version = ?")
        .bind(&o.status)
        .bind(o.id)
        .bind(o.version)
        .execute(&mut *tx)
        .await?;
    if r.rows_affected() != 1 {
        return Err(sqlx::Error::RowNotFound);
    }
    for l in &o.lines {
        sqlx::query("UPDATE `lines` SET sku = ?, qty = ?, price = ?, note = ? WHERE id = ?")
            .bind(&l.sku)
            .bind(l.qty)
            .bind(l.price)
            .bind(&l.note)
            .bind(l.id)
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    o.version += 1;
    Ok(())
}
