//! The log of a branch, shown and put aside.

use std::{
    fs,
    io::{self, ErrorKind},
    path::PathBuf,
    sync::Arc,
    thread::available_parallelism,
};

use ::http::{HeaderValue, Method, Response, StatusCode, header};
use serde::{Serialize, Serializer};
use serde_json::json;
use tokio::task::spawn_blocking;

use crate::{
    Timestamp,
    branch::Branch,
    http::{Access, Body, BodyRule, Call, Endpoint, HttpError, json as answer},
    timeline::{
        Block, BranchEvent, Record, Status, Timeline, UtcOffset,
        file::{Archived, LogFile, recent},
    },
};

/// Where the log is.
const LOGS: &str = "/api/logs";

/// Where somebody is led who has dealt with what failed.
const STATUS: &str = "/status";

pub(super) fn rows(branch: &Arc<Branch>) -> Vec<Endpoint> {
    let desk = super::Desk(branch);
    vec![
        Endpoint::get(LOGS, Access::operator(), desk.handler(show)),
        Endpoint::new(Method::DELETE, LOGS, Access::operator(), BodyRule::Empty, desk.handler(clear)),
        Endpoint::post("/resolve_errors", Access::operator(), BodyRule::Empty, desk.handler(resolve)),
    ]
}

/// Which entries are wanted.
#[derive(Clone, Copy)]
enum Wanted {
    All,
    Recent(usize),
}

/// `?all` entries, or the `?recent=` ones, newest first.
async fn show(branch: Arc<Branch>, call: Call) -> Result<Response<Body>, HttpError> {
    let Some(wanted) = Wanted::of(&call) else { return usage() };
    let log = log(&branch).ok_or_else(no_log)?;
    let body = in_background(move || Ok(wanted.read(&log)?.map(|timeline| shown(&timeline, wanted)))).await;
    match body {
        Ok(Some(body)) => Ok(with_json(body.map_err(HttpError::internal)?)),
        Ok(None) => Err(no_log()),
        Err(error) => {
            branch.note(BranchEvent::ApiLogsError { error: error.kind().to_string() });
            Err(HttpError::internal(error))
        }
    }
}

/// Puts the log aside.
async fn clear(branch: Arc<Branch>, _: Call) -> Result<Response<Body>, HttpError> {
    let event = |archive_path| BranchEvent::LogsClearedViaApi { archive_path, timestamp: Timestamp::now() };
    let archive_path = put_aside(&branch, Archived::Cleared, event).await?;
    match archive_path {
        Some(archive_path) => {
            let message = "The log was archived; a new one has begun.";
            answer(StatusCode::OK, &json!({ "status": "success", "message": message, "archive_path": archive_path }))
        }
        None => answer(StatusCode::OK, &json!({ "status": "success", "message": "There is no log to clear." })),
    }
}

/// Puts the log aside, and leads back to the status page.
async fn resolve(branch: Arc<Branch>, _: Call) -> Result<Response<Body>, HttpError> {
    put_aside(&branch, Archived::Resolved, |archive_path| BranchEvent::ErrorsResolved { archive_path }).await?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::FOUND;
    let status = HeaderValue::try_from(branch.links().public().at(STATUS)).map_err(HttpError::internal)?;
    response.headers_mut().insert(header::LOCATION, status);
    Ok(response)
}

impl Wanted {
    fn of(call: &Call) -> Option<Self> {
        if call.query().get("all").is_some() {
            return Some(Self::All);
        }
        // A plus sign in a query is a blank.
        let count = call.query().get("recent").and_then(|count| count.trim().parse().ok());
        count.filter(|count| *count > 0).map(Self::Recent)
    }

