// A mistake is reported once, however often the type is used.

use aggregate_core::{Aggregate, Entity, Error, SqliteRepository, Tracked, Version};

use aggregate_core::sqlx::{Pool, Sqlite};

#[derive(Entity, Clone)]
struct Line {
    #[id]
    no: i32,
    #[id(locl)]
    part: i32,
}

#[derive(Aggregate, Clone)]
struct Invoice {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[child]
    lines: Vec<Line>,
}

async fn use_it(pool: Pool<Sqlite>) -> Result<(), Error> {
    let invoices = SqliteRepository::<Invoice>::new(pool);
    let mut invoice: Tracked<Invoice> = invoices.get(&1).await?;
    invoice.lines.clear();
    invoices.save(&mut invoice).await?;
    Ok(())
}

fn main() {}
