//! Log and timeline, posted to whoever looks for a fault.

use std::{
    cmp::Reverse,
    fmt::Debug,
    io,
    sync::{Arc, Mutex, PoisonError},
};

use ::http::{
    HeaderMap, HeaderValue, Response, StatusCode,
    header::{CONTENT_ENCODING, CONTENT_TYPE},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};

use super::logs::{in_background, log};
use super::operator::store_failed;
use crate::{
    branch::Branch,
    http::{Access, Body, BodyRule, BranchScope, Call, Credential, Endpoint, HttpError, json as answer},
    notify::{WebhookError, WebhookPost, WebhookSender, compressed},
    store::StoredEvent,
};

/// What `/debug_firehose` works with.
#[derive(Debug)]
pub struct Firehose {
    sender: Arc<dyn WebhookSender>,
    hostname: String,
    target: Mutex<Option<SecretString>>,
}

/// The rows of `/debug_firehose`, which belong beside [`rows`](super::rows). By `GET` it is for bearers of a token
/// alone: browsers send a password by themselves, to wherever a page tells them to.
pub fn firehose_rows(branch: &Arc<Branch>, firehose: &Arc<Firehose>) -> Vec<Endpoint> {
    let handler = |branch: &Arc<Branch>| {
        let (branch, firehose) = (Arc::clone(branch), Arc::clone(firehose));
        move |call: Call| {
            let (branch, firehose) = (Arc::clone(&branch), Arc::clone(&firehose));
            async move { firehose.pour(&branch, &call).await }
        }
    };
    let bearers = Access::AnyOf(vec![Credential::Internal(BranchScope::Any), Credential::IntakeToken]);
    let rows = [
        Endpoint::get(PATH, bearers, handler(branch)),
        Endpoint::post(PATH, Access::operator(), BodyRule::Empty, handler(branch)),
    ];
    rows.into_iter().map(|row| row.with_error_page(HttpError::into_response_with_error)).collect()
}

const PATH: &str = "/debug_firehose";

/// Of the log, in bytes.
const SNIPPET: u64 = 100 << 10;

/// Emergencies whose events are told, and how many of these.
const EMERGENCIES: u32 = 50;
const EVENTS: usize = 1000;

/// How a long log is made shorter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Plain,
    /// The whole body.
    Gzip,
    /// The log alone, compressed, as text.
    Base64,
}

/// Where it goes, and what the answer calls that.
struct Target {
    url: SecretString,
    shown: String,
}

impl Firehose {
    /// Posted by `sender`, to no more than that lets itself be told to, in the name of the machine `hostname`.
    pub fn new(sender: Arc<dyn WebhookSender>, hostname: impl Into<String>) -> Self {
        Self { sender, hostname: hostname.into(), target: Mutex::default() }
    }

    /// Where it is posted if a request does not say (`DEBUG_WEBHOOK_URL`), from now on.
    pub fn set_target(&self, url: Option<SecretString>) {
        *self.target.lock().unwrap_or_else(PoisonError::into_inner) = url;
    }

