//! The service on a database of its own, called without a socket.

use std::sync::Arc;

use aggregate_core::SqliteRepository;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_TYPE, HeaderMap, IF_MATCH};
use axum::http::{Method, Request};
use serde_json::{Value, json};
use sqlx::SqlitePool;
use tower::ServiceExt;

use crate::invoice::Invoice;
use crate::service::{Invoices, router};
use crate::tables;

/// The address of the invoice that the tests edit.
pub(crate) const ADDRESS: &str = "/acme/invoices/7";

/// The service, and what is behind it. Three invoices are stored: 7 and 8 of `acme`, 9 of `globex`.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) invoices: Invoices,
    pub(crate) service: Router,
    pool: SqlitePool,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

/// All that is stored.
#[derive(Debug, PartialEq)]
pub(crate) struct Everything {
    invoices: Vec<Option<Invoice>>,
    rows: (i64, i64),
}

impl Desk {
    pub(crate) async fn open() -> Self {
        let pool = tables::in_memory().await.expect("memory is there");
        tables::create(&pool).await.expect("the tables are new");
        let invoices: Invoices = Arc::new(SqliteRepository::<Invoice>::new(pool.clone()));
        for (tenant, number) in [("acme", 7), ("acme", 8), ("globex", 9)] {
            tables::reset(&*invoices, Invoice::sample(tenant, number)).await.expect("it is new");
        }
        let service = router(Arc::clone(&invoices));
        Self { invoices, service, pool }
    }

    /// The invoice that the tests edit.
    pub(crate) async fn stored(&self) -> Invoice {
        self.invoices.get(&("acme".into(), 7)).await.expect("it is stored").into_inner()
    }

    pub(crate) async fn everything(&self) -> Everything {
        let ids = [("acme", 7), ("acme", 8), ("globex", 7), ("globex", 9)];
        let ids = ids.map(|(tenant, number)| (tenant.to_owned(), number));
        let found = self.invoices.find_many(&ids).await.expect("they can be read");
        let count =
            "SELECT (SELECT COUNT(*) FROM edited_invoices), (SELECT COUNT(*) FROM edited_invoice_lines)";
        let rows = sqlx::query_as(count).fetch_one(&self.pool).await.expect("they can be counted");
        Everything { invoices: found.into_iter().map(|found| Some(found?.into_inner())).collect(), rows }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Request::get(path).body(Body::empty()).expect("a request")).await
    }

    /// Sends an edit as the page does.
    pub(crate) async fn put(&self, tag: &str, base: &Invoice, mine: &Invoice) -> Answer {
        self.put_to(ADDRESS, tag, &json!({ "base": base, "mine": mine })).await
    }

    pub(crate) async fn put_to(&self, path: &str, tag: &str, body: &Value) -> Answer {
        let request = Request::builder().method(Method::PUT).uri(path).header(IF_MATCH, tag);
        let request = request.header(CONTENT_TYPE, "application/json");
        self.ask(request.body(Body::from(body.to_string())).expect("a request")).await
    }

    pub(crate) async fn ask(&self, request: Request<Body>) -> Answer {
        Answer::of(&self.service, request).await
    }
}

impl Answer {
    pub(crate) async fn of(service: &Router, request: Request<Body>) -> Self {
        let response = service.clone().oneshot(request).await.expect("a router always answers");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 1 << 20).await.expect("the whole body");
        let text = String::from_utf8(bytes.into()).expect("text");
        Self { status: parts.status.as_u16(), headers: parts.headers, text }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    /// Asserts the status and the kind of a refusal; gives its sentence.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, kind: &str) -> String {
        let body = self.json();
        assert_eq!((self.status, body["kind"].as_str()), (status, Some(kind)), "{}", self.text);
        body["message"].as_str().unwrap_or_default().to_owned()
    }

    /// Asserts that it was saved as this version; gives what the service says is stored.
    #[track_caller]
    pub(crate) fn saved(&self, version: i64) -> Invoice {
        assert_eq!((self.status, self.header("etag")), (200, &*format!("\"{version}\"")), "{}", self.text);
        let saved: Invoice = serde_json::from_value(self.json()).expect("an invoice");
        assert_eq!(saved.version.get(), version);
        saved
    }
}
