//! Next to filters of somebody else.

use http::Request;
use responder_core::http::testing::adapter::received;
use responder_core::http::{Access, Body, BodyRule, Call, Endpoint, Endpoints, no_content};
use tower::ServiceExt;
use warp::{Filter, Rejection, Reply};

fn endpoints() -> Endpoints {
    let answer = async |_: Call| Ok(no_content());
    let public = "https://help.example.com".parse().expect("a URL");
    let table = Endpoints::builder(public).endpoint(Endpoint::get("/healthz", Access::Public, answer));
    let table = table.endpoint(Endpoint::post("/form", Access::Public, BodyRule::form(), answer));
    table.build().expect("a table")
}

fn theirs() -> impl Filter<Extract = (&'static str,), Error = Rejection> + Clone + Send + Sync + 'static {
    warp::path("theirs").and(warp::path::end()).map(|| "theirs")
}

async fn ask<F>(filter: F, method: &str, path: &str) -> (u16, String)
where
    F: Filter<Error = Rejection, Extract: Reply + Send> + Send + Sync + 'static,
{
    let request = Request::builder().method(method).uri(path).body(Body::from("a=1")).expect("a request");
    let response = warp::service(filter).oneshot(request).await.expect("filters don't fail");
    let status = response.status().as_u16();
    let mut body = received(response).into_body();
    let mut bytes = Vec::new();
    while let Some(frame) =
        std::future::poll_fn(|context| http_body::Body::poll_frame(std::pin::Pin::new(&mut body), context)).await
    {
        bytes.extend(frame.expect("a piece").into_data().unwrap_or_default());
    }
    (status, String::from_utf8(bytes).expect("text"))
}

#[tokio::test]
async fn what_is_not_ours_is_left_to_others() {
    let ours = || responder_warp::filter(endpoints());
    for (path, status, body) in [("/theirs", 200, "theirs"), ("/healthz", 204, ""), ("/nothing", 404, "")] {
        assert_eq!(ask(ours().or(theirs()), "GET", path).await, (status, body.to_owned()), "{path}, ours first");
        assert_eq!(ask(theirs().or(ours()), "GET", path).await, (status, body.to_owned()), "{path}, theirs first");
    }
    assert_eq!(ask(ours().or(theirs()), "POST", "/healthz").await.0, 405, "answered by us, as is all at our paths");
}

#[tokio::test]
async fn below_a_prefix_their_paths_are_found_again() {
    let both = || warp::path("tuc").and(responder_warp::filter(endpoints())).or(warp::path("tuc").and(theirs()));
    assert_eq!(ask(both(), "GET", "/tuc/healthz").await.0, 204);
    assert_eq!(ask(both(), "GET", "/tuc/theirs").await.1, "theirs");
    assert_eq!(ask(both(), "GET", "/healthz").await.0, 404);
}

#[tokio::test]
async fn the_last_of_a_chain_takes_all() {
    let all = theirs().or(responder_warp::catch_all(endpoints()));
    let (status, body) = ask(all, "GET", "/nothing").await;
    assert!(status == 404 && body.contains("\"code\":\"not_found\""), "{status} {body}");
}

#[tokio::test]
async fn a_body_is_left_to_whom_it_is_for() {
    let theirs = || warp::path("echo").and(warp::body::bytes()).map(|body: bytes::Bytes| body.to_vec());
    let both = || responder_warp::filter(endpoints()).or(theirs());
    assert_eq!(ask(both(), "POST", "/echo").await, (200, "a=1".to_owned()), "we have not taken it");
    assert_eq!(ask(theirs().or(responder_warp::filter(endpoints())), "POST", "/form").await.0, 415, "nor have they");
}
