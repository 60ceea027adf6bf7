//! What the sender hears of errors that are not the sender's.

use std::sync::Arc;

use aggregate_core::async_trait;
use aggregate_core::{
    Aggregate, Error, MemoryRepository, Repository, RepositoryExt, RowRepository, SaveReport, Tracked,
};
use axum::body::Body;
use axum::http::Request;
use axum::http::header::{CONTENT_TYPE, IF_MATCH};
use serde_json::json;

use crate::desk::{ADDRESS, Answer};
use crate::invoice::Invoice;
use crate::service::router;

/// A repository that fails, in a load or in a save.
struct Failing<A: Aggregate> {
    inner: MemoryRepository<A>,
    load: Option<fn() -> Error>,
    save: Option<fn() -> Error>,
}

#[async_trait]
impl<A: Aggregate> Repository<A> for Failing<A> {
    async fn find_many(&self, ids: &[A::Id]) -> Result<Vec<Option<Tracked<A>>>, Error> {
        match self.load {
            Some(fail) => Err(fail()),
            None => self.inner.find_many(ids).await,
        }
    }

    async fn save(&self, aggregate: &mut Tracked<A>) -> Result<SaveReport, Error> {
        match self.save {
            Some(fail) => Err(fail()),
            None => self.inner.save(aggregate).await,
        }
    }

    async fn save_all(&self, aggregates: &mut [Tracked<A>]) -> Result<Vec<SaveReport>, Error> {
        self.inner.save_all(aggregates).await
    }

    async fn delete(&self, aggregate: &mut Tracked<A>) -> Result<SaveReport, Error> {
        self.inner.delete(aggregate).await
    }
}

#[async_trait]
impl<A: Aggregate> RowRepository<A> for Failing<A> {
    async fn touch(&self, aggregate: &mut Tracked<A>) -> Result<SaveReport, Error> {
        self.inner.touch(aggregate).await
    }
}

/// The answer to an edit in order.
async fn answer(load: Option<fn() -> Error>, save: Option<fn() -> Error>) -> Answer {
    let inner = MemoryRepository::new();
    let stored = inner.add(Invoice::sample("acme", 7)).await.expect("it is new");
    let mut mine = (*stored).clone();
    mine.note = "changed".into();
    let body = json!({ "base": *stored, "mine": mine }).to_string();
    let request = Request::put(ADDRESS).header(IF_MATCH, "\"0\"").header(CONTENT_TYPE, "application/json");
    let request = request.body(Body::from(body)).expect("a request");
    Answer::of(&router(Arc::new(Failing { inner, load, save })), request).await
}

/// Both ways to fail with it.
async fn answers(fail: fn() -> Error) -> [Answer; 2] {
    [answer(Some(fail), None).await, answer(None, Some(fail)).await]
}

#[tokio::test]
async fn a_repository_in_memory_serves_as_well() {
    answer(None, None).await.saved(1);
}

#[tokio::test]
async fn a_busy_database_is_worth_another_try() {
    for answer in answers(|| Error::Contended { transaction_lost: false, source: None }).await {
        assert!(answer.refused(503, "contended").contains("try again"));
    }
}

#[tokio::test]
async fn a_save_whose_end_is_unknown_says_so() {
    let unknown = || {
        let source = sqlx::Error::Protocol("secret".into());
        Error::CommitUnknown { aggregate: "edited_invoices", id: "7".into(), source }
    };
    let message = answer(None, Some(unknown)).await.refused(500, "commit_unknown");
    assert!(message.contains("reload it") && !message.contains("secret"), "{message}");
}

#[tokio::test]
async fn a_stored_invoice_that_breaks_the_rule_is_not_the_senders_fault() {
    fn broken(stored: bool) -> Error {
        Error::Invariant { entity: "edited_invoices", id: "7".into(), stored, source: "secret".into() }
    }
    let message = answer(Some(|| broken(true)), None).await.refused(500, "invariant");
    assert!(!message.contains("secret"), "{message}");
    answer(None, Some(|| broken(false))).await.refused(422, "invariant");
}

#[tokio::test]
async fn what_the_database_says_stays_in_the_log() {
    let broken =
        || Error::Database { transaction_lost: false, source: sqlx::Error::Protocol("secret".into()) };
    for answer in answers(broken).await {
        assert_eq!(answer.refused(500, "database"), "the server failed; its log says why");
    }
}
