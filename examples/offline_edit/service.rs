//! The service: a page, and an invoice that goes out as JSON and comes back changed. It knows no SQL: a
//! [`MemoryRepository`](aggregate_core::MemoryRepository) does as well.

use std::sync::Arc;

use aggregate_core::{Entity, Error, IfMatch, RepositoryExt, RowRepository, ThreeWayDiff, Tracked};
use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::extract::{Path, State};
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_MATCH, VARY};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

use crate::invoice::Invoice;
use crate::refusal::{Refusal, Stale};

/// Where the invoices are.
pub(crate) type Invoices = Arc<dyn RowRepository<Invoice>>;

/// An invoice's id: its tenant and its number.
///
/// Whoever asks is the tenant of the path here. Take it from the session where people log in.
type Id = (String, i64);

/// What a page sends.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edit {
    /// The copy that it loaded. It tells who changed what after a conflict; nothing of it is ever written.
    pub(crate) base: Invoice,
    /// What became of that copy.
    pub(crate) mine: Invoice,
}

/// All that is served.
pub(crate) fn router(invoices: Invoices) -> Router {
    let file =
        |kind: &'static str, text: &'static str| get(move || async move { ([(CONTENT_TYPE, kind)], text) });
    Router::new()
        .route("/{tenant}/invoices/{number}", get(show).put(change))
        .route("/page.js", file("text/javascript; charset=utf-8", include_str!("page.js")))
        .route("/page.css", file("text/css; charset=utf-8", include_str!("page.css")))
        .with_state(invoices)
}

/// The page for a browser's address bar, else the invoice as JSON, with its version as the entity tag.
async fn show(
    State(invoices): State<Invoices>,
    id: Result<Path<Id>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let id = known(id)?;
    let invoice = invoices.get(&id).await.map_err(Refusal::Failed)?;
    let accepted = headers.get_all(ACCEPT).iter();
    if accepted.filter_map(|value| value.to_str().ok()).any(|value| value.contains("text/html")) {
        let kind = "text/html; charset=utf-8";
        return Ok(([(CONTENT_TYPE, kind), (VARY, "accept")], include_str!("page.html")).into_response());
    }
    Ok(stored(&invoice))
}

/// Saves what came back, if the version that it was made from is stored still.
async fn change(
    State(invoices): State<Invoices>,
    id: Result<Path<Id>, PathRejection>,
    headers: HeaderMap,
    edit: Result<Json<Edit>, JsonRejection>,
) -> Result<Response, Refusal> {
    let id = known(id)?;
    let header = if_match(&headers)?;
    let Json(Edit { base, mine }) = edit?;
    if base.id() != id || mine.id() != id {
        return Err(Refusal::OtherInvoice);
    }
    match save(&*invoices, &mine, &header).await {
        Ok(saved) => Ok(stored(&saved)),
        Err(Refusal::Failed(Error::Conflict(conflict))) if conflict.actual.is_some() => {
            Err(explain(&*invoices, &id, &base, &mine).await?)
        }
        Err(refusal) => Err(refusal),
    }
}

/// The id that the address names, if it is one that there could be.
fn known(id: Result<Path<Id>, PathRejection>) -> Result<Id, Refusal> {
    let Path((tenant, number)) = id.map_err(|rejection| Refusal::BadPath(rejection.body_text()))?;
    // What else there is in Unicode, some databases take for the same as this, and some do not take at all.
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if tenant.len() > 63 || !tenant.bytes().all(is_plain) {
        return Err(Refusal::BadPath("no tenant has such a name".into()));
    }
    Ok((tenant, number))
}

/// The header, which may be there several times. Without it nobody knows what the change was made from.
fn if_match(headers: &HeaderMap) -> Result<IfMatch, Refusal> {
    let values: Vec<_> =
        headers.get_all(IF_MATCH).iter().map(|it| String::from_utf8_lossy(it.as_bytes())).collect();
    if values.is_empty() {
        return Err(Refusal::NoIfMatch);
    }
    values.join(",").parse().map_err(Refusal::MalformedIfMatch)
}

async fn save(
    invoices: &dyn RowRepository<Invoice>,
    mine: &Invoice,
    header: &IfMatch,
) -> Result<Tracked<Invoice>, Refusal> {
    // The copy's own version field is not asked: the header says what it was made from.
    let merged = invoices.merge_if(mine, header).await;
    let mut merged = merged.map_err(Refusal::Failed)?;
    // Checks the version once more, for those who saved since.
    invoices.save(&mut merged).await.map_err(Refusal::Failed)?;
    Ok(merged)
}

/// Who changed what, since somebody else was faster.
async fn explain(
    invoices: &dyn RowRepository<Invoice>,
    id: &Id,
    base: &Invoice,
    mine: &Invoice,
) -> Result<Refusal, Refusal> {
    let theirs = invoices.get(id).await.map_err(Refusal::Failed)?;
    let diff = ThreeWayDiff::between(Some(base), mine, Some(&theirs));
    let diff = diff.map_err(Refusal::Failed)?;
    Ok(Refusal::Stale(Box::new(Stale::new(diff, theirs.into_inner()))))
}

fn stored(invoice: &Tracked<Invoice>) -> Response {
    // A copy that a browser has kept would be edited in vain.
    let headers =
        [(ETAG, invoice.version().etag()), (VARY, "accept".into()), (CACHE_CONTROL, "no-cache".into())];
    (StatusCode::OK, headers, Json(&**invoice)).into_response()
}
