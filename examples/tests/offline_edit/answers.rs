//! Every answer to a request that is in order.

use axum::body::Body;
use axum::http::Request;
use axum::http::header::{ACCEPT, CONTENT_TYPE, IF_MATCH};
use serde_json::json;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::desk::{ADDRESS, Desk};
use crate::invoice::{Invoice, Line};

/// What the first person makes of an invoice.
fn anns(base: &Invoice) -> Invoice {
    let mut mine = base.clone();
    mine.lines[0].quantity = 3;
    mine.note = "Payable within 14 days".into();
    mine.add_up();
    mine
}

/// What the second one makes of it: the same quantity, another price, a line more and a line less.
fn bens(base: &Invoice) -> Invoice {
    let mut mine = base.clone();
    mine.lines[0].quantity = 5;
    mine.lines[1].unit_price = 4_500;
    mine.lines.pop();
    mine.lines.push(Line {
        id: Uuid::from_u128(99 << 64),
        product: "Lamp".into(),
        quantity: 1,
        unit_price: 39_900,
    });
    mine.add_up();
    mine
}

#[tokio::test]
async fn get_gives_the_invoice_and_its_tag() {
    let desk = Desk::open().await;
    let answer = desk.get(ADDRESS).await;
    assert_eq!(answer.saved(0), desk.stored().await);
    assert_eq!((answer.header("content-type"), answer.header("vary")), ("application/json", "accept"));
}

#[tokio::test]
async fn get_gives_a_browser_the_form() {
    let desk = Desk::open().await;
    let request = Request::get(ADDRESS).header(ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8");
    let answer = desk.ask(request.body(Body::empty()).expect("a request")).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(answer.text.contains("<form id=\"form\""), "{}", answer.text);
    for (path, kind) in
        [("/page.js", "text/javascript; charset=utf-8"), ("/page.css", "text/css; charset=utf-8")]
    {
        let answer = desk.get(path).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, kind));
    }
}

#[tokio::test]
async fn put_with_the_tag_of_what_is_stored_saves() {
    let desk = Desk::open().await;
    let base = desk.stored().await;
    let saved = desk.put("\"0\"", &base, &bens(&base)).await.saved(1);
    let stored = desk.stored().await;
    assert_eq!(saved, stored);
    assert_eq!(stored.total, 5 * 8_500 + 6 * 4_500 + 39_900);
    assert_eq!(stored.lines.len(), 3);
}

#[tokio::test]
async fn put_of_a_copy_that_was_not_changed_leaves_the_version() {
    let desk = Desk::open().await;
    let base = desk.stored().await;
    assert_eq!(desk.put("\"0\"", &base, &base).await.saved(0), base);
    assert_eq!(desk.stored().await, base);
}

#[tokio::test]
async fn put_of_a_stale_copy_shows_both_sides_and_stores_nothing() {
    let desk = Desk::open().await;
    let base = desk.stored().await;
    let theirs = desk.put("\"0\"", &base, &anns(&base)).await.saved(1);
    let before = desk.everything().await;

    let answer = desk.put("\"0\"", &base, &bens(&base)).await;
    let message = answer.refused(412, "conflict");
    assert_eq!(answer.header("etag"), "\"1\"");
    let [first, second, third] = [0, 1, 2].map(|at| base.lines[at].id);
    let added = Uuid::from_u128(99 << 64);
    let lines = "edited_invoice_lines";
    assert_eq!(
        message,
        format!(
            "`edited_invoices` (\"acme\", 7): yours began at version 0, version 1 is stored\n\
             - `edited_invoices` (\"acme\", 7): both changed `total`; they changed `note`\n\
             - `{lines}` {first}: both changed `quantity`\n\
             - `{lines}` {second}: you changed `unit_price`\n\
             - `{lines}` {third}: you removed it\n\
             - `{lines}` {added}: you added it"
        )
    );
    let body = answer.json();
    assert_eq!(body["theirs"], json!(theirs));
    assert_eq!((&body["diff"]["expected"], &body["diff"]["actual"]), (&json!(0), &json!(1)));
    assert_eq!(
        body["diff"]["rows"][1],
        json!({
            "table": lines, "id": first, "both": ["quantity"], "overlaps": true,
            "mine": { "kind": "changed", "columns": ["quantity"], "moved": false },
            "theirs": { "kind": "changed", "columns": ["quantity"], "moved": false },
        })
    );
    assert_eq!(desk.everything().await, before);
}

#[tokio::test]
async fn put_again_with_the_new_tag_saves() {
    let desk = Desk::open().await;
    let base = desk.stored().await;
    desk.put("\"0\"", &base, &anns(&base)).await.saved(1);
    let refused = desk.put("\"0\"", &base, &bens(&base)).await;
    let theirs: Invoice = serde_json::from_value(refused.json()["theirs"].clone()).expect("an invoice");
    let saved = desk.put(refused.header("etag"), &theirs, &bens(&theirs)).await.saved(2);
    assert_eq!((saved.note.as_str(), saved.lines[0].quantity), ("Payable within 14 days", 5));
    assert_eq!(desk.stored().await, saved);
}

