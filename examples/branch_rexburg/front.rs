//! What stands before the nodes: it asks one after the other. A load balancer, as small as can be.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};

struct Front {
    nodes: Vec<SocketAddr>,
    turn: AtomicUsize,
    client: reqwest::Client,
}

/// More than a node takes.
const LARGEST: usize = 1 << 20;

/// A service that passes everything on to these.
pub(crate) fn before(nodes: Vec<SocketAddr>) -> Result<Router, reqwest::Error> {
    // Redirects are the caller's to follow.
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    Ok(Router::new().fallback(pass_on).with_state(Arc::new(Front { nodes, turn: AtomicUsize::new(0), client })))
}

/// A node that is not there was not asked, so the next one is. One that was asked may have worked: whoever sent the
/// request knows whether it may be sent again.
async fn pass_on(State(front): State<Arc<Front>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, LARGEST).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let first = front.turn.fetch_add(1, Ordering::Relaxed);
    for n in 0..front.nodes.len() {
        match front.ask(front.nodes[(first + n) % front.nodes.len()], &head, &body).await {
            Ok(answer) => return answer,
            Err(error) if error.is_connect() => {}
            Err(_) => break,
        }
    }
    StatusCode::BAD_GATEWAY.into_response()
}

impl Front {
    async fn ask(&self, node: SocketAddr, head: &Parts, body: &Bytes) -> Result<Response, reqwest::Error> {
        let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
        let mut headers = head.headers.clone();
        headers.remove(header::HOST);
        let request = self.client.request(head.method.clone(), format!("http://{node}{target}"));
        let answer = request.headers(headers).body(body.clone()).send().await?;
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        headers.remove(header::TRANSFER_ENCODING);
        // Piece by piece, so that streams of events arrive while they last.
        Ok((status, headers, Body::from_stream(answer.bytes_stream())).into_response())
    }
}
