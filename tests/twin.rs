//! The repository's behaviour on the twin in memory, which needs no feature of a database.

#[macro_use]
#[path = "suite/repository/list.rs"]
mod list;

#[path = "suite/repository/mod.rs"]
mod repositories;

#[path = "suite/repository/in_memory.rs"]
mod source;

repositories!(run);
