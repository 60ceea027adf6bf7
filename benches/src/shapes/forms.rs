//! How `PostgreSQL` likes the values of many rows: each by itself in a list, or as an array for each column.

use std::fmt::Write;
use std::time::Instant;

use sqlx::postgres::{PgArguments, PgPool};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Postgres, Row};
use uuid::Uuid;

use crate::Failure;
use crate::hand::{By, Hand};
use crate::model::Order;
use crate::orders::order;

const ROWS: [usize; 5] = [1, 8, 64, 512, 4096];

/// How the rows are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A statement for each, in a transaction.
    Apart,
    List,
    Arrays,
}

const FORMS: [Form; 3] = [Form::Apart, Form::List, Form::Arrays];

/// What is done to the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Update,
    Insert,
}

/// The times of one number of rows.
pub(super) struct Measured {
    write: Kind,
    rows: usize,
    /// Microseconds by form, round by round.
    rounds: Vec<[f64; 3]>,
    /// For a list and for arrays: how often the server ran a plan that it had kept, and one made for the values.
    plans: [(i64, i64); 2],
}

/// Times all forms, a round of all at a time.
pub(super) async fn measure(pool: &PgPool) -> Result<Vec<Measured>, Failure> {
    Postgres::fill(pool).await?;
    let stored = order(1, ROWS[ROWS.len() - 1], 0, 0);
    Postgres::create(By::Naive, pool, &stored).await?;
    let mut measured = Vec::new();
    for write in [Kind::Update, Kind::Insert] {
        for rows in ROWS {
            measured.push(one(pool, &stored, write, rows).await?);
        }
    }
    Ok(measured)
}

async fn one(pool: &PgPool, stored: &Order, write: Kind, rows: usize) -> Result<Measured, Failure> {
    const WARM_UP: usize = 8;
    let count = if rows > 100 { 10 } else { 60 };
    let texts = [text(write, rows, Form::List), text(write, rows, Form::Arrays)];
    let mut rounds = Vec::new();
    for round in 0..WARM_UP + count {
        let mut times = [0.0; 3];
        for turn in 0..3 {
            let at = (round + turn) % 3;
            let seed = u64::try_from(round * 3 + at)? + 1_000_000 * u64::try_from(rows)?;
            let fresh = order(seed, rows, 0, 0);
            let lines = if write == Kind::Update { &stored.lines[..rows] } else { &fresh.lines };
            let start = Instant::now();
            match FORMS[at] {
                Form::Apart => {
                    let mut transaction = pool.begin().await?;
                    sqlx::query("UPDATE orders SET version = version + 1 WHERE id = $1")
                        .bind(stored.id)
                        .execute(&mut *transaction)
                        .await?;
                    let sql = text(write, 1, Form::Apart);
                    for line in lines {
                        let query = sqlx::query(AssertSqlSafe(sql.clone())).bind(stored.id).bind(line.id);
                        let query = query.bind(line.qty + i32::try_from(round)?);
                        rest(query, write, &line.sku, line.price).execute(&mut *transaction).await?;
                    }
                    transaction.commit().await?;
                }
                Form::List => {
                    let mut query = sqlx::query(AssertSqlSafe(texts[0].clone())).bind(stored.id);
                    for line in lines {
                        query = query.bind(stored.id).bind(line.id).bind(line.qty + i32::try_from(round)?);
                        query = rest(query, write, &line.sku, line.price);
                    }
                    if write == Kind::Insert && rows > 1 {
                        query = query.bind(i64::try_from(rows)?);
                    }
                    query.fetch_all(pool).await?;
                }
                Form::Arrays => {
                    let round = i32::try_from(round)?;
                    let mut query = sqlx::query(AssertSqlSafe(texts[1].clone()))
                        .bind(stored.id)
                        .bind(lines.iter().map(|_| stored.id).collect::<Vec<Uuid>>())
                        .bind(lines.iter().map(|line| line.id).collect::<Vec<Uuid>>())
                        .bind(lines.iter().map(|line| line.qty + round).collect::<Vec<i32>>());
                    if write == Kind::Insert {
                        query = query
                            .bind(lines.iter().map(|line| line.sku.clone()).collect::<Vec<_>>())
                            .bind(lines.iter().map(|line| line.price).collect::<Vec<_>>());
                    }
                    query.fetch_all(pool).await?;
                }
            }
            times[at] = start.elapsed().as_secs_f64() * 1e6;
        }
        if round >= WARM_UP {
            rounds.push(times);
        }
    }
    let mut plans = [(0, 0); 2];
    for (plans, text) in plans.iter_mut().zip(&texts) {
        let kept = sqlx::query(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement = $1",
        );
        if let Some(row) = kept.bind(text).fetch_optional(pool).await? {
            *plans = (row.get(0), row.get(1));
        }
    }
    Ok(Measured { write, rows, rounds, plans })
}

