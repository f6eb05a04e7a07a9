use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream};
use tokio::sync::Notify;

use super::desk::{Answer, ask, desk, form, request};
use crate::http::{Body, HttpError, MAX_BODY};

/// A body whose length nobody knows before its end.
fn chunked(pieces: usize, length: usize) -> Body {
    let piece = Bytes::from(vec![b'a'; length]);
    Body::stream(stream::iter((0..pieces).map(move |_| Ok::<_, HttpError>(piece.clone()))))
}

fn json(path: &str) -> http::request::Builder {
    request("POST", path).header("content-type", "application/json")
}

#[tokio::test]
async fn a_body_may_have_64_kib_however_it_comes() {
    let outcome = |answer: Answer| (answer.status, if answer.status == 200 { String::new() } else { answer.code() });
    let too_large = (413, "body_too_large".to_owned());
    let fits = (200, String::new());
    assert_eq!(outcome(ask(form("/fields").body("a".repeat(MAX_BODY)).expect("a request")).await), fits);
    assert_eq!(outcome(ask(form("/fields").body("a".repeat(MAX_BODY + 1)).expect("a request")).await), too_large);
    assert_eq!(outcome(ask(form("/fields").body(chunked(64, 1024)).expect("a request")).await), fits);
    assert_eq!(outcome(ask(form("/fields").body(chunked(65, 1024)).expect("a request")).await), too_large);
    assert_eq!(outcome(ask(form("/small").body("abcd").expect("a request")).await), fits);
    assert_eq!(outcome(ask(form("/small").body("abcde").expect("a request")).await), too_large);
    assert_eq!(outcome(ask(form("/small").body(chunked(4, 1)).expect("a request")).await), fits);
    assert_eq!(outcome(ask(form("/small").body(chunked(5, 1)).expect("a request")).await), too_large);
    let endless = Body::stream(stream::repeat_with(|| Ok::<_, HttpError>(Bytes::from_static(b"a"))));
    assert_eq!(outcome(ask(form("/small").body(endless).expect("a request")).await), too_large);
}

#[tokio::test]
async fn a_length_that_is_declared_is_believed() {
    let never = || Body::stream(stream::pending::<Result<Bytes, HttpError>>());
    let declared = |length: &str| form("/small").header("content-length", length).body(never()).expect("a request");
    let answer = ask(declared("5")).await;
    assert_eq!((answer.status, answer.code().as_str()), (413, "body_too_large"));
    assert!(ask(declared("4")).now_or_never().is_none(), "one that fits is waited for");
}

#[tokio::test]
async fn a_body_that_does_not_come_in_time_is_408() {
    let begun = Arc::new(Notify::new());
    let (late, timer) = (Arc::new(Notify::new()), Arc::clone(&begun));
    let over = Arc::clone(&late);
    let start = move || {
        timer.notify_one();
        Arc::clone(&over).notified_owned()
    };
    let table = crate::http::Endpoints::builder(super::desk::PUBLIC.parse().expect("a URL")).body_timer(start);
    let row = desk().rows().find(|row| row.path() == "/small").expect("a row").clone();
    let table = table.endpoint(row).build().expect("a table");
    let here = form("/small").body("abc").expect("a request");
    assert_eq!(super::desk::ask_at(&table, here).await.status, 200);
    assert!(begun.notified().now_or_never().is_none(), "a body that is there needs no timer");

    let drips = stream::iter([Ok(Bytes::from_static(b"a"))]).chain(stream::pending::<Result<_, HttpError>>());
    let slow = form("/small").body(Body::stream(drips)).expect("a request");
    let mut asked = pin!(super::desk::ask_at(&table, slow));
    assert!(asked.as_mut().now_or_never().is_none());
    assert!(begun.notified().now_or_never().is_some());
    late.notify_one();
    let answer = asked.await;
    assert_eq!((answer.status, answer.code().as_str()), (408, "body_too_slow"));
}