    /// None if there is no log.
    fn read(self, log: &LogFile) -> io::Result<Option<Timeline<Vec<u8>>>> {
        let timeline = match self {
            Self::Recent(count) => recent(log.path(), count, UtcOffset::UTC),
            Self::All => fs::read(log.path()).map(|text| {
                let threads = available_parallelism().unwrap_or(std::num::NonZeroUsize::MIN);
                Timeline::parse_on(text, UtcOffset::UTC, threads)
            }),
        };
        match timeline {
            Ok(timeline) => Ok(Some(timeline)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// How it is asked for.
fn usage() -> Result<Response<Body>, HttpError> {
    let examples = ["/api/logs?all", "/api/logs?recent=20"];
    let message = format!("Say which entries are wanted: {}, or {} for the newest 20.", examples[0], examples[1]);
    let body = json!({
        "status": "error", "code": "invalid_field", "message": message, "field": "recent", "examples": examples,
    });
    answer(StatusCode::BAD_REQUEST, &body)
}

#[derive(Serialize)]
struct Page<'a> {
    status: &'static str,
    count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    requested: Option<usize>,
    logs: Entries<'a>,
}

/// Written one by one: a log can be long.
struct Entries<'a>(&'a Timeline<Vec<u8>>);

#[derive(Serialize)]
struct Entry<'a> {
    title: &'a str,
    timestamp: String,
    icon: &'static str,
    details: &'a str,
    status: Status,
    raw_timestamp: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    emergency_id: Option<&'a str>,
}

fn shown(timeline: &Timeline<Vec<u8>>, wanted: Wanted) -> Result<Vec<u8>, serde_json::Error> {
    let requested = match wanted {
        Wanted::All => None,
        Wanted::Recent(count) => Some(count),
    };
    serde_json::to_vec(&Page { status: "success", count: timeline.len(), requested, logs: Entries(timeline) })
}

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.0.entries().map(Shown))
    }
}

/// One of them.
struct Shown<'a>(Block<'a>);

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let block = &self.0;
        let (payload, details) = (block.payload(), block.details());
        let record = Record::read(&payload);
        let entry = Entry {
            title: &block.title(),
            timestamp: block.time().map(|time| time.to_string()).unwrap_or_default(),
            icon: block.icon(),
            details: &details,
            status: block.status(),
            raw_timestamp: block.instant(UtcOffset::UTC).map(|at| at.to_string()),
            event: record.as_ref().map(|record| record.event.as_ref()),
            emergency_id: record.as_ref().and_then(|record| record.emergency_id.as_deref()),
        };
        entry.serialize(to)
    }
}

pub(super) fn log(branch: &Branch) -> Option<Arc<LogFile>> {
    branch.log().cloned()
}

/// None if there is no log to put aside.
async fn put_aside(
    branch: &Branch,
    why: Archived,
    event: impl FnOnce(String) -> BranchEvent,
) -> Result<Option<String>, HttpError> {
    let Some(log) = log(branch) else { return Ok(None) };
    let file = Arc::clone(&log);
    let archive: Option<PathBuf> = match in_background(move || file.archive(why)).await {
        Ok(archive) => archive,
        Err(error) => {
            branch.note(BranchEvent::ArchiveError { error: error.kind().to_string() });
            return Err(HttpError::internal(error));
        }
    };
    let Some(archive) = archive else { return Ok(None) };
    let path = archive.display().to_string();
    branch.note(event(path.clone()));
    Ok(Some(path))
}

/// Disks may be slow.
pub(super) async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    spawn_blocking(work).await.unwrap_or_else(|panicked| Err(io::Error::other(panicked)))
}

fn no_log() -> HttpError {
    HttpError::new(StatusCode::NOT_FOUND, "no_log", "There is no log yet.")
}

