//! The tests of the example: the domain alone, the service on the in-memory twin, and the hole of the book's counter. None
//! needs a server; all but those of the hole need no database either.

#[path = "../by_hand.rs"]
mod by_hand;
#[path = "../by_library.rs"]
mod by_library;
#[path = "../database.rs"]
mod database;
#[path = "../model.rs"]
mod model;
#[path = "../races.rs"]
mod races;
#[path = "../service.rs"]
mod service;

mod batches;
mod conformance;
mod hole;
mod products;
mod services;
