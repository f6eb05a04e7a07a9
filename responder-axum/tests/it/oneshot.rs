use axum::{Router, body::Body, routing::get};
use http::{Request, Response};
use http_body_util::BodyExt;
use responder_core::http::testing::intrusions;
use tower::ServiceExt;

use super::desk::{desk, signature};

async fn ask(router: Router, request: Request<Body>) -> (u16, String, Response<()>) {
    let response = router.oneshot(request).await.expect("an answer");
    let (head, body) = response.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    let text = String::from_utf8(body.to_vec()).expect("text");
    (head.status.as_u16(), text, Response::from_parts(head, ()))
}

fn request(method: &str, path: &str) -> http::request::Builder {
    Request::builder().method(method).uri(path)
}

fn form(path: &str) -> http::request::Builder {
    request("POST", path).header("content-type", "application/x-www-form-urlencoded")
}

/// Beside routes of somebody else, who has a fallback of their own.
fn nested() -> Router {
    let theirs =
        Router::new().route("/", get(async || "theirs")).fallback(async || (http::StatusCode::NOT_FOUND, "theirs"));
    theirs.nest("/tuc", responder_axum::router(desk()))
}

fn code(body: &str) -> &str {
    let (_, rest) = body.split_once("\"code\":\"").unwrap_or_else(|| panic!("no error of ours: {body}"));
    rest.split('"').next().expect("a code")
}

#[tokio::test]
async fn everything_wrong_is_answered_by_the_endpoints() {
    let long = "a".repeat(70_000);
    let cases = [
        (request("GET", "/nothing").body(Body::empty()), 404, "not_found"),
        (request("GET", "/healthz/").body(Body::empty()), 404, "not_found"),
        (request("GET", "//healthz").body(Body::empty()), 404, "not_found"),
        (request("GET", "/people/").body(Body::empty()), 404, "not_found"),
        (request("GET", "/people/%ff").body(Body::empty()), 404, "not_found"),
        (request("POST", "/people/%ff").body(Body::empty()), 404, "not_found"),
        (request("POST", "/healthz").body(Body::empty()), 405, "method_not_allowed"),
        (request("HEAD", "/fields").body(Body::empty()), 405, ""),
        (request("BREW", "/people/me").body(Body::empty()), 405, "method_not_allowed"),
        (request("POST", "/webhook").body(Body::from(long.clone())), 401, "unauthorized"),
        (form("/fields").body(Body::from(long.clone())), 413, "body_too_large"),
        (form("/hold").body(Body::from("a=1")), 403, "invalid_signature"),
        (
            request("POST", "/fields").header("content-type", "text/plain").body(Body::from("a")),
            415,
            "unsupported_content_type",
        ),
        (form("/fields").body(Body::from("a=1&a=2")), 400, "duplicate_field"),
        (form("/fields").body(Body::from("a=%ff")), 400, "malformed_form"),
    ];
    for (request, status, expected) in cases {
        let request = request.expect("a request");
        let what = format!("{} {}", request.method(), request.uri());
        let (found, body, _) = ask(responder_axum::router(desk()), request).await;
        assert_eq!(found, status, "{what}");
        assert!(expected.is_empty() && body.is_empty() || code(&body) == expected, "{what}: {body}");
    }
}

#[tokio::test]
async fn a_body_without_a_length_is_counted() {
    let pieces = |count: usize| {
        let piece = "a".repeat(1024);
        let pieces = (0..count).map(move |_| Ok::<_, std::convert::Infallible>(piece.clone()));
        Body::from_stream(futures_util::stream::iter(pieces))
    };
    let (status, _, _) =
        ask(responder_axum::router(desk()), form("/fields").body(pieces(64)).expect("a request")).await;
    assert_eq!(status, 200);
    let (status, _, _) =
        ask(responder_axum::router(desk()), form("/fields").body(pieces(65)).expect("a request")).await;
    assert_eq!(status, 413);
}

#[tokio::test]
async fn methods_are_told() {
    let options = request("OPTIONS", "/people/me").body(Body::empty()).expect("a request");
    let (status, body, head) = ask(responder_axum::router(desk()), options).await;
    assert_eq!((status, body.as_str()), (204, ""));
    assert_eq!(head.headers()["allow"], "GET, HEAD, OPTIONS");
    assert!(head.headers().get("content-length").is_none());
    let get = request("GET", "/hold").body(Body::empty()).expect("a request");
    let (status, _, head) = ask(responder_axum::router(desk()), get).await;
    assert_eq!((status, head.headers()["allow"].as_bytes()), (405, &b"OPTIONS, POST"[..]));
    assert_eq!(head.headers().get_all("allow").iter().count(), 1);
}

#[tokio::test]
async fn paths_arrive_as_they_were_written() {
    let get = request("GET", "/people/a%2Fb%2520?x=%41").body(Body::empty()).expect("a request");
    let (_, body, _) = ask(responder_axum::router(desk()), get).await;
    assert_eq!(body, "Some(\"a/b%20\") /people/a%2Fb%2520?x=%41 ");
    let get = request("GET", "/%68ealthz").body(Body::empty()).expect("a request");
    assert_eq!(ask(responder_axum::router(desk()), get).await.0, 204, "known to no route of axum");
}

#[tokio::test]
async fn below_a_prefix_they_are_the_same() {
    let get = |path: &str| request("GET", path).body(Body::empty()).expect("a request");
    assert_eq!(ask(nested(), get("/tuc/people/%41?x=1")).await.1, "Some(\"A\") /people/%41?x=1 ");
    assert_eq!(ask(nested(), get("/tuc")).await.1, "None / ");
    assert_eq!(code(&ask(nested(), get("/tuc/nothing")).await.1), "not_found");
    assert_eq!(code(&ask(nested(), get("/tuc/healthz/")).await.1), "not_found");
    assert_eq!(ask(nested(), get("/nothing")).await.1, "theirs");
    assert_eq!(ask(nested(), get("/")).await.1, "theirs");

    let fields = [("CallSid".to_owned(), "CA1".to_owned())];
    let signed = |path: &str| {
        let builder = form(path).header("x-twilio-signature", signature("/hold?leg=0", &fields));
        builder.body(Body::from("CallSid=CA1")).expect("a request")
    };
    let (status, body, _) = ask(nested(), signed("/tuc/hold?leg=0")).await;
    assert_eq!((status, body.as_str()), (200, "None /hold?leg=0 CallSid=CA1;"), "the public URL has the prefix");
    assert_eq!(ask(nested(), signed("/tuc/hold?leg=1")).await.0, 403);
}

#[tokio::test]
async fn beside_others_at_the_root_they_leave_the_rest() {
    let theirs = Router::new().route("/theirs", get(async || "theirs")).fallback(async || "their fallback");
    let both = theirs.merge(responder_axum::router(desk()).reset_fallback());
    let asked = |path: &str| request("GET", path).body(Body::empty()).expect("a request");
    assert_eq!(ask(both.clone(), asked("/theirs")).await.1, "theirs");
    assert_eq!(ask(both.clone(), asked("/nothing")).await.1, "their fallback");
    assert_eq!(code(&ask(both, asked("/hold")).await.1), "method_not_allowed");
}

#[tokio::test]
async fn strangers_are_refused() {
    assert_eq!(intrusions(&desk()).await, []);
}
