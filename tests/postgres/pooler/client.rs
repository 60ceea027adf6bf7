//! What one client does, and how it knows that what it reads is right.

use std::collections::HashSet;
use std::error::Error;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use aggregate_core::{PgRepository, Tracked, UnitOfWork, UnitOptions};
use aggregate_tests::model::bare::Customer;
use aggregate_tests::model::basket::Basket;
use aggregate_tests::model::document::Document;
use aggregate_tests::model::invoice::Invoice;
use sqlx::{PgPool, Postgres, Row};

use super::piece::Piece;
use super::{CLIENTS, version};

/// What came of the work.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) transactions: u64,
    /// Whose rows were not those that the client expected.
    pub(super) wrong: u64,
    pub(super) errors: u64,
    /// The server connections that each client met.
    pub(super) servers: Vec<HashSet<i32>>,
    /// The first of what went wrong.
    pub(super) shown: Vec<String>,
}

impl Counts {
    pub(super) fn add(&mut self, other: &Self) {
        self.transactions += other.transactions;
        self.wrong += other.wrong;
        self.errors += other.errors;
        self.servers.extend(other.servers.iter().cloned());
        self.shown.extend(other.shown.iter().cloned());
    }
}

/// A client's aggregate of one type.
struct Own<A: Piece> {
    client: i64,
    copy: Tracked<A>,
    /// Of the last save.
    number: i64,
    /// How often its version was bumped since it was created last.
    bumps: i64,
    /// Where it is loaded and saved.
    pooled: PgRepository<A>,
    /// Past the pooler.
    direct: PgRepository<A>,
}

/// What panics, as drivers do that read an answer to another question, is an error.
struct Caught<'t>(Pin<Box<dyn Future<Output = Answer> + Send + 't>>);

impl Future for Caught<'_> {
    type Output = Answer;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Answer> {
        catch_unwind(AssertUnwindSafe(|| self.0.as_mut().poll(cx)))
            .unwrap_or_else(|_| Poll::Ready(Err("a panic".into())))
    }
}

/// Whether the rows were right.
type Answer = Result<bool, Box<dyn Error + Send + Sync>>;

impl<A: Piece> Own<A> {
    async fn new(client: i64, direct: PgPool, pool: PgPool, unnamed: bool) -> Self {
        let pooled = PgRepository::new(pool);
        let pooled = if unnamed { pooled.unnamed_statements() } else { pooled };
        let direct = PgRepository::new(direct);
        let mut copy = Tracked::new(A::new(client));
        copy.set(client, 0);
        direct.save(&mut copy).await.expect("the first save");
        Self { client, copy, number: 0, bumps: 0, pooled, direct }
    }

    fn is_right(&self, found: &Tracked<A>) -> bool {
        **found == *self.copy && found.version() == version(self.bumps)
    }

    /// Changes what is in memory.
    fn change(&mut self) {
        self.copy.set(self.client, self.number + 1);
    }

    /// Notes that the change is stored.
    fn saved(&mut self) {
        // The version among the fields follows at the next mutable access.
        let _: &mut A = &mut self.copy;
        self.number += 1;
        self.bumps += 1;
    }

    async fn load(&self) -> Answer {
        Ok(self.is_right(&self.pooled.get(&A::id_of(self.client)).await?))
    }

    /// Its own and that of somebody else, who may save it meanwhile.
    async fn load_with(&self, other: i64) -> Answer {
        let found = self.pooled.find_many(&[A::id_of(self.client), A::id_of(other)]).await?;
        let [Some(own), others] = &found[..] else { return Ok(false) };
        // While it is deleted and created anew it is not there.
        Ok(self.is_right(own) && others.as_ref().is_none_or(|others| others.is_whole(other)))
    }

    async fn save(&mut self) -> Answer {
        self.change();
        let report = self.pooled.save(&mut self.copy).await?;
        self.saved();
        Ok(report.new_version == version(self.bumps))
    }

    async fn delete(&mut self) -> Answer {
        self.pooled.delete(&mut self.copy).await?;
        Ok(self.pooled.find(&A::id_of(self.client)).await?.is_none())
    }

    async fn create(&mut self) -> Answer {
        self.change();
        self.pooled.save(&mut self.copy).await?;
        self.number += 1;
        self.bumps = 0;
        self.load().await
    }

    /// Begins anew with what is stored, after an error.
    async fn begin_anew(&mut self) {
        match self.direct.find(&A::id_of(self.client)).await.expect("past the pooler all is well") {
            Some(stored) => self.copy = stored,
            None => {
                self.copy = Tracked::new(A::new(self.client));
                self.copy.set(self.client, self.number);
                self.direct.save(&mut self.copy).await.expect("past the pooler all is well");
            }
        }
        self.bumps = self.copy.version().get();
    }

    async fn stored_is_what_was_saved(&self) {
        let stored = self.direct.get(&A::id_of(self.client)).await.expect("it is stored");
        assert!(self.is_right(&stored), "{stored:?}, not {:?} at version {}", self.copy, self.bumps);
    }
}

