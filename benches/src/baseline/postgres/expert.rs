// One statement per operation. `save` takes a change set (what a differ would produce).
use crate::model::*;
use chrono::{DateTime, Utc};
use sqlx::{PgPool, Result, Row};
use std::collections::HashMap;
use uuid::Uuid;

/// 1 row: per-table column arrays through LATERAL.
const LOAD_ARR: &str = "SELECT o.id, o.version, o.customer, o.status, o.total, o.placed_at,
  l.id, l.sku, l.qty, l.price, l.note, a.id, a.line_id, a.warehouse, a.qty, n.id, n.body
 FROM orders o,
 LATERAL (SELECT array_agg(id) id, array_agg(sku) sku, array_agg(qty) qty, array_agg(price) price, array_agg(note) note
          FROM (SELECT * FROM lines WHERE order_id = o.id ORDER BY id) x) l,
 LATERAL (SELECT array_agg(id) id, array_agg(line_id) line_id, array_agg(warehouse) warehouse, array_agg(qty) qty
          FROM (SELECT al.* FROM allocations al JOIN lines li ON li.id = al.line_id WHERE li.order_id = o.id ORDER BY al.id) x) a,
 LATERAL (SELECT array_agg(id) id, array_agg(body) body FROM (SELECT * FROM notes WHERE order_id = o.id ORDER BY id) x) n
 WHERE o.id = $1";

/// UNION ALL, tagged rows.
const LOAD_UNION: &str = "SELECT 0::int2 k, id, NULL::uuid p, customer t1, status t2, version n1, total n2, placed_at ts FROM orders WHERE id = $1
 UNION ALL SELECT 1::int2, id, NULL, sku, note, qty, price, NULL FROM lines WHERE order_id = $1
 UNION ALL SELECT 2::int2, a.id, a.line_id, a.warehouse, NULL, a.qty, NULL, NULL FROM allocations a JOIN lines l ON l.id = a.line_id WHERE l.order_id = $1
 UNION ALL SELECT 3::int2, id, NULL, body, NULL, NULL, NULL, NULL FROM notes WHERE order_id = $1";

pub async fn load_union(pool: &PgPool, id: Uuid) -> Result<Order> {
    let rows = sqlx::query(LOAD_UNION).bind(id).fetch_all(pool).await?;
    let (mut o, mut lines, mut notes) = (None, Vec::new(), Vec::new());
    let mut at: HashMap<Uuid, usize> = HashMap::new();
    for r in rows {
        match r.try_get::<i16, _>(0)? {
            0 => {
                o = Some(Order {
                    id: r.try_get(1)?,
                    customer: r.try_get(3)?,
                    status: r.try_get(4)?,
                    version: r.try_get(5)?,
                    total: r.try_get(6)?,
                    placed_at: r.try_get(7)?,
                    lines: vec![],
                    notes: vec![],
                })
            }
            1 => {
                let id = r.try_get(1)?;
                at.insert(id, lines.len());
                lines.push(Line {
                    id,
                    sku: r.try_get(3)?,
                    note: r.try_get(4)?,
                    qty: r.try_get::<i64, _>(5)? as i32,
                    price: r.try_get(6)?,
                    allocations: vec![],
                });
            }
            2 => {
                let l: Uuid = r.try_get(2)?;
                lines[at[&l]].allocations.push(Allocation {
                    id: r.try_get(1)?,
                    warehouse: r.try_get(3)?,
                    qty: r.try_get::<i64, _>(5)? as i32,
                });
            }
            _ => notes.push(Note { id: r.try_get(1)?, body: r.try_get(3)? }),
        }
    }
    let mut o = o.ok_or(sqlx::Error::RowNotFound)?;
    o.lines = lines;
    o.notes = notes;
    Ok(o)
}

