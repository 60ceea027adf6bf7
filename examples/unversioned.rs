//! Columns and collections that the version does not guard: readers never come between authors.
//!
//! `cargo run --example unversioned`

use aggregate_core::{Aggregate, Entity, Error, SqliteRepository, Tracked, Version};
use sqlx::SqlitePool;

/// An article, whose views and comments say nothing about its text.
#[derive(Aggregate, Clone, Debug)]
#[aggregate(table = "articles")]
struct Article {
    #[id]
    id: i64,
    #[version]
    version: Version,
    title: String,
    #[column(unversioned)]
    views: i64,
    #[child]
    paragraphs: Vec<Paragraph>,
    #[child(unversioned)]
    comments: Vec<Comment>,
}

#[derive(Entity, Clone, Debug)]
#[entity(table = "paragraphs")]
struct Paragraph {
    #[id(local)]
    no: i32,
    text: String,
}

#[derive(Entity, Clone, Debug)]
#[entity(table = "comments")]
struct Comment {
    #[id]
    id: i64,
    text: String,
}

const TABLES: &str = "
    CREATE TABLE articles (id BIGINT NOT NULL PRIMARY KEY, version BIGINT NOT NULL, title TEXT NOT NULL, views BIGINT NOT NULL);
    CREATE TABLE paragraphs (
        article_id BIGINT NOT NULL REFERENCES articles (id),
        no INTEGER NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (article_id, no)
    );
    CREATE TABLE comments (
        id BIGINT NOT NULL PRIMARY KEY,
        article_id BIGINT NOT NULL REFERENCES articles (id),
        text TEXT NOT NULL
    );";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let pool = SqlitePool::connect("sqlite::memory:").await?;
    sqlx::raw_sql(TABLES).execute(&pool).await?;
    let articles = SqliteRepository::<Article>::new(pool);
    let paragraphs = vec![Paragraph { no: 1, text: "Knead the dough.".into() }];
    let article = Article {
        id: 7,
        version: Version::UNSAVED,
        title: "Bread".into(),
        views: 0,
        paragraphs,
        comments: Vec::new(),
    };
    articles.save(&mut Tracked::new(article)).await?;

    // An author and a reader load version 0.
    let mut author = articles.get(&7).await?;
    let mut reader = articles.get(&7).await?;

    // The reader is first: the version stays where it is.
    reader.views += 1;
    reader.comments.push(Comment { id: 1, text: "How long?".into() });
    let report = articles.save(&mut reader).await?;
    println!("reader: version {}, {} rows written", report.new_version, report.rows_written());

    // So the author, who knows nothing of it, is not refused, and does not write what the reader wrote.
    author.paragraphs[0].text = "Knead the dough for ten minutes.".into();
    println!("author: version {}", articles.save(&mut author).await?.new_version);

    // Nor is the reader, whose copy is old by now, as long as the text is left alone.
    reader.comments.push(Comment { id: 2, text: "Thank you!".into() });
    println!("reader: version {}", articles.save(&mut reader).await?.new_version);
    reader.title = "Loaf".into();
    match articles.save(&mut reader).await {
        Err(Error::Conflict(conflict)) => println!("reader: {conflict}"),
        other => return Err(format!("expected a conflict, not {other:?}").into()),
    }

    let article = articles.get(&7).await?;
    println!("{} at version {}: {}", article.title, article.version, article.paragraphs[0].text);
    println!("{} view, {} comments", article.views, article.comments.len());
    Ok(())
}
