//! Types that are not the database's own, which the driver asks for on each connection.

use std::time::Duration;

use aggregate_core::{Aggregate, Entity, PgRepository, Tracked, UnitOfWork, Version};
use aggregate_tests::{Lab, figure, run};
use sqlx::{Executor, PgConnection, Postgres, Row};

use super::pooled;
use crate::behaviour::cancelled::polls::Polls;

#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "mood", rename_all = "lowercase")]
enum Mood {
    Calm,
    Cross,
}

#[derive(Aggregate, Clone, Debug, PartialEq)]
struct Diary {
    #[id]
    id: i64,
    #[version]
    version: Version,
    mood: Mood,
    #[child]
    days: Vec<Day>,
}

#[derive(Entity, Clone, Debug, PartialEq)]
struct Day {
    #[id(local)]
    no: i32,
    moods: Vec<Mood>,
    worst: Option<Mood>,
}

const TABLES: &str = r#"
    CREATE TYPE mood AS ENUM ('calm', 'cross');
    CREATE TYPE "Unused ""type" AS ENUM ('other');
    CREATE TABLE diary (id BIGINT PRIMARY KEY, version BIGINT NOT NULL, mood mood NOT NULL, u "Unused ""type");
    CREATE TABLE day (diary_id BIGINT NOT NULL, no INTEGER NOT NULL, moods mood[] NOT NULL, worst mood)"#;

fn diary(id: i64) -> Diary {
    let day = |no| Day { no, moods: vec![Mood::Calm, Mood::Cross], worst: (no > 1).then_some(Mood::Cross) };
    Diary { id, version: Version::UNSAVED, mood: Mood::Calm, days: vec![day(1), day(2)] }
}

#[test]
fn types_of_ones_own_are_saved_and_loaded_on_any_connection() {
    run::<Postgres>(async |lab| {
        lab.sql(TABLES).await;
        let pool = pooled(lab).await;
        let diaries = PgRepository::<Diary>::new(pool.clone()).unnamed_statements();
        assert!(diaries.find(&1).await.unwrap().is_none());
        diaries.save(&mut Tracked::new(diary(1))).await.unwrap();
        // Each of these connections is new, so that its driver knows no type.
        let mut lent = Vec::new();
        for _ in 0..8 {
            let unit = UnitOfWork::options().unnamed_statements().begin(&pool).await.unwrap();
            assert_eq!(unit.get::<Diary>(&1).await.unwrap().days, diary(1).days);
            unit.rollback().await.unwrap();
            let loaded = diaries.get(&1).await.unwrap();
            assert_eq!((&loaded.mood, &loaded.days), (&Mood::Calm, &diary(1).days));
            lent.push(pool.acquire().await.unwrap());
        }
        drop(lent);
        let mut loaded = diaries.get(&1).await.unwrap();
        loaded.days[0].worst = Some(Mood::Calm);
        loaded.mood = Mood::Cross;
        diaries.save(&mut loaded).await.unwrap();
        assert_eq!(*diaries.get(&1).await.unwrap(), *loaded);
        pool.close().await;
    });
}

/// Whether a connection stands in a transaction, as the server sees it.
async fn is_in_transaction(lab: &Lab<Postgres>, conn: &mut PgConnection) -> bool {
    let pid: i32 = conn.fetch_one("SELECT pg_backend_pid()").await.unwrap().get(0);
    let idle = format!("pg_stat_activity WHERE pid = {pid} AND state LIKE 'idle in transaction%'");
    // What it answered last, it may not have noted yet.
    for _ in 0..20 {
        if lab.count(&idle).await == 0 {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    true
}

/// It asks more than other looks do.
#[test]
fn a_dropped_look_at_types_of_ones_own_leaves_no_transaction_open() {
    run::<Postgres>(async |lab| {
        lab.sql(TABLES).await;
        PgRepository::<Diary>::new(lab.pool().clone()).save(&mut Tracked::new(diary(1))).await.unwrap();
        let mut points = 0;
        let ways = [(false, false), (true, false), (false, true)];
        for ((unnamed, on), polls) in
            ways.into_iter().flat_map(|way| [(way, Polls::Steps), (way, Polls::Answered)])
        {
            for times in 1.. {
                let pool = lab.small_pool(1, Duration::from_secs(2));
                let diaries = PgRepository::<Diary>::new(pool.clone());
                let diaries = if unnamed { diaries.unnamed_statements() } else { diaries };
                let mut conn = pool.acquire().await.unwrap();
                let found = if on {
                    polls.drop_after(times, diaries.find_on(&mut conn, &1)).await
                } else {
                    drop(conn);
                    let found = polls.drop_after(times, diaries.find(&1)).await;
                    conn = pool.acquire().await.unwrap();
                    found
                };
                assert!(!is_in_transaction(lab, &mut conn).await, "unnamed: {unnamed}, {times} polls");
                drop(conn);
                pool.close().await;
                points += 1;
                if found.is_some() {
                    break;
                }
            }
        }
        figure(format!("cancelled, a look at types of one's own: {points} polls tried, 0 wrong"));
        assert!(points > 20, "only {points} polls");
    });
}

/// Nor those of columns that nobody reads.
#[test]
fn a_type_that_is_gone_is_not_asked_for() {
    run::<Postgres>(async |lab| {
        lab.sql(TABLES).await;
        let pool = lab.small_pool(1, Duration::from_secs(2));
        let diaries = PgRepository::<Diary>::new(pool.clone()).unnamed_statements();
        diaries.save(&mut Tracked::new(diary(1))).await.unwrap();
        assert!(diaries.find(&1).await.unwrap().is_some());
        lab.sql(r#"ALTER TABLE diary DROP COLUMN u; DROP TYPE "Unused ""type""#).await;
        // The next connection knows no type yet.
        pool.acquire().await.unwrap().close_on_drop();
        assert!(diaries.find(&1).await.unwrap().is_some());
        pool.close().await;
    });
}
