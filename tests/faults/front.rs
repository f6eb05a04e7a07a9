//! What stands before the nodes: gives each request to one of them, and its repeats to the others.

use std::{
    collections::HashMap,
    error::Error,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use tokio::time::sleep;

use crate::{
    dice::Dice,
    node::{Asked, Node, Tampering},
};

#[derive(Clone)]
pub(crate) struct Front {
    desk: Arc<Mutex<Desk>>,
    tampering: Arc<dyn Tampering>,
}

struct Desk {
    nodes: Vec<Arc<Node>>,
    /// How often each request came, by the provider's name for it.
    asked: HashMap<Bytes, usize>,
    next: usize,
    dice: Dice,
}

impl Front {
    pub(crate) fn new(seed: u64, tampering: Arc<dyn Tampering>) -> Self {
        let (nodes, asked) = (Vec::new(), HashMap::new());
        let desk = Arc::new(Mutex::new(Desk { nodes, asked, next: 0, dice: Dice::new(seed, 2) }));
        Self { desk, tampering }
    }

    fn lock(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(&self, node: Node) {
        self.lock().nodes.push(Arc::new(node));
    }

    /// Forgets nodes that are dead.
    pub(crate) fn bury(&self) {
        let (dead, alive) = std::mem::take(&mut self.lock().nodes).into_iter().partition(|node| node.life.is_dead());
        self.lock().nodes = alive;
        for node in Vec::<Arc<Node>>::into_iter(dead) {
            node.bury();
        }
    }

    /// Lets all of them go.
    pub(crate) fn close(&self) {
        for node in std::mem::take(&mut self.lock().nodes) {
            node.bury();
        }
    }

    /// Answers, unless the node that was asked dies meanwhile.
    pub(crate) async fn ask(
        self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Full<Bytes>>, Box<dyn Error + Send + Sync>> {
        if let Some(answer) = self.instead(&request).await {
            return Ok(answer);
        }
        let (node, there, back) = self.lock().assign(&request).ok_or("no node is there")?;
        sleep(there).await;
        let life = Arc::clone(&node.life);
        let answering = async {
            let answer = node.endpoints.serve(request, None).await;
            // One that stands still answers nothing either.
            node.life.lives().await;
            answer
        };
        let answer = tokio::select! {
            biased;
            () = life.dies() => return Err("the connection is reset".into()),
            answer = answering => answer,
        };
        sleep(back).await;
        let (head, body) = answer.into_parts();
        let body = body.collect().await?.to_bytes();
        let body = String::from_utf8(body.to_vec()).map_or(body, |text| self.tampering.rewritten(text).into());
        Ok(Response::from_parts(head, Full::new(body)))
    }

    async fn instead(&self, request: &Request<Full<Bytes>>) -> Option<Response<Full<Bytes>>> {
        let body = request.body().clone().collect().await.ok()?.to_bytes();
        let asked = Asked {
            path: request.uri().path(),
            query: request.uri().query().unwrap_or_default(),
            body: std::str::from_utf8(&body).unwrap_or_default(),
        };
        let answer = self.tampering.instead(&asked)?;
        let status = if answer.is_empty() { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
        let mut answer = Response::new(Full::new(answer.into()));
        *answer.status_mut() = status;
        answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/xml"));
        Some(answer)
    }
}

impl Desk {
    fn assign(&mut self, request: &Request<Full<Bytes>>) -> Option<(Arc<Node>, Duration, Duration)> {
        let name = request.headers().get("I-Twilio-Idempotency-Token");
        let name = name.map(|name| Bytes::copy_from_slice(name.as_bytes())).unwrap_or_default();
        let (fresh, count) = (self.next, self.nodes.iter().filter(|node| !node.life.is_dead()).count());
        let turn = self.asked.entry(name).and_modify(|turn| *turn += 1).or_insert(fresh);
        self.next += 1;
        let node = self.nodes.iter().filter(|node| !node.life.is_dead()).nth(turn.checked_rem(count)?)?;
        Some((Arc::clone(node), self.dice.millis(1..=60), self.dice.millis(1..=60)))
    }
}
