//! Callers who go before they are answered.

use std::sync::Arc;

use futures_util::FutureExt;
use http::{Method, Request, Response};
use tokio::sync::{Notify, mpsc};

use super::desk::key;
use crate::http::{Access, Body, BodyRule, Call, Credential, Endpoint, Endpoints, HttpError, Keys, no_content};

/// Says that it has begun, waits, and says that it has done it, or that it never will.
struct Deed {
    go_on: Arc<Notify>,
    says: mpsc::UnboundedSender<&'static str>,
}

impl Deed {
    async fn run(self) -> Result<Response<Body>, HttpError> {
        self.says.send("begun").expect("somebody listens");
        self.go_on.notified().await;
        self.says.send("done").expect("somebody listens");
        Ok(no_content())
    }
}

impl Drop for Deed {
    fn drop(&mut self) {
        // The listener of a test that fails may be gone.
        let _ = self.says.send("over");
    }
}

/// What is said when whoever asks so goes after the handler has begun.
async fn said(method: &Method, access: Access) -> Vec<&'static str> {
    let (go_on, (says, mut heard)) = (Arc::new(Notify::new()), mpsc::unbounded_channel());
    let waits = Arc::clone(&go_on);
    let handler = move |_: Call| Deed { go_on: Arc::clone(&waits), says: says.clone() }.run();
    let table = table(Endpoint::new(method.clone(), "/deed", access, BodyRule::Empty, handler));
    let mut answer = Box::pin(table.serve(request(method), None));
    assert!(answer.as_mut().now_or_never().is_none(), "it waits");
    let mut said = vec![heard.recv().await.expect("it begins")];
    drop(answer);
    go_on.notify_one();
    while said.last() != Some(&"over") {
        said.push(heard.recv().await.expect("it ends"));
    }
    said
}

fn table(endpoint: Endpoint) -> Endpoints {
    let keys = Keys { intake_token: Some(key("token")), ..Keys::default() };
    let table = Endpoints::builder("https://help.example.com".parse().expect("a URL")).keys(keys);
    table.endpoint(endpoint).build().expect("a table")
}

fn request(method: &Method) -> Request<Body> {
    let request = Request::builder().method(method).uri("/deed").header("authorization", "Bearer token");
    request.body(Body::empty()).expect("a request")
}

fn reporter() -> Access {
    Access::AnyOf(vec![Credential::IntakeToken])
}

#[tokio::test]
async fn what_somebody_changes_is_done_to_its_end() {
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        assert_eq!(said(&method, reporter()).await, ["begun", "done", "over"], "{method}");
    }
}

#[tokio::test]
async fn what_nobody_needs_is_not() {
    assert_eq!(said(&Method::GET, reporter()).await, ["begun", "over"], "an answer that nobody waits for");
    assert_eq!(said(&Method::POST, Access::Public).await, ["begun", "over"], "the work of somebody unknown");
}

/// Nobody else could go on with it.
#[test]
fn without_tokio_it_is_answered_on_the_spot() {
    let handler = async |_: Call| Ok(no_content());
    let table = table(Endpoint::post("/deed", reporter(), BodyRule::Empty, handler));
    let answer = table.serve(request(&Method::POST), None).now_or_never().expect("an answer at once");
    assert_eq!(answer.status(), 204);
}
