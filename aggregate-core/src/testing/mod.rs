//! A conformance suite for your own aggregates, on your own tables: what this library promises, tested there.
//!
//! [`conformance!`] makes the tests, given a repository and two sample values; each of them calls a function of this module, which
//! can be called by any other harness too. It needs the feature `testing`, among the `[dev-dependencies]`:
//!
//! ```toml
//! [dev-dependencies]
//! aggregate-core = { version = "0.1", features = ["testing"] }   # or "proptest", for samples that are generated
//! ```
//!
//! It finds what a compiler cannot: a column of the wrong type or without its place in a constraint, a foreign key that is in
//! the way of a delete, a trigger that swallows writes or writes more, a collection whose `#[child]` is [missing](Samples::same), a decorator of
//! yours that does more or less than it should.
//!
//! ```
//! use aggregate_core::testing::{self, Samples};
//! use aggregate_core::sqlx::{self, sqlite::SqlitePoolOptions};
//! use aggregate_core::{Aggregate, Entity, SqliteRepository, Version};
//!
//! #[derive(Aggregate, Clone, Debug)]
//! #[aggregate(table = "invoices")]
//! struct Invoice { #[id] id: i64, #[version] version: Version, customer: String, #[child] lines: Vec<Line> }
//!
//! #[derive(Entity, Clone, Debug)]
//! #[entity(table = "invoice_lines")]
//! struct Line { #[id(local)] no: i32, price: i64 }
//!
//! fn invoice(customer: &str, lines: &[(i32, i64)]) -> Invoice {
//!     let lines = lines.iter().map(|&(no, price)| Line { no, price }).collect();
//!     Invoice { id: 1, version: Version::UNSAVED, customer: customer.into(), lines }
//! }
//!
//! async fn invoices() -> SqliteRepository<Invoice> {
//!     let pool = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await.unwrap();
//!     sqlx::raw_sql("CREATE TABLE invoices (id BIGINT NOT NULL PRIMARY KEY, version BIGINT NOT NULL, customer TEXT NOT NULL);
//!         CREATE TABLE invoice_lines (invoice_id BIGINT NOT NULL REFERENCES invoices (id), no INTEGER NOT NULL,
//!             price BIGINT NOT NULL, PRIMARY KEY (invoice_id, no));").execute(&pool).await.unwrap();
//!     SqliteRepository::new(pool)
//! }
//!
//! // What the macro writes for each behaviour. The samples differ in a column of the root, and in lines: of the first both
//! // have another price, the second and the third is in one of them only.
//! let samples = Samples::new(invoice("Ann", &[(1, 10), (2, 20)]), invoice("Bob", &[(1, 15), (3, 30)]));
//! testing::run(invoices(), samples, 1, async |invoices, samples| testing::every_child_is_dirty(&*invoices, samples).await);
//!
//! // Samples that would let a field be forgotten are refused.
//! let samples = Samples::new(invoice("Ann", &[(1, 10)]), invoice("Bob", &[(1, 10)]));
//! testing::run(invoices(), samples, 1, async |invoices, samples| {
//!     let failure = testing::every_child_is_dirty(&*invoices, samples).await.unwrap_err();
//!     assert_eq!(failure.rule, testing::Rule::Samples);
//!     assert!(failure.look_at.contains("`lines` is not exercised"));
//!     Ok(())
//! });
//! ```
//!
//! # Behaviours
//!
//! | behaviour | what holds |
//! |---|---|
//! | [`round_trip`] | A new aggregate is stored whole, at version 0. An edit of everything is stored whole. An id that is taken is refused. A delete takes all of it and nothing of a neighbour. |
//! | [`every_child_is_dirty`] | Of the root and of each child field at any depth, edited columns, added rows and removed rows are changes of the aggregate, each by itself: saved, counted by one version, reported for its table only. What is `unversioned` is saved without a new version. |
//! | [`no_op`] | What was not changed sends nothing, also if it was borrowed, replaced by an equal value, reordered, or changed back. |
//! | [`stale_save`] | The second copy of a version is refused by a conflict that names both versions, its delete too; nothing of it is stored, memory is as it was. |
//! | [`race`] | Of eight tasks that save one version at once one succeeds. |
//! | [`torn_load`] | A load during saves is one of the states that were saved, whole, and the one of its version. |
//! | [`rollback`] | A refused save, for two rows of one key or for a stale copy among several, leaves everything as it was, in the database and in memory. |
//!
//! They compare by the library's own notion of a change: what is `read_only` or not stored does not count, a time counts by microseconds,
//! the order of a collection not at all. [`Samples::same`] compares by yours too.
//!
//! Each function first removes what an earlier one has left of its samples, so that one repository may serve several, one after
//! the other. What else is stored there is neither needed nor touched.

mod conformance;
mod every_child;
mod failure;
#[cfg(feature = "proptest")]
mod generated;
mod no_op;
mod part;
mod race;
mod rollback;
mod round_trip;
mod run;
mod samples;
mod stage;
mod stale_save;
mod state;
mod take;
mod torn_load;

#[doc(inline)]
pub use crate::__conformance as conformance;
pub use every_child::every_child_is_dirty;
pub use failure::{Failure, Rule};
#[cfg(feature = "proptest")]
pub use generated::Generated;
pub use no_op::no_op;
pub use race::race;
pub use rollback::rollback;
pub use round_trip::round_trip;
pub use run::{Source, run};
pub use samples::Samples;
pub use stale_save::stale_save;
pub use torn_load::torn_load;
