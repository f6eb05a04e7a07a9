//! Somebody else's service that wants our events: it listens on a socket, and takes nothing that is not signed.

use std::{
    collections::{BTreeMap, HashMap},
    future::IntoFuture,
    sync::Arc,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use responder::{
    notify::{Webhook, WebhookClient},
    signature::WebhookSecret,
};
use serde_json::Value;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

pub(crate) const SECRET: &str = "whsec_c2VjcmV0IG9mIDI0IGJ5dGVzIG9yIG1vcmU=";

/// What it has heard.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// Whether it takes anything.
    pub(crate) is_open: bool,
    /// What came while it did not, or came again.
    pub(crate) refused: u32,
    pub(crate) repeated: u32,
    /// What was wrong with a request.
    pub(crate) wrong: Vec<String>,
    /// What it has taken: in order for each emergency (empty for none), with the number of the event.
    pub(crate) lanes: BTreeMap<String, Vec<(u64, String)>>,
    bodies: HashMap<String, Bytes>,
}

pub(crate) struct Receiver {
    pub(crate) heard: Arc<watch::Sender<Heard>>,
    url: String,
    serving: JoinHandle<()>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let heard = Arc::new(watch::Sender::<Heard>::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let router = Router::new().route("/hook", post(take)).with_state(heard.clone());
        let serving = axum::serve(listener, router).into_future();
        let serving = tokio::spawn(async move { drop(serving.await) });
        Self { heard, url, serving }
    }

    /// How a branch knows it.
    pub(crate) fn hook(&self) -> Webhook {
        let sender = WebhookClient::new("127.0.0.1".parse().expect("a host")).expect("a client");
        let hook = Webhook::new("hook".parse().expect("a name"), self.url().into(), Arc::new(sender));
        hook.expect("a target").signed_with(SECRET.parse().expect("a secret"))
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn open(&self) {
        self.heard.send_modify(|heard| heard.is_open = true);
    }

    pub(crate) async fn until(&self, is_enough: impl FnMut(&Heard) -> bool) {
        self.heard.subscribe().wait_for(is_enough).await.expect("a receiver");
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Heard {
    pub(crate) fn count(&self) -> usize {
        self.lanes.values().map(Vec::len).sum()
    }

    /// Looks at a request; gives the status of the answer, or what is wrong.
    pub(crate) fn note(&mut self, headers: &HeaderMap, body: &Bytes) -> Result<u16, String> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).ok_or(format!("no {name}"));
        let (id, seconds) = (header("webhook-id")?, header("webhook-timestamp")?);
        let seconds: i64 = seconds.parse().map_err(|_| "the timestamp is no number".to_owned())?;
        let secret: WebhookSecret = SECRET.parse().map_err(|_| "no secret".to_owned())?;
        if !secret.has_signed(id, seconds, body, header("webhook-signature")?) {
            return Err(format!("{id} has another signature"));
        }
        if !self.is_open {
            self.refused += 1;
            return Ok(503);
        }
        if let Some(before) = self.bodies.insert(id.to_owned(), body.clone()) {
            self.repeated += 1;
            return if before == *body { Ok(200) } else { Err(format!("{id} has another body than before")) };
        }
        let said: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        let number =
            id.split('_').nth(2).and_then(|number| number.parse().ok()).ok_or(format!("{id} has no number"))?;
        let lane = said["data"]["emergency_id"].as_str().unwrap_or_default();
        let lane = self.lanes.entry(lane.to_owned()).or_default();
        if lane.last().is_some_and(|(last, _)| *last >= number) {
            return Err(format!("{id} comes after a later one of its emergency"));
        }
        lane.push((number, said["event"].as_str().unwrap_or_default().to_owned()));
        Ok(200)
    }
}

async fn take(State(heard): State<Arc<watch::Sender<Heard>>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let mut status = 400;
    heard.send_modify(|heard| match heard.note(&headers, &body) {
        Ok(answer) => status = answer,
        Err(wrong) => heard.wrong.push(wrong),
    });
    StatusCode::from_u16(status).unwrap_or_default()
}
