use super::desk::{ask, desk, form, request};
use crate::http::{Body, twiml, twiml_message};

#[tokio::test]
async fn answers_have_their_length_and_are_kept_by_nobody() {
    let get = ask(request("GET", "/").body("").expect("a request")).await;
    assert_eq!((get.status, get.body.as_str()), (200, "anonymous GET "));
    assert_eq!(get.header("content-length"), Some("14"));
    assert_eq!(get.header("cache-control"), Some("no-store"));
    assert_eq!(get.header("x-content-type-options"), Some("nosniff"));
    let empty = ask(request("GET", "/healthz").body("").expect("a request")).await;
    assert_eq!((empty.status, empty.header("content-length")), (204, None));
    let error = ask(request("GET", "/nothing").body("").expect("a request")).await;
    assert_eq!(error.header("content-length"), Some(error.body.len().to_string().as_str()));
    assert_eq!(error.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let head = ask(request("HEAD", "/").body("").expect("a request")).await;
    assert_eq!((head.status, head.body.as_str(), head.header("content-length")), (200, "", Some("14")));
    let stream = ask(request("HEAD", "/endless").body("").expect("a request")).await;
    assert_eq!((stream.status, stream.body.as_str(), stream.header("content-length")), (200, "", None));
    let error = ask(request("HEAD", "/api/logs").body("").expect("a request")).await;
    assert_eq!((error.status, error.body.as_str()), (401, ""));
}

#[tokio::test]
async fn a_stream_is_answered_piece_by_piece() {
    use http_body::Body as _;
    let request = request("GET", "/endless").body(Body::empty()).expect("a request");
    let mut body = std::pin::pin!(desk().serve(request, None).await.into_body());
    assert!(body.as_full().is_none() && !body.is_end_stream());
    for _ in 0..3 {
        let piece = std::future::poll_fn(|context| body.as_mut().poll_frame(context)).await;
        let piece = piece.and_then(Result::ok).and_then(|frame| frame.into_data().ok());
        assert_eq!(piece.as_deref(), Some(&b"tick"[..]));
    }
}

#[tokio::test]
async fn a_handler_that_panics_is_answered_for() {
    let answer = ask(request("GET", "/panics").body("").expect("a request")).await;
    assert_eq!((answer.status, answer.code().as_str()), (500, "internal_error"));
    assert!(!answer.body.contains("bug"));
}

#[tokio::test]
async fn the_caller_is_whom_the_proxy_names() {
    let direct = ask(request("GET", "/peer").body("").expect("a request")).await;
    assert_eq!(direct.body, "Some(10.0.0.1)");
    let relayed = request("GET", "/peer").header("x-forwarded-for", "192.0.2.1, 192.0.2.2");
    assert_eq!(ask(relayed.body("").expect("a request")).await.body, "Some(192.0.2.2)");
}

#[test]
fn documents_are_xml() {
    let voice = twiml(&crate::twiml::voice::Response::new());
    let text = twiml_message(&crate::twiml::messaging::Response::new());
    for response in [voice, text] {
        assert_eq!(response.headers()["content-type"], "text/xml; charset=utf-8");
        let body = response.body().as_full().expect("bytes");
        assert!(body.starts_with(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response"));
    }
}

#[tokio::test]
async fn diagnostics_show_nothing_that_was_sent() {
    let desk = desk().map_handlers(|_| {
        std::sync::Arc::new(async |call: crate::http::Call| {
            Ok(http::Response::new(Body::from(format!("{call:?} {:?} {:?}", call.form(), call.params))))
        })
    });
    let request = form("/fields?Digits=777").header("authorization", "Bearer 777").body("From=777").expect("a request");
    let answer = super::desk::ask_at(&desk, request).await;
    assert!(answer.body.contains("/fields") && !answer.body.contains("777"), "{}", answer.body);
}