/// Binds what is only inserted.
fn rest<'q>(
    query: Query<'q, Postgres, PgArguments>,
    write: Kind,
    sku: &'q str,
    price: i64,
) -> Query<'q, Postgres, PgArguments> {
    if write == Kind::Insert { query.bind(sku).bind(price) } else { query }
}

/// The statement, as the library writes it but for the check of the counts.
fn text(write: Kind, rows: usize, form: Form) -> String {
    let width = if write == Kind::Insert { 5 } else { 3 };
    let tuple = |row: usize| {
        let first = 2 + row * width;
        let values: Vec<_> = (first..first + width).map(|number| format!("${number}")).collect();
        format!("({})", values.join(", "))
    };
    let list = (0..rows).map(tuple).collect::<Vec<_>>().join(", ");
    match (write, form) {
        (Kind::Update, Form::Apart) => {
            return "UPDATE lines SET qty = $3 WHERE order_id = $1 AND id = $2".to_owned();
        }
        (Kind::Insert, Form::Apart) => {
            return "INSERT INTO lines (order_id, id, qty, sku, price) VALUES ($1, $2, $3, $4, $5)"
                .to_owned();
        }
        _ => {}
    }
    let source = match (form, rows) {
        (Form::Arrays, _) if write == Kind::Insert => {
            "unnest($2::uuid[], $3::uuid[], $4::int4[], $5::text[], $6::int8[]) AS v(column1, column2, column3, column4, column5)".to_owned()
        }
        (Form::Arrays, _) => {
            "unnest($2::uuid[], $3::uuid[], $4::int4[]) AS v(column1, column2, column3)".to_owned()
        }
        (_, 1) => format!("(VALUES {list}) AS v"),
        _ if write == Kind::Insert => {
            format!("(SELECT * FROM (VALUES {list}) AS w LIMIT ${}) AS v", 2 + rows * width)
        }
        _ => format!("(VALUES {list}) AS v"),
    };
    let arm = match write {
        Kind::Insert => {
            format!(
                "INSERT INTO lines (order_id, id, qty, sku, price) SELECT v.* FROM root, {source} RETURNING 1"
            )
        }
        Kind::Update => format!(
            "UPDATE lines AS t SET qty = v.column3 FROM root, {source} \
             WHERE t.order_id = v.column1 AND t.id = v.column2 RETURNING 1"
        ),
    };
    format!(
        "WITH root AS (UPDATE orders AS t SET version = t.version + 1 WHERE t.id = $1 RETURNING 1), \
         a0 AS ({arm}) SELECT (SELECT count(*) FROM a0) FROM root"
    )
}

impl Measured {
    fn name(&self) -> &'static str {
        if self.write == Kind::Insert { "insert" } else { "update" }
    }

    fn median(&self, form: usize) -> f64 {
        let mut times: Vec<_> = self.rounds.iter().map(|round| round[form]).collect();
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    }
}

pub(super) fn csv(measured: &[Measured]) -> Result<String, Failure> {
    let mut csv = String::from("write,rows,round,apart_us,list_us,arrays_us\n");
    for one in measured {
        for (round, [apart, list, arrays]) in one.rounds.iter().enumerate() {
            writeln!(csv, "{},{},{round},{apart:.1},{list:.1},{arrays:.1}", one.name(), one.rows)?;
        }
    }
    Ok(csv)
}

pub(super) fn markdown(measured: &[Measured]) -> Result<String, Failure> {
    let mut text = String::from("### The values of many rows, PostgreSQL\n\n");
    writeln!(
        text,
        "| microseconds, median | rows | a statement each | a list | arrays | plans of the list, kept + made anew | plans of arrays |"
    )?;
    writeln!(text, "|---|--:|--:|--:|--:|--:|--:|")?;
    for one in measured {
        let [list, arrays] = one.plans.map(|(kept, anew)| format!("{kept} + {anew}"));
        let [apart, listed, as_arrays] = [0, 1, 2].map(|form| format!("{:.0}", one.median(form)));
        let (name, rows) = (one.name(), one.rows);
        writeln!(text, "| {name} | {rows} | {apart} | {listed} | {as_arrays} | {list} | {arrays} |")?;
    }
    text.push('\n');
    Ok(text)
}
