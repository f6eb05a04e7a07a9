//! What a branch has, passed on.

use std::{sync::Arc, time::Duration};

use ::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use serde_json::{Map, Value, json};
use tokio::sync::watch;

use super::{
    Answer, Desk,
    branch::{client, keep, with_status},
    branch_failed, entry, person,
};
use crate::{
    access::{AuditAction, SessionHash},
    admin::{BranchClient, BranchError, Told},
    emergency::EmergencyId,
    http::{Body, Call, HttpError},
    store::BranchKey,
};

/// How long a branch may take to post its log somewhere.
const SENT_WITHIN: Duration = Duration::from_secs(30);

/// How soon a branch that is away is asked again.
const OPEN_AGAIN: Duration = Duration::from_secs(2);

/// How long a stream may outlive the session that asked for it.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// The emergencies of a branch.
pub(super) async fn emergencies(desk: Arc<Desk>, call: Call) -> Answer {
    ask(&desk, &call, "/api/emergencies").await
}

/// One of them.
pub(super) async fn emergency(desk: Arc<Desk>, call: Call) -> Answer {
    let no_emergency = || HttpError::new(StatusCode::NOT_FOUND, "no_such_emergency", "There is no such emergency.");
    let id: EmergencyId = call.params.get("id").and_then(|id| id.parse().ok()).ok_or_else(no_emergency)?;
    ask(&desk, &call, &format!("/api/emergencies/{id}")).await
}

/// The log of a branch.
pub(super) async fn logs(desk: Arc<Desk>, call: Call) -> Answer {
    ask(&desk, &call, "/api/logs").await
}

/// Archives the log of a branch.
pub(super) async fn archive_logs(desk: Arc<Desk>, call: Call) -> Answer {
    let site = desk.site(&call)?;
    let client = client(site)?;
    desk.record(&entry(&call, AuditAction::LogArchived, site)?).await?;
    let told = client.delete("/api/logs").await;
    passed_on(&desk.or_noted(&call, AuditAction::LogArchived, site, told).await?)
}

/// Has a branch send its log somewhere.
pub(super) async fn firehose(desk: Arc<Desk>, call: Call) -> Answer {
    let wanted: Map<String, Value> = call.json()?;
    let path = firehose_path(&wanted);
    let site = desk.site(&call)?;
    let client = client(site)?;
    let target = wanted.get("webhook_url").or_else(|| wanted.get("webhook")).and_then(Value::as_str);
    let about = entry(&call, AuditAction::LogSent, site)?;
    desk.record(&target.map_or_else(|| about.clone(), |target| about.clone().about(host_of(target)))).await?;
    let told = client.post(&path, HeaderMap::new(), &json!({}), SENT_WITHIN).await;
    let told = desk.or_noted(&call, AuditAction::LogSent, site, told).await?;
    match told.json().as_ref().and_then(|body| not_taken(&body["results"][0])) {
        Some(why) => {
            let failed = json!({ "failed": why });
            desk.record(&entry(&call, AuditAction::LogSent, site)?.changing(None, Some(failed))).await?;
            let message = format!("The branch could not post its log there: {why}.");
            Err(HttpError::new(StatusCode::BAD_GATEWAY, "not_sent", message).with_field("webhook_url"))
        }
        None => passed_on(&told),
    }
}

/// Why whoever the log was posted to does not have it.
fn not_taken(result: &Value) -> Option<String> {
    if let Some(error) = result["error"].as_str() {
        return Some(error.to_owned());
    }
    let status = result["status_code"].as_u64()?;
    (!(200..300).contains(&status)).then(|| format!("it was answered with status {status}"))
}

/// What happens in a branch, as it happens. Ends with the session that asked for it.
pub(super) async fn events(desk: Arc<Desk>, call: Call) -> Answer {
    let site = desk.site(&call)?;
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static(EVENTS));
    let last = HeaderName::from_static("last-event-id");
    if let Some(id) = call.headers.get(&last) {
        headers.insert(last, id.clone());
    }
    let path = with_query("/api/events", call.target.query());
    let (told, pieces) = client(site)?.open(&path, headers).await.map_err(branch_failed)?;
    let is_stream =
        told.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(EVENTS.as_bytes()));
    if told.status != StatusCode::OK || !is_stream {
        return passed_on(&told);
    }
    let hash = person(&call)?.token.hash();
    let mut response = Response::new(Body::stream(while_logged_in(Arc::clone(&desk), hash, Box::pin(pieces))));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(EVENTS));
    // Proxies that collect an answer before they pass it on would keep everything back.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