/// A client, with an aggregate of each type.
pub(super) struct Client {
    pool: PgPool,
    options: UnitOptions<Postgres>,
    id: i64,
    customer: Own<Customer>,
    basket: Own<Basket>,
    invoice: Own<Invoice>,
    document: Own<Document>,
    pub(super) counts: Counts,
}

impl Client {
    pub(super) async fn new(id: i64, direct: PgPool, pool: &PgPool, unnamed: bool) -> Self {
        let options = UnitOfWork::options();
        Self {
            pool: pool.clone(),
            options: if unnamed { options.unnamed_statements() } else { options },
            id,
            customer: Own::new(id, direct.clone(), pool.clone(), unnamed).await,
            basket: Own::new(id, direct.clone(), pool.clone(), unnamed).await,
            invoice: Own::new(id, direct.clone(), pool.clone(), unnamed).await,
            document: Own::new(id, direct, pool.clone(), unnamed).await,
            counts: Counts { servers: vec![HashSet::new()], ..Counts::default() },
        }
    }

    /// Does at least so many transactions, none before it knows what the one before it gave.
    pub(super) async fn work(&mut self, transactions: u64) {
        let mut turn = self.id.unsigned_abs();
        while self.counts.transactions < transactions {
            turn += 1;
            // What waits for an answer that went elsewhere is an error too.
            let done =
                tokio::time::timeout(Duration::from_secs(10), Caught(Box::pin(self.turn(turn % 12)))).await;
            self.counts.transactions += if matches!(turn % 12, 6) { 2 } else { 1 };
            let shown = match done {
                Ok(Ok(true)) => continue,
                Ok(Ok(false)) => {
                    self.counts.wrong += 1;
                    format!("turn {}: wrong rows", turn % 12)
                }
                Ok(Err(error)) => {
                    self.counts.errors += 1;
                    format!("turn {}: {error:?}", turn % 12)
                }
                Err(_) => {
                    self.counts.errors += 1;
                    format!("turn {}: no answer", turn % 12)
                }
            };
            if self.counts.shown.len() < 3 {
                self.counts.shown.push(shown);
            }
            self.customer.begin_anew().await;
            self.basket.begin_anew().await;
            self.invoice.begin_anew().await;
            self.document.begin_anew().await;
        }
    }

    async fn turn(&mut self, turn: u64) -> Answer {
        let next = self.id % CLIENTS + 1;
        match turn {
            0 => self.customer.save().await,
            1 => self.invoice.load().await,
            2 => self.basket.load_with(next).await,
            3 => self.invoice.save().await,
            4 => self.two_in_a_unit().await,
            5 => self.document.load_with(next).await,
            6 => Ok(self.document.delete().await? && self.document.create().await?),
            7 => self.invoice.load_with(next).await,
            8 => self.repository_in_a_unit().await,
            9 => self.customer.load_with(next).await,
            10 => self.document.save().await,
            _ => self.which_server().await,
        }
    }

    /// Two aggregates, loaded and saved in one transaction.
    async fn two_in_a_unit(&mut self) -> Answer {
        let unit = self.options.begin(&self.pool).await?;
        let mut customer = unit.get::<Customer>(&self.id).await?;
        let mut basket = unit.get_locked::<Basket>(&self.id).await?;
        let right = self.customer.is_right(&customer) && self.basket.is_right(&basket);
        customer.set(self.id, self.customer.number + 1);
        basket.set(self.id, self.basket.number + 1);
        unit.save(&mut basket)?;
        unit.save(&mut customer)?;
        unit.commit().await?;
        (self.customer.copy, self.basket.copy) = (customer, basket);
        self.customer.saved();
        self.basket.saved();
        Ok(right)
    }

    /// A transaction of the client's own, gone on with as a unit.
    async fn repository_in_a_unit(&mut self) -> Answer {
        let transaction = self.pool.begin().await?;
        let unit = self.options.adopt(transaction).await?;
        let documents = unit.repository::<Document>();
        let mut document = documents.get(&self.id).await?;
        let right = self.document.is_right(&document);
        document.set(self.id, self.document.number + 1);
        documents.save(&mut document).await?;
        unit.check(&self.invoice.copy)?;
        unit.commit().await?;
        self.document.copy = document;
        self.document.saved();
        Ok(right)
    }

    async fn which_server(&mut self) -> Answer {
        let answer = sqlx::raw_sql("SELECT pg_backend_pid()").fetch_one(&self.pool).await;
        self.counts.servers[0].insert(answer?.try_get(0)?);
        Ok(true)
    }

    /// Past the pooler every aggregate is at the version of the saves that succeeded.
    pub(super) async fn stored_is_what_was_saved(&self) {
        self.customer.stored_is_what_was_saved().await;
        self.basket.stored_is_what_was_saved().await;
        self.invoice.stored_is_what_was_saved().await;
        self.document.stored_is_what_was_saved().await;
    }
}
