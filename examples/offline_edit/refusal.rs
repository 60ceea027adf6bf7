//! Why a request is refused, and how HTTP says so.

use std::error::Error as StdError;

use aggregate_core::{Error, EtagError, ThreeWayDiff};
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::invoice::Invoice;

/// Every way to refuse. Nothing is stored then, but perhaps after [`Error::CommitUnknown`].
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The path names no invoice that there could be.
    BadPath(String),
    /// No `If-Match`.
    NoIfMatch,
    /// One that is no list of entity tags.
    MalformedIfMatch(EtagError),
    /// The body is no pair of invoices.
    BadBody(JsonRejection),
    /// The body holds another invoice than the path names, of another tenant perhaps.
    OtherInvoice,
    /// Somebody else saved first.
    Stale(Box<Stale>),
    /// The library said no.
    Failed(Error),
}

/// What the page needs to show both sides, and to try again.
#[derive(Debug, Serialize)]
pub(crate) struct Stale {
    kind: &'static str,
    /// For people, a changed row on a line.
    message: String,
    /// For programs.
    diff: ThreeWayDiff,
    /// What is stored now.
    theirs: Invoice,
}

impl Stale {
    pub(crate) fn new(diff: ThreeWayDiff, theirs: Invoice) -> Self {
        Self { kind: "conflict", message: diff.to_string(), diff, theirs }
    }
}

impl From<JsonRejection> for Refusal {
    fn from(rejection: JsonRejection) -> Self {
        Self::BadBody(rejection)
    }
}

/// What each of the library's errors is to who sent the request.
fn status(error: &Error) -> StatusCode {
    match error {
        Error::NotFound { .. } => StatusCode::NOT_FOUND,
        Error::Conflict(conflict) if conflict.actual.is_none() => StatusCode::GONE,
        Error::Conflict(_) => StatusCode::PRECONDITION_FAILED,
        // A line's id that another invoice has, for one.
        Error::AlreadyExists { .. } | Error::ConstraintViolated { .. } | Error::OutOfBand { .. } => {
            StatusCode::CONFLICT
        }
        // Of what is stored, it would be nothing that the sender can help.
        Error::Invariant { stored: false, .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Error::DuplicateKey { .. } | Error::Encode { .. } | Error::VersionMissing { .. } => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Error::Contended { .. } => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, kind, message) = match self {
            Self::Stale(stale) => {
                let etag = [(ETAG, stale.theirs.version.etag())];
                return (StatusCode::PRECONDITION_FAILED, etag, Json(stale)).into_response();
            }
            Self::BadPath(why) => (StatusCode::NOT_FOUND, "not_found", why),
            Self::NoIfMatch => (
                StatusCode::PRECONDITION_REQUIRED,
                "precondition_required",
                "the header `If-Match` is missing: send the `ETag` of the copy that was changed".into(),
            ),
            Self::MalformedIfMatch(error) => (StatusCode::BAD_REQUEST, "malformed_etag", error.to_string()),
            Self::BadBody(rejection) => (rejection.status(), "bad_body", rejection.body_text()),
            Self::OtherInvoice => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "other_invoice",
                "the body holds another invoice than the address names".into(),
            ),
            Self::Failed(error) => {
                let status = status(&error);
                let message = sentence(&error, status);
                (status, error.kind(), message)
            }
        };
        (status, Json(serde_json::json!({ "kind": kind, "message": message }))).into_response()
    }
}

/// The error, with the rule that is broken; of what is not the sender's business only where to look.
fn sentence(error: &Error, status: StatusCode) -> String {
    match error {
        Error::CommitUnknown { .. } => error.to_string(),
        _ if status.is_server_error() && !matches!(error, Error::Contended { .. }) => {
            tracing::error!(error = error as &dyn StdError, "a request failed");
            "the server failed; its log says why".into()
        }
        Error::Invariant { source, .. } => format!("{error}: {source}"),
        _ => error.to_string(),
    }
}