fn with_json(body: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[cfg(all(test, feature = "mock"))]
mod tests {
    use ::http::Request;
    use serde_json::Value;
    use tempfile::TempDir;

    use super::*;
    use crate::{
        branch::BranchSettings,
        driver::{LogPump, ManualClock},
        emergency::{Contact, Policy},
        http::{Endpoints, Key, Keys, branch::endpoints},
        script::{Links, Script},
        store::MemoryStore,
        telephony::MockTelephony,
        timeline::{Blocks, file::LogSettings},
    };

    struct Desk {
        folder: TempDir,
        branch: Arc<Branch>,
        endpoints: Endpoints,
    }

    impl Desk {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let log = Arc::new(LogFile::new(folder.path().join("tuc.log"), LogSettings::default()));
            Self::with(folder, |branch| branch.with_log(log))
        }

        fn with(folder: TempDir, put: impl FnOnce(Branch) -> Branch) -> Self {
            let number = |text: &str| text.parse().expect("a number");
            let policy = Policy { recipients: vec![Contact::unnamed(number("+15005550009"))], ..Policy::default() };
            let settings = BranchSettings::new(policy, number("+15005550006")).expect("settings");
            let links = Links::new("https://help.example.com/tuc".parse().expect("a URL"));
            let store = Arc::new(MemoryStore::new(Arc::new(ManualClock::new(Timestamp::default()))));
            let (key, telephony) = ("tuc".parse().expect("a key"), Arc::new(MockTelephony::new()));
            let branch = Arc::new(put(Branch::new(key, settings, store, telephony, Script::default(), links)));
            let token = Key::new("let me in, I am an operator".to_owned().into()).expect("a key");
            let keys = Keys { intake_token: Some(token), ..Keys::default() };
            let endpoints = endpoints(&branch).keys(keys).build().expect("a table");
            Self { folder, branch, endpoints }
        }

        fn path(&self) -> PathBuf {
            self.folder.path().join("tuc.log")
        }

        async fn ask(&self, method: &str, target: &str) -> Response<Body> {
            let request = Request::builder().method(method).uri(target);
            let request = request.header("authorization", "Bearer let me in, I am an operator");
            self.endpoints.serve(request.body(String::new()).expect("a request"), None).await
        }

        async fn json(&self, method: &str, target: &str) -> (u16, Value) {
            let response = self.ask(method, target).await;
            let body = response.body().as_full().expect("no stream");
            (response.status().as_u16(), serde_json::from_slice(body).expect("JSON"))
        }

        fn write(&self, text: &str) {
            fs::write(self.path(), text).expect("a log");
        }

        /// What is left in the log when its pump has come round.
        async fn pumped(&self) -> String {
            LogPump::new(self.branch.clone()).expect("a log").start().stop().await;
            fs::read_to_string(self.path()).unwrap_or_default()
        }
    }

    const LOG: &str = "\n--- WEBHOOK_RECEIVED ---\n2026-01-15 15:45:12.000000-07:00 - \
                       {\"event\":\"webhook_received\",\"id\":1,\"emergency_id\":\"01KF1\",\"data\":{}}\n\
                       \n--- SMS_ERROR ---\n2026-01-15 15:45:13 - {\"to\":\"+15005550001\"} an ERROR\n";

    #[tokio::test]
    async fn entries_are_shown_as_clients_know_them() {
        let desk = Desk::new();
        desk.write(LOG);
        let (status, all) = desk.json("GET", "/api/logs?all").await;
        let expected = json!({ "status": "success", "count": 2, "logs": [
            {
                "title": "Webhook: Emergency Triggered",
                "timestamp": "Jan 15, 03:45:12 PM",
                "icon": "🔗",
                "details": "2026-01-15 15:45:12.000000-07:00 - {\"event\":\"webhook_received\",\"id\":1,\"emergency_id\":\"01KF1\",\"data\":{}}",
                "status": "success",
                "raw_timestamp": "2026-01-15T22:45:12Z",
                "event": "webhook_received",
                "emergency_id": "01KF1",
            },
            {
                "title": "SMS_ERROR",
                "timestamp": "Jan 15, 03:45:13 PM",
                "icon": "💬",
                "details": "2026-01-15 15:45:13 - {\"to\":\"+15005550001\"} an ERROR",
                "status": "error",
                "raw_timestamp": "2026-01-15T15:45:13Z",
            },
        ]});
        assert_eq!((status, &all), (200, &expected));
        let (status, recent) = desk.json("GET", "/api/logs?recent=1").await;
        assert_eq!((status, &recent["count"], &recent["requested"]), (200, &json!(1), &json!(1)));
        assert_eq!(recent["logs"][0], expected["logs"][0]);
        assert_eq!(desk.json("GET", "/api/logs?recent=5&all=").await, (200, expected), "all wins");
    }

    #[tokio::test]
    async fn what_is_not_said_or_not_there_is_told() {
        let desk = Desk::new();
        for target in
            ["/api/logs", "/api/logs?recent=0", "/api/logs?recent=-1", "/api/logs?recent=x", "/api/logs?recent="]
        {
            let (status, body) = desk.json("GET", target).await;
            assert_eq!((status, &body["field"]), (400, &json!("recent")), "{target}");
            assert!(body["message"].as_str().is_some_and(|message| message.contains("/api/logs?recent=20")));
        }
        for target in ["/api/logs?all", "/api/logs?recent=5"] {
            let (status, body) = desk.json("GET", target).await;
            assert_eq!((status, &body["code"]), (404, &json!("no_log")), "{target}");
        }
        fs::create_dir(desk.path()).expect("a folder in its place");
        assert_eq!(desk.json("GET", "/api/logs?recent=5").await.0, 500);
        assert!(desk.ask("GET", "/api/logs?all").await.status().is_server_error());
        let without = Desk::with(tempfile::tempdir().expect("a folder"), |branch| branch);
        assert_eq!(without.json("GET", "/api/logs?all").await.0, 404);
        assert_eq!(without.json("DELETE", "/api/logs").await.0, 200);
    }

    #[tokio::test]
    async fn a_log_that_is_cleared_is_put_aside_and_says_so() {
        let desk = Desk::new();
        let (status, body) = desk.json("DELETE", "/api/logs").await;
        assert_eq!((status, &body["status"], &body["archive_path"]), (200, &json!("success"), &Value::Null));

        desk.write(LOG);
        let (status, body) = desk.json("DELETE", "/api/logs").await;
        let archive = body["archive_path"].as_str().expect("a path");
        assert_eq!(status, 200);
        assert!(archive.contains("tuc.log.cleared."), "{archive}");
        assert_eq!(fs::read_to_string(archive).ok().as_deref(), Some(LOG));
        assert!(!desk.path().exists());
        let log = desk.pumped().await;
        let block = Blocks::new(log.as_bytes()).next().expect("a block");
        assert_eq!(block.title(), "System: Logs Cleared");
        assert!(block.payload().contains("tuc.log.cleared.") && block.payload().contains("\"after\":1"), "{log}");
    }

    #[tokio::test]
    async fn what_has_been_dealt_with_is_put_aside_and_leads_back() {
        let desk = Desk::new();
        desk.write(LOG);
        let response = desk.ask("POST", "/resolve_errors").await;
        let location = response.headers().get("location").and_then(|to| to.to_str().ok());
        assert_eq!((response.status().as_u16(), location), (302, Some("https://help.example.com/tuc/status")));
        assert!(!desk.path().exists());
        assert!(desk.pumped().await.starts_with("\n--- ERRORS_RESOLVED ---\n"));
    }

    #[tokio::test]
    async fn a_report_that_is_refused_comes_into_the_log() {
        let desk = Desk::new();
        let request = Request::post("/webhook").header("content-type", "application/json");
        let request = request.header("authorization", "Bearer let me in, I am an operator");
        let request = request.body(r#"{"chosen_phone":12}"#.to_owned()).expect("a request");
        assert_eq!(desk.endpoints.serve(request, None).await.status(), 400);
        let log = desk.pumped().await;
        assert!(log.contains("--- WEBHOOK_PROCESSING_ERROR ---"), "{log}");
        assert!(log.contains(r#""data":{"error":"invalid_type: chosen_phone"}"#), "{log}");
    }
}
