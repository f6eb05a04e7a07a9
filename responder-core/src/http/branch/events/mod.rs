//! What happens, while it happens: Server-Sent Events, as the WHATWG's HTML standard defines them.

#[cfg(all(test, feature = "mock"))]
mod tests;

use std::{collections::VecDeque, sync::Arc, time::Duration};

use ::http::{HeaderValue, Response, StatusCode, header};
use bytes::Bytes;
use futures_util::{Stream, stream};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use super::operator::{not_handled, store_failed};
use super::view::event_view;
use crate::{
    branch::{Branch, FollowError, Follower, Noted},
    emergency::EmergencyId,
    http::{Body, Call, HttpError, json as answer, ticket::LASTS},
    store::{EventId, StoredEvent},
};

/// Where the events are streamed.
pub(super) const EVENTS: &str = "/api/events";

/// Where a browser gets a ticket for them.
pub(super) const TICKET: &str = "/api/events/ticket";

/// Something is said so often, so that nobody on the way takes the connection for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// After that a reader has to come back, with credentials that are still good.
const LONGEST: Duration = Duration::from_secs(3600);

/// How soon, in milliseconds.
const RETRY_MS: u32 = 2000;

/// Every event of the branch from now on, or after `Last-Event-ID` or `?after=`. `?emergency=` chooses those of one
/// emergency, `?unnamed` leaves the names out, so that the `onmessage` of a browser hears them all.
pub(super) async fn stream(branch: Arc<Branch>, call: Call) -> Result<Response<Body>, HttpError> {
    let after = after(&call)?;
    let only = call.query().parse_optional::<EmergencyId>("emergency")?;
    if let Some(id) = only {
        branch.load(id).await.map_err(not_handled)?;
    }
    let follower = branch.follow(after, only).await.map_err(refused)?;
    let is_unnamed = call.query().get("unnamed").is_some();
    let mut response = Response::new(Body::stream(pieces(follower, is_unnamed)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    // nginx would collect what we say.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// A ticket for [`stream()`].
pub(super) async fn ticket(_: Arc<Branch>, call: Call) -> Result<Response<Body>, HttpError> {
    let ticket = call.ticket(EVENTS)?;
    let body = json!({ "status": "success", "ticket": ticket, "expires_in_seconds": LASTS.as_secs() });
    answer(StatusCode::OK, &body)
}

/// The header is what a browser sends by itself when it comes back, and newer than what stands in its address.
fn after(call: &Call) -> Result<Option<EventId>, HttpError> {
    let header = call.header("last-event-id").map(str::trim).filter(|id| !id.is_empty());
    let wrong = |_| {
        let message = "Last-Event-ID must be the id of an event.";
        HttpError::bad_request("invalid_field", message).with_field("Last-Event-ID")
    };
    let header = header.map(|id| id.parse::<u64>().map_err(wrong)).transpose()?;
    let id = match header {
        Some(id) => Some(id),
        None => call.query().parse_optional::<u64>("after")?,
    };
    Ok(id.map(EventId::from_u64))
}

fn refused(error: FollowError) -> HttpError {
    match error {
        FollowError::TooMany => HttpError::unavailable(
            "too_many_streams",
            "Too many clients follow this branch; try again later.",
            Duration::from_secs(30),
        ),
        FollowError::Ended => {
            HttpError::unavailable("stopping", "This server is about to stop; try again.", Duration::from_secs(1))
        }
        FollowError::Store(error) => store_failed(error),
    }
}

struct Reading {
    follower: Follower,
    until: Instant,
    waiting: VecDeque<Arc<Noted>>,
    is_unnamed: bool,
}

/// Nothing is read before it is asked for: a reader who is slow costs a position and one batch.
fn pieces(follower: Follower, is_unnamed: bool) -> impl Stream<Item = Result<Bytes, HttpError>> + Send + 'static {
    // The number lets a reader come back who has not heard of any event yet.
    let greeting = format!("retry: {RETRY_MS}\nid: {}\n\n", follower.position());
    let until = Instant::now() + LONGEST;
    let reading = Reading { follower, until, waiting: VecDeque::new(), is_unnamed };
    stream::unfold((Some(Bytes::from(greeting)), reading), |(greeting, mut reading)| async move {
        let piece = match greeting {
            Some(greeting) => greeting,
            None => reading.piece().await?,
        };
        Some((Ok(piece), (None, reading)))
    })
}

impl Reading {
    async fn piece(&mut self) -> Option<Bytes> {
        if self.waiting.is_empty() {
            let now = Instant::now();
            if now >= self.until {
                return None;
            }
            match timeout_at((now + HEARTBEAT).min(self.until), self.follower.next()).await {
                Ok(events) => self.waiting.extend(events?),
                Err(_) => return Some(Bytes::from_static(b":\n\n")),
            }
        }
        let noted = self.waiting.pop_front()?;
        let frame = noted.frame.get_or_init(|| frame(&noted.stored)).clone();
        Some(if self.is_unnamed { without_name(&frame) } else { frame })
    }
}

/// The name stands first, so that it can be left out.
fn frame(stored: &StoredEvent) -> Bytes {
    let mut view = event_view(stored);
    view["id"] = json!(stored.id);
    view["emergency_id"] = json!(stored.emergency);
    let name = view.get("event").and_then(Value::as_str).filter(|name| is_name(name)).unwrap_or("message");
    // JSON has no line break in it.
    format!("event: {name}\nid: {}\ndata: {view}\n\n", stored.id).into()
}

/// What another build wrote must not break out of its line.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

fn without_name(frame: &Bytes) -> Bytes {
    let end = frame.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    frame.slice(end..)
}
