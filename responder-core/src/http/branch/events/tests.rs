//! Streams as a client of the table hears them, and tickets for them.

use std::{future::poll_fn, pin::Pin, sync::Arc, time::Duration};

use ::http::{HeaderMap, Request, StatusCode};
use futures_util::FutureExt;
use http_body::Body as _;

use super::*;
use crate::{
    Timestamp,
    branch::BranchSettings,
    driver::ManualClock,
    emergency::{Contact, Event, Policy, Report},
    http::{Endpoints, Key, Keys},
    script::{Links, Script},
    store::MemoryStore,
    telephony::MockTelephony,
};

const NOON: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);
const TOKEN: &str = "Bearer intake-token";

struct Scene {
    branch: Arc<Branch>,
    clock: Arc<ManualClock>,
}

impl Scene {
    fn set() -> Self {
        let clock = Arc::new(ManualClock::new(NOON));
        let number = |text: &str| text.parse().expect("a number");
        let policy = Policy { recipients: vec![Contact::unnamed(number("+15005550009"))], ..Policy::default() };
        let settings = BranchSettings::new(policy, number("+15005550006")).expect("settings");
        let store = Arc::new(MemoryStore::new(clock.clone()));
        let links = Links::new("https://help.example.com/tuc".parse().expect("a URL"));
        let (key, telephony) = ("tuc".parse().expect("a key"), Arc::new(MockTelephony::new()));
        Self { branch: Arc::new(Branch::new(key, settings, store, telephony, Script::default(), links)), clock }
    }

    /// The table of one node.
    fn node(&self, token: &str) -> Endpoints {
        let keys = Keys { intake_token: Some(Key::new(token.into()).expect("a key")), ..Keys::default() };
        crate::http::branch::endpoints(&self.branch).keys(keys).clock(self.clock.clone()).build().expect("a table")
    }

    async fn record(&self, count: usize) {
        let events = vec![Event::NobodyAccepted; count];
        self.branch.store().record(self.branch.key(), &events).await.expect("recorded");
        self.branch.announce_work();
    }
}

/// An answer that is heard piece by piece.
struct Heard {
    status: StatusCode,
    headers: HeaderMap,
    body: Pin<Box<Body>>,
}

impl Heard {
    async fn next(&mut self) -> Option<String> {
        let frame = poll_fn(|context| self.body.as_mut().poll_frame(context)).await?;
        let data = frame.expect("no failure").into_data().expect("data");
        Some(String::from_utf8(data.to_vec()).expect("text"))
    }

    fn has_nothing(&mut self) -> bool {
        self.next().now_or_never().is_none()
    }

    fn json(&self) -> Value {
        serde_json::from_slice(self.body.as_full().expect("no stream")).expect("JSON")
    }
}

async fn ask(node: &Endpoints, method: &str, target: &str, headers: &[(&str, &str)]) -> Heard {
    let request = Request::builder().method(method).uri(target);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let response = node.serve(request.body(Body::empty()).expect("a request"), None).await;
    let (head, body) = response.into_parts();
    Heard { status: head.status, headers: head.headers, body: Box::pin(body) }
}

async fn open(node: &Endpoints, target: &str, last: Option<&str>) -> Heard {
    let mut headers = vec![("authorization", TOKEN)];
    headers.extend(last.map(|last| ("last-event-id", last)));
    ask(node, "GET", target, &headers).await
}

/// The number that a piece tells.
fn id(piece: &str) -> u64 {
    let line = piece.lines().find_map(|line| line.strip_prefix("id: ")).expect("an id");
    line.parse().expect("a number")
}

#[tokio::test(start_paused = true)]
async fn events_are_heard_in_order_from_now_on() {
    let scene = Scene::set();
    scene.record(3).await;
    let mut heard = open(&scene.node("intake-token"), EVENTS, None).await;
    assert_eq!(heard.status, StatusCode::OK);
    let header = |name: &str| heard.headers.get(name).and_then(|value| value.to_str().ok());
    assert_eq!(header("content-type"), Some("text/event-stream"));
    assert_eq!((header("cache-control"), header("x-accel-buffering")), (Some("no-store"), Some("no")));
    assert_eq!(heard.next().await.as_deref(), Some("retry: 2000\nid: 3\n\n"));
    assert!(heard.has_nothing());
    scene.record(2).await;
    let first = heard.next().await.expect("an event");
    let data = r#"{"data":{"emergency_id":null},"emergency_id":null,"event":"nobody_accepted","id":4,"timestamp":"2027-01-15T08:00:00Z"}"#;
    assert_eq!(first, format!("event: nobody_accepted\nid: 4\ndata: {data}\n\n"));
    assert_eq!(id(&heard.next().await.expect("an event")), 5);
}