#[cfg(feature = "runtime")]
#[tokio::test(start_paused = true)]
async fn whoever_says_nothing_waits_ten_seconds() {
    let slow = form("/small").body(Body::stream(stream::pending::<Result<Bytes, HttpError>>())).expect("a request");
    let begun = tokio::time::Instant::now();
    let answer = ask(slow).await;
    assert_eq!((answer.status, answer.code().as_str()), (408, "body_too_slow"));
    assert_eq!(begun.elapsed().as_secs(), crate::http::BODY_TIMEOUT.as_secs());
}

#[tokio::test]
async fn a_body_that_breaks_off_is_400() {
    let broken = Body::stream(stream::iter([Ok(Bytes::from_static(b"a=")), Err("connection reset")]));
    let answer = ask(form("/fields").body(broken).expect("a request")).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "unreadable_body"));
}

#[tokio::test]
async fn only_the_declared_content_types_are_taken() {
    let cases = [
        ("/fields", "application/x-www-form-urlencoded", 200),
        ("/fields", "Application/X-WWW-Form-Urlencoded; charset=utf-8", 200),
        ("/fields", "application/json", 415),
        ("/fields", "multipart/form-data; boundary=x", 415),
        ("/fields", "application/x-www-form-urlencodedx", 415),
        ("/json", "application/json ; charset=UTF-8", 201),
        ("/json", "application/x-www-form-urlencoded", 415),
        ("/json", "text/plain", 415),
        ("/either", "application/json", 200),
        ("/either", "application/x-www-form-urlencoded", 200),
        ("/either", "", 415),
    ];
    for (path, content_type, status) in cases {
        let answer =
            ask(request("POST", path).header("content-type", content_type).body("{}").expect("a request")).await;
        assert_eq!(answer.status, status, "{path} {content_type}");
    }
    for (path, body, status) in
        [("/fields", "", 200), ("/fields", "a=1", 415), ("/either", "", 200), ("/json", "", 415)]
    {
        let answer = ask(request("POST", path).body(body).expect("a request")).await;
        assert_eq!(answer.status, status, "{path} {body:?} without a content type");
    }
}

#[tokio::test]
async fn fields_are_found_in_form_and_query() {
    let answer = ask(form("/fields?a=2&b=%2B").body("a=1&c=x+y").expect("a request")).await;
    assert_eq!(answer.body, "form a=1;c=x y; query a=2;b=+; a Some(\"1\")");
    let answer = ask(form("/fields?a=2").body("").expect("a request")).await;
    assert_eq!(answer.body, "form  query a=2; a Some(\"2\")");
    let answer = ask(json("/either?a=2").body("{\"a\":1}").expect("a request")).await;
    assert_eq!(answer.body, "form  query a=2; a Some(\"2\")");
}

#[tokio::test]
async fn what_can_not_be_read_is_400() {
    let cases = [
        (form("/fields"), "a=1&a=2", "duplicate_field"),
        (form("/fields"), "a=%ff", "malformed_form"),
        (form("/fields?a=1&a=1"), "", "duplicate_field"),
        (form("/fields?a=%c3%28"), "", "malformed_form"),
        (json("/json"), "", "malformed_json"),
        (json("/json"), "{\"a\":1", "malformed_json"),
        (json("/json"), "{\"a\":1} x", "malformed_json"),
        (json("/json"), "[1]", "invalid_json"),
        (json("/json"), "{\"a\":\"b\"}", "invalid_json"),
    ];
    for (builder, body, code) in cases {
        let answer = ask(builder.body(body).expect("a request")).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, code), "{body}");
    }
    let answer = ask(json("/json").body("{\"a\":1}").expect("a request")).await;
    assert_eq!((answer.status, answer.body.as_str()), (201, "{\"a\":1}"));
    let answer = ask(json("/json").body(format!("{{\"a\":\"{}\"}}", "b".repeat(9_000))).expect("a request")).await;
    assert!(answer.body.len() < 400, "what was sent is not sent back");
}

#[tokio::test]
async fn a_body_that_nobody_wants_is_not_read() {
    let unread = Body::stream(stream::poll_fn(|_| -> std::task::Poll<Option<Result<Bytes, HttpError>>> {
        std::panic::panic_any("somebody reads")
    }));
    let get = request("GET", "/").body(unread).expect("a request");
    assert_eq!(desk().serve(get, None).await.status(), 200);
}