pub async fn load_arr(pool: &PgPool, id: Uuid) -> Result<Order> {
    let r = sqlx::query(LOAD_ARR).bind(id).fetch_one(pool).await?;
    fn col<'r, T>(r: &'r sqlx::postgres::PgRow, i: usize) -> Result<Vec<T>>
    where
        Option<Vec<T>>: sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        Ok(r.try_get::<Option<Vec<T>>, _>(i)?.unwrap_or_default())
    }
    let ids: Vec<Uuid> = col(&r, 6)?;
    let mut at: HashMap<Uuid, usize> = HashMap::with_capacity(ids.len());
    let mut lines = Vec::with_capacity(ids.len());
    let it = ids
        .into_iter()
        .zip(col::<String>(&r, 7)?)
        .zip(col::<i32>(&r, 8)?)
        .zip(col::<i64>(&r, 9)?)
        .zip(col::<Option<String>>(&r, 10)?);
    for ((((id, sku), qty), price), note) in it {
        at.insert(id, lines.len());
        lines.push(Line { id, sku, qty, price, note, allocations: vec![] });
    }
    for (((id, l), warehouse), qty) in col::<Uuid>(&r, 11)?
        .into_iter()
        .zip(col::<Uuid>(&r, 12)?)
        .zip(col::<String>(&r, 13)?)
        .zip(col::<i32>(&r, 14)?)
    {
        lines[at[&l]].allocations.push(Allocation { id, warehouse, qty });
    }
    let notes = col::<Uuid>(&r, 15)?
        .into_iter()
        .zip(col::<String>(&r, 16)?)
        .map(|(id, body)| Note { id, body })
        .collect();
    Ok(Order {
        id: r.try_get(0)?,
        version: r.try_get(1)?,
        customer: r.try_get(2)?,
        status: r.try_get(3)?,
        total: r.try_get(4)?,
        placed_at: r.try_get::<DateTime<Utc>, _>(5)?,
        lines,
        notes,
    })
}

pub async fn save_allocation(pool: &PgPool, o: &mut Order, a: &Allocation) -> Result<()> {
    let n: i64 = sqlx::query_scalar(
        "WITH o AS (UPDATE orders SET version = version + 1 WHERE id = $1 AND version = $2 RETURNING 1),
      a AS (UPDATE allocations SET warehouse = $4, qty = $5 WHERE id = $3 AND EXISTS (SELECT 1 FROM o))
      SELECT count(*) FROM o",
    )
    .bind(o.id)
    .bind(o.version)
    .bind(a.id)
    .bind(&a.warehouse)
    .bind(a.qty)
    .fetch_one(pool)
    .await?;
    if n != 1 {
        return Err(sqlx::Error::RowNotFound);
    }
    o.version += 1;
    Ok(())
}

