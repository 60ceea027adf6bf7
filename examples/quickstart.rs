//! Create a table, save an aggregate, load it, change it, save it again.
//!
//! `cargo run --example quickstart`

use aggregate_core::{Aggregate, Entity, SqliteRepository, Tracked, Version};
use sqlx::SqlitePool;

/// A recipe: the root. Its version guards every row below it.
#[derive(Aggregate, Clone, Debug)]
#[aggregate(table = "recipes")]
struct Recipe {
    #[id]
    id: i64,
    #[version]
    version: Version,
    title: String,
    #[child]
    steps: Vec<Step>,
}

/// A step is numbered within its recipe.
#[derive(Entity, Clone, Debug)]
#[entity(table = "recipe_steps")]
struct Step {
    #[id(local)]
    no: i32,
    text: String,
    minutes: Option<i32>,
}

const TABLES: &str = "
    CREATE TABLE recipes (id BIGINT NOT NULL PRIMARY KEY, version BIGINT NOT NULL, title TEXT NOT NULL);
    CREATE TABLE recipe_steps (
        recipe_id BIGINT NOT NULL REFERENCES recipes (id),
        no INTEGER NOT NULL,
        text TEXT NOT NULL,
        minutes INTEGER,
        PRIMARY KEY (recipe_id, no)
    );";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let pool = SqlitePool::connect("sqlite::memory:").await?;
    sqlx::raw_sql(TABLES).execute(&pool).await?;
    let recipes = SqliteRepository::<Recipe>::new(pool);

    let step = |no, text: &str, minutes| Step { no, text: text.into(), minutes };
    let mut bread = Tracked::new(Recipe {
        id: 1,
        version: Version::UNSAVED,
        title: "Bread".into(),
        steps: vec![step(1, "knead", Some(10)), step(2, "wait", None)],
    });
    let report = recipes.save(&mut bread).await?;
    println!("saved version {}: {} rows", report.new_version, report.rows_written());

    let mut bread = recipes.get(&1).await?;
    bread.steps[1].minutes = Some(90);
    bread.steps.push(step(3, "bake", Some(45)));
    let report = recipes.save(&mut bread).await?;
    let steps = report.table("recipe_steps");
    println!("saved version {}: {} updated, {} inserted", report.new_version, steps.updated, steps.inserted);

    let report = recipes.save(&mut bread).await?;
    println!("nothing changed: {} statements", report.statements);

    let bread = recipes.get(&1).await?;
    println!("{} at version {}:", bread.title, bread.version);
    for Step { no, text, minutes } in &bread.steps {
        println!("  {no}. {text}{}", minutes.map(|m| format!(", {m} min")).unwrap_or_default());
    }
    Ok(())
}
