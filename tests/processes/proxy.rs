//! What stands before the nodes of a branch: a load balancer that asks one after the other.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use tokio::{net::TcpListener, time::Instant};

/// A node that does not answer within this time is left alone for as long.
const PATIENCE: Duration = Duration::from_secs(1);

const LARGEST: usize = 1 << 20;

/// One after the other, but for those that were down a moment ago.
#[derive(Debug)]
pub(crate) struct Proxy {
    pub(crate) port: u16,
    nodes: Vec<Node>,
    turn: AtomicUsize,
    http: reqwest::Client,
}

#[derive(Debug)]
struct Node {
    port: u16,
    answered: AtomicUsize,
    down_until: Mutex<Option<Instant>>,
}

/// Why a node gave no answer.
enum Failure {
    /// It was not asked: nobody listens there.
    NotAsked,
    /// It may have worked.
    Cut,
}

impl Proxy {
    /// Before nodes at these ports, whether anybody listens there yet or not.
    pub(crate) async fn before(nodes: &[u16]) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
        let node = |port: &u16| Node { port: *port, answered: AtomicUsize::new(0), down_until: Mutex::default() };
        let proxy = Arc::new(Self {
            port: listener.local_addr().expect("an address").port(),
            nodes: nodes.iter().map(node).collect(),
            turn: AtomicUsize::new(0),
            http: reqwest::Client::builder().timeout(PATIENCE).build().expect("a client"),
        });
        let router: Router = Router::new().fallback(carry).with_state(proxy.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        proxy
    }

    /// How many requests each node has answered.
    pub(crate) fn answered(&self) -> Vec<usize> {
        self.nodes.iter().map(|node| node.answered.load(Ordering::SeqCst)).collect()
    }

    /// The nodes in the order in which they are to be asked now.
    fn order(&self) -> Vec<&Node> {
        let first = self.turn.fetch_add(1, Ordering::SeqCst);
        let mut order: Vec<_> = (0..self.nodes.len()).map(|n| &self.nodes[(first + n) % self.nodes.len()]).collect();
        order.sort_by_key(|node| node.is_down());
        order
    }

    async fn ask(&self, node: &Node, head: &Parts, body: &Bytes) -> Result<Response, Failure> {
        let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
        let mut headers = head.headers.clone();
        headers.remove("host");
        let request = self.http.request(head.method.clone(), format!("http://127.0.0.1:{}{target}", node.port));
        let answer = request.headers(headers).body(body.clone()).send().await;
        let failure = |error: reqwest::Error| if error.is_connect() { Failure::NotAsked } else { Failure::Cut };
        let answer = answer.map_err(failure)?;
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        headers.remove("transfer-encoding");
        let body = answer.bytes().await.map_err(|_| Failure::Cut)?;
        node.answered.fetch_add(1, Ordering::SeqCst);
        Ok((status, headers, Body::from(body)).into_response())
    }
}

impl Node {
    fn is_down(&self) -> bool {
        self.down_until.lock().expect("a time").is_some_and(|until| Instant::now() < until)
    }

    fn avoid(&self) {
        *self.down_until.lock().expect("a time") = Some(Instant::now() + PATIENCE);
    }
}

/// Whoever was not asked does no harm, so the next one is; what may have been done is not done twice by us.
async fn carry(State(proxy): State<Arc<Proxy>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, LARGEST).await else { return StatusCode::BAD_REQUEST.into_response() };
    for node in proxy.order() {
        match proxy.ask(node, &head, &body).await {
            Ok(answer) => return answer,
            Err(Failure::NotAsked) => node.avoid(),
            Err(Failure::Cut) => {
                node.avoid();
                return StatusCode::BAD_GATEWAY.into_response();
            }
        }
    }
    StatusCode::BAD_GATEWAY.into_response()
}
