//! A conflict from end to end, as HTTP sees it: each request goes through the router, as if a socket were between.

use std::error::Error as StdError;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_TYPE, ETAG, IF_MATCH};
use axum::http::{Method, Request};
use serde_json::Value;
use tower::ServiceExt;

use crate::invoice::Invoice;
use crate::service::{Edit, Invoices, router};
use crate::tables;

/// An answer.
#[derive(Debug)]
struct Answer {
    status: u16,
    etag: String,
    body: Value,
}

impl Answer {
    fn invoice(&self) -> Result<Invoice, serde_json::Error> {
        serde_json::from_value(self.body.clone())
    }

    fn message(&self) -> &str {
        self.body["message"].as_str().unwrap_or_default()
    }
}

const ADDRESS: &str = "/acme/invoices/7";

/// Walks through the example; an error if anything is not as promised.
pub(crate) async fn through(invoices: Invoices) -> Result<(), Box<dyn StdError>> {
    tables::reset(&*invoices, Invoice::sample("acme", 7)).await?;
    tables::reset(&*invoices, Invoice::sample("acme", 8)).await?;
    let service = router(invoices);

    let answer = send(&service, Method::GET, None, None).await?;
    say("GET", &answer, 200)?;
    let (base, first) = (answer.invoice()?, answer.etag);

    println!(
        "\nAnn changes a quantity and the note, Ben the same quantity and a price; both began at {first}"
    );
    let (mut ann, mut ben) = (base.clone(), base.clone());
    ann.lines[0].quantity = 3;
    ann.note = "Payable within 14 days".into();
    ann.add_up();
    ben.lines[0].quantity = 5;
    ben.lines[1].unit_price = 4_500;
    ben.add_up();
    let answer = put(&service, &first, &base, &ann).await?;
    say("Ann: PUT", &answer, 200)?;
    let answer = put(&service, &first, &base, &ben).await?;
    say("Ben: PUT", &answer, 412)?;
    println!("{}", answer.message());

    println!("\nBen takes what is stored now, changes it again, and sends the new tag");
    let theirs: Invoice = serde_json::from_value(answer.body["theirs"].clone())?;
    let mut redone = theirs.clone();
    redone.lines[0].quantity = 5;
    redone.lines[1].unit_price = 4_500;
    redone.add_up();
    let answer = put(&service, &answer.etag, &theirs, &redone).await?;
    say("Ben: PUT", &answer, 200)?;
    let (stored, etag) = (answer.invoice()?, answer.etag);

    println!("\nwhat is refused");
    let edit = Edit { base: stored.clone(), mine: stored.clone() };
    say("no If-Match", &send(&service, Method::PUT, None, Some(&edit)).await?, 428)?;
    say("If-Match: 2", &put(&service, "2", &stored, &stored).await?, 400)?;
    let mut wrong = stored.clone();
    wrong.total += 1;
    say("a wrong total", &put(&service, &etag, &stored, &wrong).await?, 422)?;
    let mut foreign = stored.clone();
    foreign.lines.push(Invoice::sample("acme", 8).lines.swap_remove(0));
    foreign.add_up();
    say("a line of invoice 8", &put(&service, &etag, &stored, &foreign).await?, 409)?;
    let mut other = stored.clone();
    other.tenant = "globex".into();
    say("another tenant's", &put(&service, &etag, &stored, &other).await?, 422)?;

    let answer = send(&service, Method::GET, None, None).await?;
    if answer.invoice()? != stored {
        return Err("a promise is broken: what is refused changes nothing".into());
    }
    println!("\nstored: {}, what was saved last; what was refused left nothing", answer.etag);
    Ok(())
}

async fn put(
    service: &Router,
    etag: &str,
    base: &Invoice,
    mine: &Invoice,
) -> Result<Answer, Box<dyn StdError>> {
    let edit = Edit { base: base.clone(), mine: mine.clone() };
    send(service, Method::PUT, Some(etag), Some(&edit)).await
}

async fn send(
    service: &Router,
    method: Method,
    etag: Option<&str>,
    edit: Option<&Edit>,
) -> Result<Answer, Box<dyn StdError>> {
    let mut request = Request::builder().method(method).uri(ADDRESS);
    if let Some(etag) = etag {
        request = request.header(IF_MATCH, etag);
    }
    let body = edit.map(serde_json::to_vec).transpose()?.unwrap_or_default();
    let request = request.header(CONTENT_TYPE, "application/json").body(Body::from(body))?;
    let response = service.clone().oneshot(request).await?;
    let status = response.status().as_u16();
    let etag = response.headers().get(ETAG).map(|etag| etag.to_str().map(str::to_owned)).transpose()?;
    let body = serde_json::from_slice(&to_bytes(response.into_body(), 1 << 20).await?)?;
    Ok(Answer { status, etag: etag.unwrap_or_default(), body })
}

/// Prints an answer; an error if its status is another one than promised.
fn say(what: &str, answer: &Answer, status: u16) -> Result<(), String> {
    if answer.status != status {
        return Err(format!(
            "a promise is broken: {what} is {}, not {status}: {}",
            answer.status,
            answer.message()
        ));
    }
    let more = if status == 200 || status == 412 {
        format!("ETag {}", answer.etag)
    } else {
        answer.message().into()
    };
    println!("  {what:<20} {status}  {more}");
    Ok(())
}
