// The compiler finds longer ways round.

use aggregate_core::Entity;

#[derive(Entity, Clone)]
struct Chapter {
    #[id]
    no: i32,
    #[child]
    pages: Vec<Page>,
}

#[derive(Entity, Clone)]
struct Page {
    #[id]
    no: i32,
    #[child]
    chapters: Vec<Chapter>,
}

fn main() {}