#[tokio::test(start_paused = true)]
async fn a_reader_goes_on_where_they_were() {
    let scene = Scene::set();
    scene.record(200).await;
    let node = scene.node("intake-token");
    for (target, last, from) in [
        (EVENTS.to_owned(), Some("3"), 3),
        (format!("{EVENTS}?after=7"), None, 7),
        // What the browser adds when it comes back is newer than the address it was opened with.
        (format!("{EVENTS}?after=7"), Some("150"), 150),
        (format!("{EVENTS}?after=0"), Some(""), 0),
        (format!("{EVENTS}?after=200"), None, 200),
    ] {
        let mut heard = open(&node, &target, last).await;
        assert_eq!(id(&heard.next().await.expect("a greeting")), from, "{target} {last:?}");
        let mut expected = from + 1;
        while expected <= 200 {
            assert_eq!(id(&heard.next().await.expect("an event")), expected, "{target} {last:?}");
            expected += 1;
        }
        assert!(heard.has_nothing(), "{target} {last:?}");
    }
    // From a time when another database was here.
    let mut heard = open(&node, EVENTS, Some("5000")).await;
    assert_eq!(id(&heard.next().await.expect("a greeting")), 200);
    for (target, last, field) in [
        (EVENTS.to_owned(), Some("x"), "Last-Event-ID"),
        (EVENTS.to_owned(), Some("-1"), "Last-Event-ID"),
        (EVENTS.to_owned(), Some("99999999999999999999"), "Last-Event-ID"),
        (format!("{EVENTS}?after=1.5"), None, "after"),
        (format!("{EVENTS}?emergency=7"), None, "emergency"),
    ] {
        let heard = open(&node, &target, last).await;
        assert_eq!((heard.status, heard.json()["field"].as_str()), (StatusCode::BAD_REQUEST, Some(field)), "{target}");
    }
}

