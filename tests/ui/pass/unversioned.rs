// What the version does not guard: columns of a root and of a row below it, and collections at any depth.

use aggregate_core::{Aggregate, Entity, Version};

#[derive(Entity, Clone)]
struct Mark {
    #[id(local)]
    who: String,
    #[column(unversioned, name = "colour")]
    color: String,
}

#[derive(Entity, Clone)]
struct Section {
    #[id(local)]
    no: i32,
    text: String,
    #[column(json, unversioned)]
    tags: Vec<String>,
    #[child(unversioned)]
    marks: Vec<Mark>,
}

#[derive(Entity, Clone)]
struct Summary {
    #[id]
    id: i64,
    text: String,
}

#[derive(Aggregate, Clone)]
struct Document {
    #[id]
    id: i64,
    #[version]
    version: Version,
    #[column(unversioned)]
    views: i64,
    #[child]
    sections: Vec<Section>,
    #[child(unversioned, table = "summaries")]
    summary: Option<Box<Summary>>,
}

fn main() {}
