use crate::model::*;
use sqlx::{MySql, MySqlPool, QueryBuilder, Result, Transaction};
use std::collections::HashMap;
use uuid::Uuid;

pub async fn load(pool: &MySqlPool, id: Uuid) -> Result<Order> {
    type O = (Uuid, i64, String, String, i64, chrono::DateTime<chrono::Utc>);
    type L = (Uuid, String, i32, i64, Option<String>);
    let mut c = pool.acquire().await?;
    let (id, version, customer, status, total, placed_at): O =
        sqlx::query_as("SELECT id, version, customer, status, total, placed_at FROM orders WHERE id = ?")
            .bind(id)
            .fetch_one(&mut *c)
            .await?;
    let lines: Vec<L> =
        sqlx::query_as("SELECT id, sku, qty, price, note FROM `lines` WHERE order_id = ? ORDER BY id")
            .bind(id)
            .fetch_all(&mut *c)
            .await?;
    let allocs: Vec<(Uuid, Uuid, String, i32)> = sqlx::query_as(
        "SELECT a.id, a.line_id, a.warehouse, a.qty FROM allocations a
         JOIN `lines` l ON l.id = a.line_id WHERE l.order_id = ? ORDER BY a.id",
    )
    .bind(id)
    .fetch_all(&mut *c)
    .await?;
    let notes: Vec<(Uuid, String)> =
        sqlx::query_as("SELECT id, body FROM notes WHERE order_id = ? ORDER BY id")
            .bind(id)
            .fetch_all(&mut *c)
            .await?;
    let mut by_line: HashMap<Uuid, Vec<Allocation>> = HashMap::new();
    for (id, line, warehouse, qty) in allocs {
        by_line.entry(line).or_default().push(Allocation { id, warehouse, qty });
    }
    let lines = lines
        .into_iter()
        .map(|(id, sku, qty, price, note)| Line {
            id,
            sku,
            qty,
            price,
            note,
            allocations: by_line.remove(&id).unwrap_or_default(),
        })
        .collect();
    let notes = notes.into_iter().map(|(id, body)| Note { id, body }).collect();
    Ok(Order { id, version, customer, status, total, placed_at, lines, notes })
}

async fn begin_checked<'a>(pool: &'a MySqlPool, o: &Order) -> Result<Transaction<'a, MySql>> {
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
    Ok(tx)
}

pub async fn save_allocation(pool: &MySqlPool, o: &mut Order, a: &Allocation) -> Result<()> {
    let mut tx = begin_checked(pool, o).await?;
    sqlx::query("UPDATE allocations SET warehouse = ?, qty = ? WHERE id = ?")
        .bind(&a.warehouse)
        .bind(a.qty)
        .bind(a.id)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    o.version += 1;
    Ok(())
}

async fn update_line(tx: &mut Transaction<'_, MySql>, l: &Line) -> Result<()> {
    sqlx::query("UPDATE `lines` SET sku = ?, qty = ?, price = ?, note = ? WHERE id = ?")
        .bind(&l.sku)
        .bind(l.qty)
        .bind(l.price)
        .bind(&l.note)
        .bind(l.id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub async fn save_line(pool: &MySqlPool, o: &mut Order, l: &Line) -> Result<()> {
    let mut tx = begin_checked(pool, o).await?;
    update_line(&mut tx, l).await?;
    tx.commit().await?;
    o.version += 1;
    Ok(())
}

/// Rows of six values that fit the 65_535 values of a statement.
const ROWS: usize = 65_535 / 6;

async fn insert_lines(tx: &mut Transaction<'_, MySql>, order: Uuid, lines: &[Line]) -> Result<()> {
    for lines in lines.chunks(ROWS) {
        let mut q = QueryBuilder::new("INSERT INTO `lines` (id, order_id, sku, qty, price, note) ");
        q.push_values(lines, |mut b, l| {
            b.push_bind(l.id)
                .push_bind(order)
                .push_bind(&l.sku)
                .push_bind(l.qty)
                .push_bind(l.price)
                .push_bind(&l.note);
        });
        q.build().execute(&mut **tx).await?;
    }
    let allocs: Vec<_> = lines.iter().flat_map(|l| l.allocations.iter().map(move |a| (l.id, a))).collect();
    for allocs in allocs.chunks(ROWS) {
        let mut q = QueryBuilder::new("INSERT INTO allocations (id, line_id, warehouse, qty) ");
        q.push_values(allocs, |mut b, (l, a)| {
            b.push_bind(a.id).push_bind(*l).push_bind(&a.warehouse).push_bind(a.qty);
        });
        q.build().execute(&mut **tx).await?;
    }
    Ok(())
}

pub async fn save_mixed(
    pool: &MySqlPool,
    o: &mut Order,
    changed: &Line,
    removed: Uuid,
    added: &[Line],
) -> Result<()> {
    let mut tx = begin_checked(pool, o).await?;
    update_line(&mut tx, changed).await?;
    sqlx::query("DELETE FROM allocations WHERE line_id = ?").bind(removed).execute(&mut *tx).await?;
    sqlx::query("DELETE FROM `lines` WHERE id = ?").bind(removed).execute(&mut *tx).await?;
    insert_lines(&mut tx, o.id, added).await?;
    tx.commit().await?;
    o.version += 1;
    Ok(())
}

pub async fn create(pool: &MySqlPool, o: &Order) -> Result<()> {
    let mut tx = pool.begin().await?;
    sqlx::query(
        "INSERT INTO orders (id, version, customer, status, total, placed_at) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(o.id)
    .bind(o.version)
    .bind(&o.customer)
    .bind(&o.status)
    .bind(o.total)
    .bind(o.placed_at)
    .execute(&mut *tx)
    .await?;
    insert_lines(&mut tx, o.id, &o.lines).await?;
    for notes in o.notes.chunks(ROWS) {
        let mut q = QueryBuilder::new("INSERT INTO notes (id, order_id, body) ");
        q.push_values(notes, |mut b, n| {
            b.push_bind(n.id).push_bind(o.id).push_bind(&n.body);
        });
        q.build().execute(&mut *tx).await?;
    }
    tx.commit().await
}