/// That something has happened in one of the branches that whoever asks may look at: each event is the key of one.
/// For pages that show all of them, because a browser has few connections for each server.
pub(super) async fn changes(desk: Arc<Desk>, call: Call) -> Answer {
    let person = person(&call)?;
    let sites = desk.sites_of(&person.session.user).filter_map(|site| Some((site.key.clone(), site.client.clone()?)));
    let all: Vec<Pieces> = sites.map(|(key, client)| changes_of(&key, client)).collect();
    // A branch that is away must not keep the answer from beginning.
    let begun = stream::once(async { Ok(Bytes::from_static(b": here are changes\n\n")) });
    let pieces: Pieces = Box::pin(begun.chain(stream::select_all(all)).chain(stream::pending()));
    let hash = person.token.hash();
    let mut response = Response::new(Body::stream(while_logged_in(Arc::clone(&desk), hash, pieces)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(EVENTS));
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

/// The changes of one branch, for ever: that it comes and goes is one, too.
fn changes_of(key: &BranchKey, client: BranchClient) -> Pieces {
    let told = Bytes::from(format!("data: {key}\n\n"));
    Box::pin(stream::unfold((None::<Pieces>, Duration::ZERO), move |(mut open, mut pause)| {
        let (client, told) = (client.clone(), told.clone());
        async move {
            loop {
                let Some(pieces) = &mut open else {
                    tokio::time::sleep(pause).await;
                    let was_away = !pause.is_zero();
                    pause = OPEN_AGAIN;
                    if let Ok((answer, pieces)) = client.open("/api/events?unnamed", HeaderMap::new()).await
                        && answer.status == StatusCode::OK
                    {
                        open = Some(Box::pin(pieces));
                        // What has happened meanwhile is not told again.
                        if was_away {
                            return Some((Ok(told), (open, pause)));
                        }
                    }
                    continue;
                };
                let piece = match pieces.next().await {
                    // It only keeps the connection up.
                    Some(Ok(piece)) if is_no_event(&piece) => Bytes::from_static(b":\n\n"),
                    Some(Ok(_)) => told,
                    Some(Err(_)) | None => return Some((Ok(told), (None, OPEN_AGAIN))),
                };
                return Some((Ok(piece), (open, OPEN_AGAIN)));
            }
        }
    }))
}

/// An event may come in several pieces; then each of them counts, which does no harm.
fn is_no_event(piece: &[u8]) -> bool {
    let is_greeting = piece.starts_with(b"retry:") && !piece.windows(5).any(|word| word == b"data:");
    is_greeting || piece.iter().all(|byte| b":\n".contains(byte))
}

type Pieces = std::pin::Pin<Box<dyn Stream<Item = Result<Bytes, BranchError>> + Send>>;

/// Looks from time to time whether whoever listens is still logged in. Ends when all streams are ended.
fn while_logged_in(
    desk: Arc<Desk>,
    hash: SessionHash,
    pieces: Pieces,
) -> impl Stream<Item = Result<Bytes, BranchError>> + Send {
    let look = tokio::time::interval_at(tokio::time::Instant::now() + LOOK_AGAIN, LOOK_AGAIN);
    let ended = desk.admin.streams_ended();
    stream::unfold((desk, pieces, look, ended), move |(desk, mut pieces, mut look, mut ended)| async move {
        loop {
            tokio::select! {
                biased;
                () = is_true(&mut ended) => return None,
                _ = look.tick() => {
                    // A store that does not answer ends nothing; that it can't be asked may be over soon.
                    if let Ok(None) = desk.admin.store().session(hash).await {
                        return None;
                    }
                }
                piece = pieces.next() => return piece.map(|piece| (piece, (desk, pieces, look, ended))),
            }
        }
    })
}

async fn is_true(flag: &mut watch::Receiver<bool>) {
    drop(flag.wait_for(|flag| *flag).await);
}

async fn ask(desk: &Desk, call: &Call, path: &str) -> Answer {
    let told = client(desk.site(call)?)?.get(&with_query(path, call.target.query())).await;
    passed_on(&told.map_err(branch_failed)?)
}

/// What a branch said, if that is JSON. That it does not know our token is no matter of whoever asks.
pub(super) fn passed_on(told: &Told) -> Answer {
    if matches!(told.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        tracing::error!(status = told.status.as_u16(), "the branch does not know the token of the admin server");
        return Err(branch_failed(BranchError::Senseless));
    }
    let Some(mut body) = told.json() else {
        return match told.status {
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Err(HttpError::new(
                StatusCode::NOT_IMPLEMENTED,
                "branch_too_old",
                "The branch does not know how to do this.",
            )),
            _ => Err(branch_failed(BranchError::Senseless)),
        };
    };
    if !told.status.is_success()
        && let Some(fields) = body.as_object_mut()
    {
        let message = fields.get("message").or_else(|| fields.get("error")).cloned().unwrap_or_default();
        fields.insert("error".to_owned(), message);
        fields.insert("status_code".to_owned(), told.status.as_u16().into());
    }
    let mut response = with_status(told.status, &body)?;
    keep(&mut response, &told.headers, &header::RETRY_AFTER);
    Ok(response)
}

fn firehose_path(wanted: &Map<String, Value>) -> String {
    let mut query = form_urlencoded::Serializer::for_suffix("/debug_firehose?".to_owned(), "/debug_firehose?".len());
    for name in ["webhook_url", "webhook", "encoding"] {
        if let Some(value) = wanted.get(name).and_then(Value::as_str) {
            query.append_pair(name, value);
        }
    }
    query.finish()
}

fn with_query(path: &str, query: &str) -> String {
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// Where something is sent, without what may be secret in the address.
fn host_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default().chars().take(200).collect()
}

const EVENTS: &str = "text/event-stream";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_may_be_an_event_is_no_silence() {
        for silence in [&b":\n\n"[..], b"retry: 2000\nid: 4\n\n"] {
            assert!(is_no_event(silence), "{silence:?}");
        }
        for piece in
            [&b"id: 5\ndata: {}\n\n"[..], b"id: 5\nda", b"ta: {}\n\n", b"retry: 2000\nid: 4\n\nid: 5\ndata: {}\n\n"]
        {
            assert!(!is_no_event(piece), "{piece:?}");
        }
    }

    /// So whoever is slow costs no more than whoever is quick.
    #[tokio::test]
    async fn nothing_is_read_before_it_is_asked_for() {
        let clock = Arc::new(crate::driver::SystemClock);
        let store = Arc::new(crate::store::MemoryStore::new(clock.clone()));
        let keys = crate::settings::SettingsKeys::new(None, None).expect("keys");
        let admin = Arc::new(crate::admin::Admin::new(store, clock, keys, Vec::new()));
        let public = "https://admin.example.com".parse().expect("a URL");
        let desk = Arc::new(Desk { admin: Arc::clone(&admin), pages: Arc::new(super::super::PlainPages), public });
        let read = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let counted = Arc::clone(&read);
        let piece = move || {
            counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            Ok(Bytes::from_static(b"data: 1\n\n"))
        };
        let pieces: Pieces = Box::pin(stream::repeat_with(piece));
        let token = crate::access::SessionToken::random();
        let mut body = std::pin::pin!(while_logged_in(desk, token.hash(), pieces));
        for asked in 1..=3 {
            body.next().await.expect("a piece").expect("no failure");
            tokio::task::yield_now().await;
            assert_eq!(read.load(std::sync::atomic::Ordering::SeqCst), asked);
        }
        admin.end_streams();
        assert!(body.next().await.is_none(), "it ends when the server stops");
    }

    #[test]
    fn only_the_host_of_a_target_is_recorded() {
        for url in ["https://hooks.example.com/T0/secret?token=x", "https://user:word@hooks.example.com#abc"] {
            assert_eq!(host_of(url), "hooks.example.com");
        }
    }
}
