//! Whatever comes in, it is refused by its kind, and nothing of it is stored.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, IF_MATCH};
use axum::http::{HeaderValue, Request};
use serde_json::{Value, json};

use crate::desk::{ADDRESS, Answer, Desk};
use crate::invoice::Invoice;

/// The edit that the cases break.
async fn edit(desk: &Desk) -> Value {
    let base = desk.stored().await;
    let mut mine = base.clone();
    mine.note = "changed".into();
    mine.lines[0].quantity = 3;
    mine.add_up();
    json!({ "base": base, "mine": mine })
}

async fn put_raw(desk: &Desk, kind: Option<&str>, body: impl Into<Body>) -> Answer {
    let mut request = Request::put(ADDRESS).header(IF_MATCH, "\"0\"");
    if let Some(kind) = kind {
        request = request.header(CONTENT_TYPE, kind);
    }
    desk.ask(request.body(body.into()).expect("a request")).await
}

#[tokio::test]
async fn a_malformed_tag() {
    let desk = Desk::open().await;
    let (edit, before) = (edit(&desk).await, desk.everything().await);
    for tag in ["", "0", "\"0", "0\"", "'0'", "w/\"0\"", "\"0\" \"1\"", "*, \"0\"", "\"a b\"", "**"] {
        let message = desk.put_to(ADDRESS, tag, &edit).await.refused(400, "malformed_etag");
        assert!(message.starts_with("malformed entity tag: "), "{tag}: {message}");
        assert_eq!(desk.everything().await, before, "{tag}");
    }
    let bytes = HeaderValue::from_bytes(b"\xff\"0\"").expect("headers are bytes");
    let request = Request::put(ADDRESS).header(IF_MATCH, bytes).header(CONTENT_TYPE, "application/json");
    let answer = desk.ask(request.body(Body::from(edit.to_string())).expect("a request")).await;
    answer.refused(400, "malformed_etag");
    assert_eq!(desk.everything().await, before);
}

#[tokio::test]
async fn a_line_that_another_invoice_has() {
    let desk = Desk::open().await;
    let before = desk.everything().await;
    for foreign in [Invoice::sample("acme", 8), Invoice::sample("globex", 9)] {
        // Among changes that would be in order, as a line more and in place of an own one.
        for replaced in [None, Some(2)] {
            let mut edit = edit(&desk).await;
            let mut mine: Invoice = serde_json::from_value(edit["mine"].take()).expect("an invoice");
            let line = foreign.lines[0].clone();
            match replaced {
                Some(at) => mine.lines[at] = line,
                None => mine.lines.push(line),
            }
            mine.add_up();
            edit["mine"] = json!(mine);
            desk.put_to(ADDRESS, "\"0\"", &edit).await.refused(409, "constraint_violated");
            assert_eq!(desk.everything().await, before);
        }
    }
}

#[tokio::test]
async fn one_line_twice() {
    let desk = Desk::open().await;
    let before = desk.everything().await;
    for tag in ["\"0\"", "\"1\""] {
        let mut edit = edit(&desk).await;
        let twice = edit["mine"]["lines"][0].clone();
        edit["mine"]["lines"].as_array_mut().expect("lines").push(twice);
        desk.put_to(ADDRESS, tag, &edit).await.refused(422, "duplicate_key");
        assert_eq!(desk.everything().await, before);
    }
}

#[tokio::test]
async fn an_invoice_of_another_tenant() {
    let desk = Desk::open().await;
    let before = desk.everything().await;
    let foreign = json!(Invoice::sample("globex", 9));
    // Theirs under our address, as the change, as the ancestor and as both.
    for (base, mine) in [(false, true), (true, false), (true, true)] {
        let mut edit = edit(&desk).await;
        for (is_foreign, copy) in [(base, "base"), (mine, "mine")] {
            if is_foreign {
                edit[copy] = foreign.clone();
            }
        }
        desk.put_to(ADDRESS, "\"0\"", &edit).await.refused(422, "other_invoice");
        assert_eq!(desk.everything().await, before);
    }
    // Ours under their address, and their number under ours: there is no such invoice.
    desk.put_to("/globex/invoices/7", "\"0\"", &edit(&desk).await).await.refused(422, "other_invoice");
    desk.get("/acme/invoices/9").await.refused(404, "not_found");
    let mut guessed = foreign;
    guessed["tenant"] = json!("acme");
    let guessed = json!({ "base": guessed, "mine": guessed });
    desk.put_to("/acme/invoices/9", "\"0\"", &guessed).await.refused(410, "conflict");
    desk.put_to("/acme/invoices/9", "*", &guessed).await.refused(404, "not_found");
    assert_eq!(desk.everything().await, before);
}

