//! Types that are not the database's own, which the driver asks for on each connection.

use aggregate_core::{Aggregate, Entity, PgRepository, Tracked, UnitOfWork, Version};
use aggregate_tests::run;
use sqlx::Postgres;

use super::pooled;

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
