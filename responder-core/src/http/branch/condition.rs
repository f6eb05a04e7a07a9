//! How the branch is.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use ::http::{Response, StatusCode};
use bytes::Bytes;
use serde::Serialize;
use serde_json::json;
use tokio::{sync::watch, time::Instant};

use super::operator::store_failed;
use crate::{
    Timestamp,
    branch::Branch,
    emergency::{Conclusion, Emergency, End, Phase, Stage},
    http::{Access, Body, Call, Endpoint, HttpError, json as answer},
    store::{Availability, Health, Loaded, StoreError},
};

/// How old the public status may be while nothing happens here. Whoever asks more often gets the same answer, so that
/// the store is spared.
const FRESH_FOR: Duration = Duration::from_millis(500);

/// For how long a failure shows that needs a person.
const TROUBLE_FOR: Duration = Duration::from_secs(300);

/// Work that is overdue by this much is being done by nobody.
const LATE: Duration = Duration::from_secs(30);

pub(super) fn rows(branch: &Arc<Branch>) -> Vec<Endpoint> {
    let statuses = Arc::new(Statuses { branch: Arc::clone(branch), kept: Mutex::default() });
    let asked = Arc::clone(branch);
    vec![
        Endpoint::get("/api/status", Access::Public, move |_: Call| {
            let statuses = Arc::clone(&statuses);
            async move { statuses.answer().await }
        }),
        Endpoint::get("/healthz", Access::Public, async |_: Call| answer(StatusCode::OK, &json!({ "status": "ok" }))),
        Endpoint::get("/readyz", Access::Public, move |_: Call| ready(Arc::clone(&asked))),
    ]
}

/// The public status, kept for a moment.
struct Statuses {
    branch: Arc<Branch>,
    kept: Mutex<Option<Kept>>,
}

/// A status that was read.
struct Kept {
    at: Instant,
    /// What has happened here since then.
    work: watch::Receiver<()>,
    body: Bytes,
}

/// How a branch is, in one word, written as `/api/status` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Status {
    /// It waits for reports.
    Ready,
    /// An emergency is being handled.
    #[serde(rename = "In Use")]
    InUse,
    /// Something failed in the last five minutes that needs a person.
    Error,
    /// It is switched off.
    Disabled,
}

impl Statuses {
    async fn answer(&self) -> Result<Response<Body>, HttpError> {
        if let Some(body) = self.kept() {
            return Ok(json_bytes(body));
        }
        // From before the look: what happens meanwhile may not be in it.
        let (at, work) = (Instant::now(), self.branch.work());
        let (status, message) = match condition(&self.branch).await {
            Ok(found) => found,
            Err(error) => {
                tracing::error!(branch = %self.branch.key(), %error, "the status can't be read");
                (Status::Error, "The store of this branch does not answer.")
            }
        };
        let body = serde_json::to_vec(&json!({ "status": status, "message": message })).map_err(HttpError::internal)?;
        let body = Bytes::from(body);
        if let Ok(mut kept) = self.kept.lock() {
            *kept = Some(Kept { at, work, body: body.clone() });
        }
        Ok(json_bytes(body))
    }

    fn kept(&self) -> Option<Bytes> {
        let kept = self.kept.lock().ok()?;
        let is_fresh = |kept: &&Kept| kept.at.elapsed() < FRESH_FOR && !kept.work.has_changed().unwrap_or(true);
        kept.as_ref().filter(is_fresh).map(|kept| kept.body.clone())
    }
}

fn json_bytes(body: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    let json = ::http::HeaderValue::from_static("application/json");
    response.headers_mut().insert(::http::header::CONTENT_TYPE, json);
    response
}

/// How the branch is, and why in a sentence: what [`rows`](super::rows) answer at `/api/status`, read afresh.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn condition(branch: &Branch) -> Result<(Status, &'static str), StoreError> {
    if let Some(control) = branch.control()
        && control.availability(branch.key()).await? == Availability::Disabled
    {
        return Ok((Status::Disabled, "This branch is switched off and takes no reports."));
    }
    let (store, key) = (branch.store(), branch.key());
    let open = store.open_emergencies(key).await?;
    let now = store.now().await?;
    let concluded = store.concluded_since(key, now - TROUBLE_FOR).await?;
    if !open.unreadable.is_empty() {
        return Ok((Status::Error, "An emergency can't be read and needs a person."));
    }
    let states = || open.emergencies.iter().chain(&concluded.emergencies).map(|loaded: &Loaded| &loaded.state);
    if states().any(|e| needed_a_person(e, now)) {
        return Ok((Status::Error, "In the last five minutes an emergency needed a person."));
    }
    let occupying = open.emergencies.iter().filter(|loaded| loaded.state.occupies_branch()).count();
    // Whether one of a newer build occupies the branch only that knows.
    Ok(match (occupying + open.newer.len(), open.emergencies.len()) {
        (0, 0) => (Status::Ready, "This branch is ready."),
        (0, _) => (Status::Ready, "This branch is ready; an accepted emergency is being brought to its end."),
        _ => (Status::InUse, "An emergency is being handled."),
    })
}

/// Whether something went wrong lately that no machine puts right.
fn needed_a_person(e: &Emergency, now: Timestamp) -> bool {
    let is_recent = |at: Timestamp| now.since(at) < TROUBLE_FOR;
    let ended_badly = match e.phase() {
        Phase::Concluded { outcome, at } => {
            is_recent(at) && matches!(outcome, Conclusion::Unanswered | Conclusion::Voicemail | Conclusion::Failed)
        }
        Phase::Closing { because, .. } => because == crate::emergency::ClosingBecause::NobodyAccepted,
        Phase::Seeking | Phase::Accepted => false,
    };
    let could_not_call = e.attempts().iter().any(|attempt| {
        matches!(attempt.stage, Stage::Ended(End::Refused | End::Lost)) && attempt.times().ended.is_some_and(is_recent)
    });
    ended_badly || could_not_call
}

/// Whether an emergency that is reported now would be handled.
async fn ready(branch: Arc<Branch>) -> Result<Response<Body>, HttpError> {
    let health = branch.store().health(branch.key()).await.map_err(store_failed)?;
    match obstacle(&branch, &health) {
        None => answer(StatusCode::OK, &json!({ "status": "ready" })),
        Some(message) => Err(HttpError::unavailable("not_ready", message, Duration::from_secs(2))),
    }
}

fn obstacle(branch: &Branch, health: &Health) -> Option<&'static str> {
    if !health.unreadable.is_empty() {
        return Some("The state of an open emergency can't be read by this version; a newer one may.");
    }
    if !branch.pulse().is_alive() {
        return Some("No dispatcher works for this branch here.");
    }
    (health.late_by > LATE).then_some("Work for this branch is overdue.")
}