#[tokio::test(start_paused = true)]
async fn something_is_said_every_fifteen_seconds_and_an_hour_is_the_longest() {
    let scene = Scene::set();
    let mut heard = open(&scene.node("intake-token"), EVENTS, None).await;
    heard.next().await.expect("a greeting");
    let begin = Instant::now();
    for beats in 1..=240 {
        assert_eq!(heard.next().await.as_deref(), Some(":\n\n"));
        assert_eq!(begin.elapsed().as_secs(), 15 * beats);
    }
    assert_eq!(heard.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn one_emergency_can_be_chosen_and_names_left_out() {
    let scene = Scene::set();
    let report = Report { chosen_phone: "+15005550001".into(), ..Report::default() };
    let emergency = scene.branch.report(report, None).await.expect("taken in").id();
    let of_it = scene.branch.store().events_of(emergency, EventId::START, 100).await.expect("events");
    scene.record(100).await;
    let node = scene.node("intake-token");
    let mut heard = open(&node, &format!("{EVENTS}?after=0&unnamed&emergency={emergency}"), None).await;
    heard.next().await.expect("a greeting");
    for event in &of_it {
        let piece = heard.next().await.expect("an event");
        assert!(piece.starts_with(&format!("id: {}\ndata: {{", event.id)), "{piece}");
        assert!(piece.contains(&format!(r#""emergency_id":"{emergency}""#)), "{piece}");
    }
    assert!(heard.has_nothing(), "nothing of what happened outside");
    scene.branch.handle(emergency, crate::emergency::Input::Cancelled).await.expect("cancelled");
    assert!(heard.next().await.expect("an event").contains("\"cancelled\""));
    let missing = format!("{EVENTS}?emergency={}", EmergencyId::new(NOON, 7));
    assert_eq!(open(&node, &missing, None).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(start_paused = true)]
async fn streams_end_when_the_server_stops() {
    let scene = Scene::set();
    let node = scene.node("intake-token");
    let mut heard = open(&node, EVENTS, None).await;
    heard.next().await.expect("a greeting");
    scene.branch.end_streams();
    assert_eq!(heard.next().await, None);
    let refused = open(&node, EVENTS, None).await;
    assert_eq!((refused.status, refused.json()["code"].as_str()), (StatusCode::SERVICE_UNAVAILABLE, Some("stopping")));
    assert_eq!(refused.headers["retry-after"], "1");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_away_is_told() {
    let scene = Scene::set();
    let mut store = crate::store::MockEmergencyStore::new();
    store.expect_events().returning(|_, _, _| Err(crate::store::StoreError::Unavailable("away".into())));
    let Scene { branch, clock } = scene;
    let links = Links::new("https://help.example.com/tuc".parse().expect("a URL"));
    let settings = BranchSettings::clone(&branch.settings());
    let (key, telephony) = (branch.key().clone(), Arc::new(MockTelephony::new()));
    let branch = Arc::new(Branch::new(key, settings, Arc::new(store), telephony, Script::default(), links));
    let refused = open(&Scene { branch, clock }.node("intake-token"), EVENTS, None).await;
    assert_eq!(refused.json()["code"].as_str(), Some("store_unavailable"));
}

async fn ticket(node: &Endpoints) -> String {
    let heard = ask(node, "POST", TICKET, &[("authorization", TOKEN)]).await;
    assert_eq!((heard.status, heard.json()["expires_in_seconds"].as_u64()), (StatusCode::OK, Some(60)));
    heard.json()["ticket"].as_str().expect("a ticket").to_owned()
}

async fn with_ticket(node: &Endpoints, ticket: &str) -> StatusCode {
    ask(node, "GET", &format!("{EVENTS}?ticket={ticket}"), &[]).await.status
}

#[tokio::test(start_paused = true)]
async fn a_ticket_is_good_once() {
    let scene = Scene::set();
    let node = scene.node("intake-token");
    assert_eq!(ask(&node, "POST", TICKET, &[]).await.status, StatusCode::UNAUTHORIZED, "not for everybody");
    assert_eq!(ask(&node, "GET", EVENTS, &[]).await.status, StatusCode::UNAUTHORIZED);
    let (one, other) = (ticket(&node).await, ticket(&node).await);
    assert_ne!(one, other);
    assert_eq!(with_ticket(&node, &one).await, StatusCode::OK);
    assert_eq!(with_ticket(&node, &one).await, StatusCode::UNAUTHORIZED);
    assert_eq!(with_ticket(&node, &other).await, StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn a_ticket_is_good_for_a_minute_on_any_node_with_the_same_secrets() {
    let scene = Scene::set();
    let (node, other) = (scene.node("intake-token"), scene.node("intake-token"));
    let first = ticket(&node).await;
    scene.clock.advance(Duration::from_micros(59_999_999));
    assert_eq!(with_ticket(&other, &first).await, StatusCode::OK, "another node");
    let second = ticket(&node).await;
    scene.clock.advance(Duration::from_secs(60));
    assert_eq!(with_ticket(&node, &second).await, StatusCode::UNAUTHORIZED, "too late");
    let third = ticket(&node).await;
    assert_eq!(with_ticket(&scene.node("another"), &third).await, StatusCode::UNAUTHORIZED, "another secret");
    let keys = Keys { intake_token: Some(Key::new("changed".into()).expect("a key")), ..Keys::default() };
    node.set_keys(keys);
    assert_eq!(with_ticket(&node, &third).await, StatusCode::UNAUTHORIZED, "the secret has changed");
    // Given out by a node whose clock is ahead.
    let future = ticket(&other).await;
    scene.clock.set(NOON - Duration::from_secs(3600));
    assert_eq!(with_ticket(&other, &future).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_ticket_lets_nobody_in() {
    let scene = Scene::set();
    let node = scene.node("intake-token");
    let good = ticket(&node).await;
    let mut hostile =
        vec![String::new(), "x".into(), "%00".into(), "A".repeat(75), "A".repeat(5000), format!("{good}=")];
    hostile.push(good[..good.len() - 1].to_owned());
    for at in 0..good.len() {
        let other = if &good[at..=at] == "A" { "B" } else { "A" };
        hostile.push(format!("{}{other}{}", &good[..at], &good[at + 1..]));
    }
    for ticket in &hostile {
        assert_eq!(with_ticket(&node, ticket).await, StatusCode::UNAUTHORIZED, "{ticket}");
    }
    let twice = ask(&node, "GET", &format!("{EVENTS}?ticket={good}&ticket={good}"), &[]).await;
    assert_eq!(twice.status, StatusCode::UNAUTHORIZED);
    for target in [format!("/api/emergencies?ticket={good}"), format!("{TICKET}?ticket={good}")] {
        let method = if target.contains("events") { "POST" } else { "GET" };
        assert_eq!(ask(&node, method, &target, &[]).await.status, StatusCode::UNAUTHORIZED, "{target}");
    }
    assert_eq!(with_ticket(&node, &good).await, StatusCode::OK, "none of that has used it up");
}

#[test]
fn an_event_is_written_on_three_lines() {
    let emergency = Some(EmergencyId::new(Timestamp::default(), 1));
    let event = |json: &str| {
        let stored = StoredEvent { id: EventId::from_u64(7), emergency, at: NOON, json: json.to_owned() };
        String::from_utf8(frame(&stored).to_vec()).expect("text")
    };
    let cancelled = event(r#"{"event":"cancelled"}"#);
    let expected = concat!(
        "event: cancelled\nid: 7\n",
        r#"data: {"data":{"emergency_id":"00000000000000000000000001"},"emergency_id":"00000000000000000000000001","#,
        r#""event":"cancelled","id":7,"timestamp":"2027-01-15T08:00:00Z"}"#,
        "\n\n"
    );
    assert_eq!(cancelled, expected);
    let text = event("{\"event\":\"sms_error\",\"data\":{\"error\":\"one\\r\\ntwo\"}}");
    assert!(text.contains(r#""error":"one\r\ntwo""#), "{text}");
    for hostile in [r#"{"event":"a\ndata: b"}"#, r#"{"event":""}"#, r#"{"event":7}"#, "no\n\nJSON", "[]"] {
        let text = event(hostile);
        assert!(text.starts_with("event: message\nid: 7\ndata: {"), "{text}");
        assert_eq!(text.lines().count(), 4, "{text}");
    }
}
