//! What a branch has, passed on.

use std::{sync::Arc, time::Duration};

use ::http::{HeaderMap, Response, StatusCode, header};
use bytes::Bytes;
use futures_util::{Stream, TryStreamExt, stream};
use reqwest::Url;
use serde_json::{Map, Value, json};

use super::{
    Answer, Desk,
    branch::{client, keep, with_status},
    branch_failed, entry,
};
use crate::{
    access::AuditAction,
    admin::{BranchError, BranchResponse},
    emergency::EmergencyId,
    http::{Body, Call, HttpError},
};

/// How long a branch may take to post its log somewhere.
const SENT_WITHIN: Duration = Duration::from_secs(30);

/// How long a branch may stop in the middle of its log.
const PAUSED_FOR: Duration = Duration::from_secs(15);

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

/// The log of a branch. All of it is passed on as it comes, because it may be long: nothing of it is kept here.
pub(super) async fn logs(desk: Arc<Desk>, call: Call) -> Answer {
    if call.query().get("all").is_none() {
        return ask(&desk, &call, "/api/logs").await;
    }
    let path = with_query("/api/logs", call.target.query());
    let (told, pieces) = client(desk.site(&call)?)?.open(&path, HeaderMap::new()).await.map_err(branch_failed)?;
    let kind = told.headers.get(header::CONTENT_TYPE).filter(|kind| kind.as_bytes().starts_with(JSON.as_bytes()));
    if !told.status.is_success() || kind.is_none() {
        return passed_on(&told);
    }
    let mut response = Response::new(Body::stream(without_long_pauses(pieces)));
    *response.status_mut() = told.status;
    for name in [header::CONTENT_TYPE, header::CONTENT_LENGTH] {
        keep(&mut response, &told.headers, &name);
    }
    Ok(response)
}

/// Breaks off when a branch stands still. Time in which nobody reads does not count.
fn without_long_pauses(
    pieces: impl Stream<Item = Result<Bytes, BranchError>> + Send + 'static,
) -> impl Stream<Item = Result<Bytes, BranchError>> + Send {
    stream::try_unfold(Box::pin(pieces), async |mut pieces| {
        let piece = tokio::time::timeout(PAUSED_FOR, pieces.try_next()).await.map_err(|_| BranchError::TimedOut)??;
        Ok(piece.map(|piece| (piece, pieces)))
    })
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
    let target = target(&wanted)?;
    let path = firehose_path(target.as_ref(), &wanted);
    let site = desk.site(&call)?;
    let client = client(site)?;
    let mut about = entry(&call, AuditAction::LogSent, site)?;
    if let Some(host) = target.as_ref().and_then(Url::host_str) {
        about = about.about(host);
    }
    desk.record(&about).await?;
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

async fn ask(desk: &Desk, call: &Call, path: &str) -> Answer {
    let told = client(desk.site(call)?)?.get(&with_query(path, call.target.query())).await;
    passed_on(&told.map_err(branch_failed)?)
}

/// What a branch said, if that is JSON. That it does not know our token is no matter of whoever asks.
pub(super) fn passed_on(told: &BranchResponse) -> Answer {
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

/// Where the log is to be sent; none if the branch knows where. It is read as a branch reads it, and no more than what
/// was read here is passed on: so it goes to the host that is recorded.
fn target(wanted: &Map<String, Value>) -> Result<Option<Url>, HttpError> {
    let said = |name: &'static str| Some((name, text(wanted, name).filter(|url| !url.is_empty())?));
    let Some((name, url)) = ["webhook_url", "webhook"].into_iter().find_map(said) else { return Ok(None) };
    let url = Url::parse(url).ok().filter(|url| url.host_str().is_some_and(|host| host.len() <= LONGEST_HOST));
    let refused = || {
        let message = "This is not an address of a server, such as https://hooks.example.com/…";
        HttpError::bad_request("invalid_field", message).with_field(name)
    };
    url.map(Some).ok_or_else(refused)
}

fn firehose_path(target: Option<&Url>, wanted: &Map<String, Value>) -> String {
    let mut query = form_urlencoded::Serializer::for_suffix("/debug_firehose?".to_owned(), "/debug_firehose?".len());
    let target = target.map(|url| ("webhook_url", url.as_str()));
    query.extend_pairs(target.into_iter().chain(text(wanted, "encoding").map(|encoding| ("encoding", encoding))));
    query.finish()
}

fn text<'a>(wanted: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    wanted.get(name).and_then(Value::as_str)
}

pub(super) fn with_query(path: &str, query: &str) -> String {
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

const JSON: &str = "application/json";

/// The most that a name can have in the DNS.
const LONGEST_HOST: usize = 253;

#[cfg(test)]
mod tests {
    use super::*;

    /// What is recorded, and what the branch is asked.
    fn read(wanted: &Value) -> Result<(Option<String>, String), String> {
        let wanted = wanted.as_object().expect("an object");
        let target = target(wanted).map_err(|error| error.field().unwrap_or_default().to_owned())?;
        let host = target.as_ref().and_then(Url::host_str).map(str::to_owned);
        Ok((host, firehose_path(target.as_ref(), wanted)))
    }

    #[test]
    fn only_the_host_of_a_target_is_recorded() {
        for url in ["https://hooks.example.com/T0/secret?token=x", "https://user:word@HOOKS.example.com#abc"] {
            assert_eq!(read(&json!({ "webhook_url": url })).expect("a target").0.as_deref(), Some("hooks.example.com"));
        }
    }

    #[test]
    fn a_log_goes_to_the_host_that_is_recorded() {
        let evil = |path: &str| (Some("evil.example".to_owned()), format!("/debug_firehose?webhook_url={path}"));
        for (wanted, expected) in [
            (json!({ "webhook_url": "", "webhook": "https://evil.example" }), evil("https%3A%2F%2Fevil.example%2F")),
            (json!({ "webhook_url": 7, "webhook": "https://evil.example" }), evil("https%3A%2F%2Fevil.example%2F")),
            (
                json!({ "webhook_url": r"https://evil.example\@good.example/" }),
                evil("https%3A%2F%2Fevil.example%2F%40good.example%2F"),
            ),
            (
                json!({ "webhook_url": "https://good.example@evil.example/", "webhook": "https://good.example" }),
                evil("https%3A%2F%2Fgood.example%40evil.example%2F"),
            ),
            (json!({ "webhook_url": " https:evil.exa\tmple" }), evil("https%3A%2F%2Fevil.example%2F")),
            (json!({ "webhook": "", "encoding": "gzip" }), (None, "/debug_firehose?encoding=gzip".to_owned())),
            (json!({}), (None, "/debug_firehose?".to_owned())),
        ] {
            assert_eq!(read(&wanted), Ok(expected), "{wanted}");
        }
        let long = format!("https://{}.example/", "a".repeat(300));
        for url in ["hooks.example.com", "//evil.example/", "data:text/html,x", "https://", "https://<b>/", "\\", &long]
        {
            assert_eq!(read(&json!({ "webhook": url })), Err("webhook".to_owned()), "{url}");
        }
    }
}