#[tokio::test]
async fn ids_that_are_not_those_of_the_address() {
    let desk = Desk::open().await;
    let (sent, before) = (edit(&desk).await, desk.everything().await);
    for path in ["/acme/invoices/8", "/globex/invoices/9"] {
        desk.put_to(path, "\"0\"", &sent).await.refused(422, "other_invoice");
        assert_eq!(desk.everything().await, before, "{path}");
    }
    let long = format!("/{}/invoices/7", "a".repeat(64));
    for path in [
        "/acme/invoices/seven",
        "/acme/invoices/7.0",
        "/acme/invoices/99999999999999999999",
        // Some databases would find `acme` by these.
        "/ACME/invoices/7",
        "/acm%C3%A9/invoices/7",
        "/acme%20/invoices/7",
        "/acme%00/invoices/7",
        "/acme%FF/invoices/7",
        &long,
    ] {
        desk.put_to(path, "\"0\"", &sent).await.refused(404, "not_found");
        desk.get(path).await.refused(404, "not_found");
        assert_eq!(desk.everything().await, before, "{path}");
    }
}

#[tokio::test]
async fn numbers_that_do_not_add_up() {
    let desk = Desk::open().await;
    let before = desk.everything().await;
    for (field, value, why) in [
        ("/mine/total", json!(1), "the total is 1 cents, the sum of the lines "),
        ("/mine/lines/1/unit_price", json!(-1), ", the sum of the lines "),
        ("/mine/lines/1/unit_price", json!(i64::MAX), "more than a total can say"),
        ("/mine/lines/1/quantity", json!(i32::MIN), ", the sum of the lines "),
    ] {
        let mut edit = edit(&desk).await;
        *edit.pointer_mut(field).expect("a field") = value;
        let message = desk.put_to(ADDRESS, "\"0\"", &edit).await.refused(422, "invariant");
        assert!(message.contains(why), "{message}");
        assert_eq!(desk.everything().await, before, "{field}");
    }
}

#[tokio::test]
async fn a_text_that_not_every_database_holds() {
    let desk = Desk::open().await;
    let before = desk.everything().await;
    for text in ["a\0b".to_owned(), "a".repeat(1_001)] {
        for field in ["/mine/customer", "/mine/note", "/mine/lines/2/product"] {
            let mut edit = edit(&desk).await;
            *edit.pointer_mut(field).expect("a field") = json!(text);
            let message = desk.put_to(ADDRESS, "\"0\"", &edit).await.refused(422, "invariant");
            assert!(message.contains("a text is longer than 1000 bytes, or has a NUL in it"), "{message}");
            assert_eq!(desk.everything().await, before, "{field}");
        }
    }
}

#[tokio::test]
async fn a_body_of_another_shape() {
    let desk = Desk::open().await;
    let before = desk.everything().await;
    for (field, value) in [
        ("/mine", Value::Null),
        ("/base", json!([])),
        ("/mine/number", json!("7")),
        ("/mine/tenant", json!(7)),
        ("/mine/version", json!("0")),
        ("/mine/customer", Value::Null),
        ("/mine/total", json!(1.5)),
        ("/mine/lines", json!({})),
        ("/mine/lines/0/id", json!("1")),
        ("/mine/lines/0/quantity", json!(1_u64 << 40)),
        ("/mine/lines/0/quantity", json!(0.5)),
        ("/mine/lines/0", json!({ "id": "00000000-0000-0007-0000-000000000001" })),
        ("/mine/lines/0/product", json!(["a"])),
    ] {
        let mut edit = edit(&desk).await;
        *edit.pointer_mut(field).expect("a field") = value;
        desk.put_to(ADDRESS, "\"0\"", &edit).await.refused(422, "bad_body");
        assert_eq!(desk.everything().await, before, "{field}");
    }
    for holder in ["", "/mine", "/mine/lines/0"] {
        let mut edit = edit(&desk).await;
        edit.pointer_mut(holder).expect("an object")["admin"] = json!(true);
        desk.put_to(ADDRESS, "\"0\"", &edit).await.refused(422, "bad_body");
        assert_eq!(desk.everything().await, before, "{holder}");
    }
}

#[tokio::test]
async fn a_body_that_is_no_json() {
    let desk = Desk::open().await;
    let (whole, before) = (edit(&desk).await.to_string(), desk.everything().await);
    let json = Some("application/json");
    for body in ["", "{", &whole[..whole.len() - 1], &format!("{whole}{whole}")] {
        put_raw(&desk, json, body.to_owned()).await.refused(400, "bad_body");
        assert_eq!(desk.everything().await, before, "{body}");
    }
    put_raw(&desk, json, b"\"\xff\"".to_vec()).await.refused(400, "bad_body");
    for kind in [None, Some("text/plain"), Some("application/x-www-form-urlencoded")] {
        put_raw(&desk, kind, whole.clone()).await.refused(415, "bad_body");
        assert_eq!(desk.everything().await, before, "{kind:?}");
    }
    put_raw(&desk, json, vec![b' '; 3 << 20]).await.refused(413, "bad_body");
    assert_eq!(desk.everything().await, before);
}

#[tokio::test]
async fn a_method_or_an_address_that_is_not_there() {
    let desk = Desk::open().await;
    let before = desk.everything().await;
    for (method, path, status) in
        [("DELETE", ADDRESS, 405), ("POST", ADDRESS, 405), ("PUT", "/acme/invoices", 404), ("GET", "/", 404)]
    {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).expect("a request");
        assert_eq!(desk.ask(request).await.status, status, "{method} {path}");
    }
    assert_eq!(desk.everything().await, before);
}
