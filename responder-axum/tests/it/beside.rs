//! Next to routes of somebody else.

use axum::{Router, body::Body, routing::get};
use http::Request;
use http_body_util::BodyExt;
use responder_core::http::{Access, Call, Endpoint, Endpoints, no_content};
use tower::ServiceExt;

fn endpoints() -> Endpoints {
    let healthz = Endpoint::get("/healthz", Access::Public, async |_: Call| Ok(no_content()));
    let public = "https://help.example.com".parse().expect("a URL");
    Endpoints::builder(public).endpoint(healthz).build().expect("a table")
}

async fn ask(router: &Router, method: &str, path: &str) -> (u16, String) {
    let request = Request::builder().method(method).uri(path).body(Body::empty()).expect("a request");
    let response = router.clone().oneshot(request).await.expect("an answer");
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    (status, String::from_utf8(body.to_vec()).expect("text"))
}

fn theirs() -> Router {
    Router::new().route("/", get(async || "theirs")).fallback(async || "their fallback")
}

#[tokio::test]
async fn below_a_prefix_all_is_ours() {
    let both = theirs().nest("/tuc", responder_axum::router(endpoints()));
    assert_eq!(ask(&both, "GET", "/").await.1, "theirs");
    assert_eq!(ask(&both, "GET", "/healthz").await.1, "their fallback");
    assert_eq!(ask(&both, "GET", "/tuc/healthz").await.0, 204);
    let (status, body) = ask(&both, "GET", "/tuc/nothing").await;
    assert!(status == 404 && body.contains("\"code\":\"not_found\""), "{status} {body}");
}

#[tokio::test]
async fn beside_others_at_the_root_the_rest_is_theirs() {
    let both = theirs().merge(responder_axum::router(endpoints()).reset_fallback());
    assert_eq!(ask(&both, "GET", "/").await.1, "theirs");
    assert_eq!(ask(&both, "GET", "/nothing").await.1, "their fallback");
    assert_eq!(ask(&both, "GET", "/healthz").await.0, 204);
    assert_eq!(ask(&both, "POST", "/healthz").await.0, 405);
}