    fn default_target(&self) -> Option<SecretString> {
        self.target.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn pour(&self, branch: &Branch, call: &Call) -> Result<Response<Body>, HttpError> {
        let (target, encoding) = (self.target(call)?, encoding(call)?);
        let events = newest(branch).await?;
        let log = end_of_log(branch).await.map_err(HttpError::internal)?;
        let payload = self.payload(branch, &events, &log, encoding).await?;
        let posted = self.sender.post(post(&target, &payload, encoding)?).await;
        let result = match posted {
            Ok(answer) => json!({ "posted_to": target.shown, "status_code": answer.status }),
            Err(WebhookError::Target(refused)) => json!({ "posted_to": target.shown, "error": refused.to_string() }),
            Err(error) => json!({ "posted_to": target.shown, "error": error.to_string() }),
        };
        let body = json!({
            "target": target.shown, "results": [result], "timeline_count": events.len(), "timeline": events,
        });
        answer(StatusCode::OK, &body)
    }

    /// What is asked for, or what is set; of that only the host is shown. Whether it may be posted to, the sender says.
    fn target(&self, call: &Call) -> Result<Target, HttpError> {
        let query = call.query();
        let asked =
            ["webhook_url", "webhook"].into_iter().find_map(|name| query.get(name).filter(|url| !url.is_empty()));
        match (asked, self.default_target()) {
            (Some(url), _) => Ok(Target { url: url.into(), shown: url.to_owned() }),
            (None, Some(url)) => Ok(Target { shown: origin(url.expose_secret()), url }),
            (None, None) => {
                let message = "Say where to post it: ?webhook_url=https://…";
                Err(HttpError::bad_request("no_target", message).with_field("webhook_url"))
            }
        }
    }

    async fn payload(
        &self,
        branch: &Branch,
        events: &[Value],
        log: &str,
        encoding: Encoding,
    ) -> Result<Value, HttpError> {
        let now = branch.store().now().await.map_err(store_failed)?;
        let mut metadata = json!({ "hostname": self.hostname, "public_url": branch.links().public().as_str() });
        let mut snippet = log.to_owned();
        if encoding == Encoding::Base64
            && let Some(short) = compressed(log.as_bytes())
        {
            snippet = STANDARD.encode(short);
            metadata["raw_log_encoding"] = json!("gzip+base64");
        }
        Ok(json!({
            "event": "debug_firehose_log_dump",
            "timestamp": now.to_string(),
            "metadata": metadata,
            "timeline": events,
            "raw_log_snippet": snippet,
        }))
    }
}

fn encoding(call: &Call) -> Result<Encoding, HttpError> {
    match call.query().get("encoding") {
        None | Some("") => Ok(Encoding::Plain),
        Some("gzip") => Ok(Encoding::Gzip),
        Some("base64") => Ok(Encoding::Base64),
        Some(_) => {
            let message = "encoding must be gzip or base64.";
            Err(HttpError::bad_request("invalid_field", message).with_field("encoding"))
        }
    }
}

fn post(target: &Target, payload: &Value, encoding: Encoding) -> Result<WebhookPost, HttpError> {
    let mut body = Bytes::from(serde_json::to_vec(payload).map_err(HttpError::internal)?);
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if encoding == Encoding::Gzip
        && let Some(short) = compressed(&body)
    {
        body = short;
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(WebhookPost { url: target.url.clone(), headers, body })
}

/// Empty if there is no log.
async fn end_of_log(branch: &Branch) -> io::Result<String> {
    match log(branch) {
        Some(log) => in_background(move || log.end(SNIPPET)).await,
        None => Ok(String::new()),
    }
}

/// The events of the newest emergencies, newest first.
async fn newest(branch: &Branch) -> Result<Vec<Value>, HttpError> {
    let listing = branch.store().list(branch.key(), None, EMERGENCIES).await.map_err(store_failed)?;
    let readable = listing.emergencies.iter().map(|loaded| loaded.state.id());
    let mut events: Vec<StoredEvent> = Vec::new();
    for id in readable.chain(listing.unreadable).chain(listing.newer) {
        events.extend(branch.timeline(id).await.map_err(store_failed)?);
    }
    events.sort_unstable_by_key(|event| Reverse(event.id));
    events.truncate(EVENTS);
    Ok(events.iter().map(told).collect())
}

fn told(event: &StoredEvent) -> Value {
    let mut told: Map<String, Value> = serde_json::from_str(&event.json).unwrap_or_default();
    told.insert("timestamp".to_owned(), json!(event.at.to_string()));
    told.insert("emergency_id".to_owned(), json!(event.emergency));
    Value::Object(told)
}

/// A URL without its path, which may be a secret.
fn origin(url: &str) -> String {
    let after = url.find("://").map_or(0, |at| at + 3);
    let end = url[after..].find(['/', '?', '#']).map_or(url.len(), |at| after + at);
    url[..end].to_owned()
}

#[cfg(all(test, feature = "mock"))]
#[path = "firehose_tests.rs"]
mod tests;