#[tokio::test]
async fn put_without_a_tag_is_asked_for_one() {
    let desk = Desk::open().await;
    let (base, before) = (desk.stored().await, desk.everything().await);
    let body = json!({ "base": base, "mine": anns(&base) }).to_string();
    let request = Request::put(ADDRESS).header(CONTENT_TYPE, "application/json").body(Body::from(body));
    let answer = desk.ask(request.expect("a request")).await;
    assert!(answer.refused(428, "precondition_required").contains("`If-Match`"));
    assert_eq!(desk.everything().await, before);
}

#[tokio::test]
async fn only_a_strong_tag_of_what_is_stored_matches() {
    let desk = Desk::open().await;
    let (base, before) = (desk.stored().await, desk.everything().await);
    for tag in ["W/\"0\"", "\"1\"", "\"00\"", "\"\"", "\"of-another-server\"", "\"1\", W/\"0\""] {
        desk.put(tag, &base, &anns(&base)).await.refused(412, "conflict");
        assert_eq!(desk.everything().await, before, "{tag}");
    }
}

#[tokio::test]
async fn several_tags_match_in_one_header_and_in_several() {
    let desk = Desk::open().await;
    let base = desk.stored().await;
    let base = desk.put("\"5\", \"0\"", &base, &anns(&base)).await.saved(1);
    let body = json!({ "base": base, "mine": bens(&base) }).to_string();
    let request = Request::put(ADDRESS).header(IF_MATCH, "\"5\"").header(IF_MATCH, "\"1\"");
    let request = request.header(CONTENT_TYPE, "application/json").body(Body::from(body));
    desk.ask(request.expect("a request")).await.saved(2);
}

#[tokio::test]
async fn a_star_overwrites_whatever_is_stored() {
    let desk = Desk::open().await;
    let base = desk.stored().await;
    desk.put("\"0\"", &base, &anns(&base)).await.saved(1);
    let saved = desk.put("*", &base, &bens(&base)).await.saved(2);
    assert_eq!(saved.note, base.note);
}

#[tokio::test]
async fn the_tag_counts_and_not_the_version_in_the_body() {
    let desk = Desk::open().await;
    let base = desk.stored().await;
    let mut mine = anns(&base);
    mine.version = 99.into();
    desk.put("\"0\"", &base, &mine).await.saved(1);
}

#[tokio::test]
async fn nothing_of_the_ancestor_is_written() {
    let desk = Desk::open().await;
    let base = desk.stored().await;
    let mut invented = base.clone();
    invented.customer = "Nobody".into();
    invented.lines.clear();
    invented.total = -1;
    assert_eq!(desk.put("\"0\"", &invented, &anns(&base)).await.saved(1).customer, base.customer);
    let before = desk.everything().await;
    // After a conflict it makes the diff another one, for whom it came from.
    let message = desk.put("\"0\"", &invented, &bens(&base)).await.refused(412, "conflict");
    assert!(message.contains("both changed `customer`, in the same way"), "{message}");
    assert_eq!(desk.everything().await, before);
}

#[tokio::test]
async fn what_was_deleted_is_gone_and_not_added_again() {
    let desk = Desk::open().await;
    let base = desk.stored().await;
    let mut stored = desk.invoices.get(&("acme".into(), 7)).await.expect("it is stored");
    desk.invoices.delete(&mut stored).await.expect("nobody changed it");
    let before = desk.everything().await;
    let message = desk.put("\"0\"", &base, &anns(&base)).await.refused(410, "conflict");
    assert!(message.contains("is gone"), "{message}");
    desk.put("*", &base, &anns(&base)).await.refused(404, "not_found");
    desk.get(ADDRESS).await.refused(404, "not_found");
    assert_eq!(desk.everything().await, before);
}

#[tokio::test]
async fn of_many_at_once_one_saves_and_the_others_see_what_it_did() {
    let desk = Desk::open().await;
    let base = desk.stored().await;
    let mut tasks = JoinSet::new();
    for quantity in 10..26 {
        let (desk, base, mut mine) = (desk.clone(), base.clone(), base.clone());
        mine.lines[0].quantity = quantity;
        mine.add_up();
        tasks.spawn(async move { (quantity, desk.put("\"0\"", &base, &mine).await) });
    }
    let answers = tasks.join_all().await;
    let (saved, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|(_, answer)| answer.status == 200);
    let stored = desk.stored().await;
    assert_eq!((saved.len(), refused.len(), stored.version.get()), (1, 15, 1));
    assert_eq!(stored.lines[0].quantity, saved[0].0);
    for (_, answer) in refused {
        answer.refused(412, "conflict");
        assert_eq!(answer.json()["theirs"], json!(stored));
    }
}
