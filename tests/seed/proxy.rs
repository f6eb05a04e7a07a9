//! A proxy that adds headers to whatever passes, and changes nothing else.

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::Request,
    http::{HeaderMap, Response, header},
};
use reqwest::{Client, redirect::Policy};

use crate::common::place::serve;

/// What is added.
pub(crate) type Tokens = Vec<(&'static str, String)>;

/// Opens one in front of `target`, and returns its address.
pub(crate) async fn open(target: &str, tokens: Tokens) -> String {
    let (target, client) = (target.to_owned(), client());
    let pass = move |request: Request| passed(client.clone(), target.clone(), tokens.clone(), request);
    serve(Router::new().fallback(pass)).await
}

/// A client that follows no redirects: where they lead is looked at.
pub(crate) fn client() -> Client {
    Client::builder().redirect(Policy::none()).no_proxy().build().expect("a client")
}

async fn passed(client: Client, target: String, tokens: Tokens, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body: Bytes = to_bytes(body, 1 << 20).await.expect("a body");
    let path = head.uri.path_and_query().expect("a path");
    let mut passed =
        client.request(head.method, format!("{target}{path}")).headers(of_the_way(head.headers)).body(body);
    for (name, value) in tokens {
        passed = passed.header(name, value);
    }
    match passed.send().await {
        Ok(answer) => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = answer.status();
            *response.headers_mut() = of_the_way(answer.headers().clone());
            *response.body_mut() = Body::from(answer.bytes().await.expect("a body"));
            response
        }
        // What nobody here expects: it shows as an answer that is wrong.
        Err(_) => Response::builder().status(599).body(Body::empty()).expect("a response"),
    }
}

/// Without what is about one connection alone.
fn of_the_way(mut headers: HeaderMap) -> HeaderMap {
    for name in [header::HOST, header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION] {
        headers.remove(name);
    }
    headers
}