pub async fn save_line(pool: &PgPool, o: &mut Order, l: &Line) -> Result<()> {
    let n: i64 = sqlx::query_scalar("WITH o AS (UPDATE orders SET version = version + 1 WHERE id = $1 AND version = $2 RETURNING 1),
      l AS (UPDATE lines SET sku = $4, qty = $5, price = $6, note = $7 WHERE id = $3 AND EXISTS (SELECT 1 FROM o))
      SELECT count(*) FROM o")
        .bind(o.id).bind(o.version).bind(l.id).bind(&l.sku).bind(l.qty).bind(l.price).bind(&l.note).fetch_one(pool).await?;
    if n != 1 {
        return Err(sqlx::Error::RowNotFound);
    }
    o.version += 1;
    Ok(())
}

pub async fn save_mixed(
    pool: &PgPool,
    o: &mut Order,
    changed: &[Line],
    removed: &[Uuid],
    added: &[Line],
) -> Result<()> {
    let al = || added.iter().flat_map(|l| l.allocations.iter().map(move |a| (l.id, a)));
    let n: i64 = sqlx::query_scalar("WITH o AS (UPDATE orders SET version = version + 1, status = $3 WHERE id = $1 AND version = $2 RETURNING id),
      ul AS (UPDATE lines l SET sku = u.sku, qty = u.qty, price = u.price, note = u.note
             FROM unnest($4::uuid[], $5::text[], $6::int[], $7::bigint[], $8::text[]) u(id, sku, qty, price, note)
             WHERE l.id = u.id AND EXISTS (SELECT 1 FROM o)),
      da AS (DELETE FROM allocations WHERE line_id = ANY($9) AND EXISTS (SELECT 1 FROM o)),
      dl AS (DELETE FROM lines WHERE id = ANY($9) AND EXISTS (SELECT 1 FROM o)),
      il AS (INSERT INTO lines (id, order_id, sku, qty, price, note)
             SELECT u.id, o.id, u.sku, u.qty, u.price, u.note FROM o,
               unnest($10::uuid[], $11::text[], $12::int[], $13::bigint[], $14::text[]) u(id, sku, qty, price, note)),
      ia AS (INSERT INTO allocations (id, line_id, warehouse, qty)
             SELECT u.* FROM o, unnest($15::uuid[], $16::uuid[], $17::text[], $18::int[]) u(id, line_id, warehouse, qty))
      SELECT count(*) FROM o")
        .bind(o.id).bind(o.version).bind(&o.status)
        .bind(changed.iter().map(|l| l.id).collect::<Vec<_>>())
        .bind(changed.iter().map(|l| l.sku.as_str()).collect::<Vec<_>>())
        .bind(changed.iter().map(|l| l.qty).collect::<Vec<_>>())
        .bind(changed.iter().map(|l| l.price).collect::<Vec<_>>())
        .bind(changed.iter().map(|l| l.note.as_deref()).collect::<Vec<_>>())
        .bind(removed)
        .bind(added.iter().map(|l| l.id).collect::<Vec<_>>())
        .bind(added.iter().map(|l| l.sku.as_str()).collect::<Vec<_>>())
        .bind(added.iter().map(|l| l.qty).collect::<Vec<_>>())
        .bind(added.iter().map(|l| l.price).collect::<Vec<_>>())
        .bind(added.iter().map(|l| l.note.as_deref()).collect::<Vec<_>>())
        .bind(al().map(|(_, a)| a.id).collect::<Vec<_>>())
        .bind(al().map(|(l, _)| l).collect::<Vec<_>>())
        .bind(al().map(|(_, a)| a.warehouse.as_str()).collect::<Vec<_>>())
        .bind(al().map(|(_, a)| a.qty).collect::<Vec<_>>())
        .fetch_one(pool).await?;
    if n != 1 {
        return Err(sqlx::Error::RowNotFound);
    }
    o.version += 1;
    Ok(())
}

pub async fn create(pool: &PgPool, o: &Order) -> Result<()> {
    let al = || o.lines.iter().flat_map(|l| l.allocations.iter().map(move |a| (l.id, a)));
    sqlx::query("WITH o AS (INSERT INTO orders (id, version, customer, status, total, placed_at) VALUES ($1, $2, $3, $4, $5, $6)),
      il AS (INSERT INTO lines (id, order_id, sku, qty, price, note)
             SELECT u.id, $1, u.sku, u.qty, u.price, u.note
             FROM unnest($7::uuid[], $8::text[], $9::int[], $10::bigint[], $11::text[]) u(id, sku, qty, price, note)),
      ia AS (INSERT INTO allocations (id, line_id, warehouse, qty) SELECT * FROM unnest($12::uuid[], $13::uuid[], $14::text[], $15::int[]))
      INSERT INTO notes (id, order_id, body) SELECT u.id, $1, u.body FROM unnest($16::uuid[], $17::text[]) u(id, body)")
        .bind(o.id).bind(o.version).bind(&o.customer).bind(&o.status).bind(o.total).bind(o.placed_at)
        .bind(o.lines.iter().map(|l| l.id).collect::<Vec<_>>())
        .bind(o.lines.iter().map(|l| l.sku.as_str()).collect::<Vec<_>>())
        .bind(o.lines.iter().map(|l| l.qty).collect::<Vec<_>>())
        .bind(o.lines.iter().map(|l| l.price).collect::<Vec<_>>())
        .bind(o.lines.iter().map(|l| l.note.as_deref()).collect::<Vec<_>>())
        .bind(al().map(|(_, a)| a.id).collect::<Vec<_>>())
        .bind(al().map(|(l, _)| l).collect::<Vec<_>>())
        .bind(al().map(|(_, a)| a.warehouse.as_str()).collect::<Vec<_>>())
        .bind(al().map(|(_, a)| a.qty).collect::<Vec<_>>())
        .bind(o.notes.iter().map(|n| n.id).collect::<Vec<_>>())
        .bind(o.notes.iter().map(|n| n.body.as_str()).collect::<Vec<_>>())
        .execute(pool).await?;
    Ok(())
}
