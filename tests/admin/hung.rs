//! A branch that hangs, refuses, or has much to say: nobody waits for it, and what it says comes as it is.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, response::IntoResponse};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body_util::BodyExt;
use responder::{
    Timestamp,
    access::Rights,
    driver::ManualClock,
    http::{
        Endpoints, Keys,
        admin::{self, Admin, BranchClient, Site},
    },
    settings::{SettingsKeys, Values},
    store::MemoryStore,
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::watch, time::timeout};

use crate::{
    common::patience::until,
    house::{House, PUBLIC, Person, answer_in_json, answer_of, key},
};

/// Two branches, one of which answers only while it is let.
struct Scene {
    table: Endpoints,
    ada: Person,
    is_let: watch::Sender<bool>,
    held: Arc<AtomicUsize>,
}

impl Scene {
    async fn set() -> Self {
        let (is_let, held) = (watch::Sender::new(true), Arc::new(AtomicUsize::new(0)));
        let well = site("tuc", &served(Router::new().fallback(async || says())).await);
        let (lets, counted) = (is_let.subscribe(), Arc::clone(&held));
        let holds = async move || {
            counted.fetch_add(1, Ordering::SeqCst);
            lets.clone().wait_for(|is_let| *is_let).await.expect("the scene");
            counted.fetch_sub(1, Ordering::SeqCst);
            says()
        };
        let hung = site("poc", &served(Router::new().fallback(holds)).await);
        let clock = Arc::new(ManualClock::new(Timestamp::from_micros(1_800_000_000_000_000)));
        let store = Arc::new(MemoryStore::new(clock.clone()));
        let admin = Arc::new(Admin::new(store.clone(), clock.clone(), SettingsKeys::default(), vec![well, hung]));
        let keys = Keys { sessions: Some(admin::sessions(&admin)), ..Keys::default() };
        let table = admin::endpoints(&admin, PUBLIC.parse().expect("a URL")).keys(keys).build().expect("a table");
        let house = House { clock, store, table: table.clone(), asked: Arc::default(), sessions: Mutex::default() };
        let ada = house.person("ada", Rights::Admin).await;
        Self { table, ada, is_let, held }
    }

    async fn branches(&self) -> Value {
        answer_of(&self.table, self.ada.get("/api/branches")).await.json()["branches"].take()
    }
}

async fn served(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    at
}

fn site(name: &str, at: &str) -> Site {
    let client = Some(BranchClient::new(at, &"token".into()).expect("a client"));
    Site { key: key(name), name: name.to_uppercase(), client, public_url: None, defaults: Values::default() }
}

fn says() -> axum::response::Response {
    answer_in_json(&json!({ "status": "Ready", "message": "It is ready.", "emergencies": [] }))
}

#[tokio::test]
async fn a_branch_that_hangs_is_shown_as_it_was_and_the_others_as_they_are() {
    let scene = Scene::set().await;
    let now = scene.branches().await;
    for row in now.as_array().expect("a list") {
        assert_eq!((&row["status"], &row["seconds_old"]), (&json!("Ready"), &Value::Null), "{row}");
    }
    scene.is_let.send_replace(false);
    for _ in 0..2 {
        let known = scene.branches().await;
        assert!(scene.held.load(Ordering::SeqCst) > 0, "it has not answered");
        assert_eq!((&known[0]["status"], &known[0]["seconds_old"]), (&json!("Ready"), &Value::Null));
        assert_eq!((&known[1]["status"], &known[1]["online"]), (&json!("Ready"), &json!(true)), "{known}");
        assert!(known[1]["seconds_old"].is_u64(), "{known}");
        let words = known[1]["message"].as_str().expect("words");
        assert!(words.starts_with("It does not answer at the moment.") && words.ends_with("It is ready."), "{words}");
    }
    for page in ["/", "/live", "/figures", "/branch/poc"] {
        assert_eq!(answer_of(&scene.table, scene.ada.get(page)).await.status, 200, "{page}");
        assert!(scene.held.load(Ordering::SeqCst) > 0, "{page}: it has not answered");
    }
    // What nobody has waited for comes in.
    scene.is_let.send_replace(true);
    until(async || scene.branches().await[1]["seconds_old"].is_null()).await;
}

#[tokio::test]
async fn a_branch_that_never_answers_is_offline() {
    let scene = Scene::set().await;
    scene.is_let.send_replace(false);
    let known = scene.branches().await;
    assert_eq!((&known[1]["status"], &known[0]["status"]), (&json!("Offline"), &json!("Ready")), "{known}");
}

#[tokio::test]
async fn a_long_log_is_passed_on_as_it_comes() {
    const PIECES: usize = 640;
    static PIECE: [u8; 64 << 10] = [b' '; 64 << 10];
    let made = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&made);
    let house = House::with_branch_that(move |_| {
        let counted = Arc::clone(&counted);
        let pieces = stream::iter(0..PIECES).map(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            Ok::<_, std::convert::Infallible>(Bytes::from_static(&PIECE))
        });
        ([("content-type", "application/json")], axum::body::Body::from_stream(pieces)).into_response()
    })
    .await;
    let ada = house.person("ada", Rights::Admin).await;
    let request = ada.get("/api/branch/tuc/logs?all").map(Into::into);
    let response = house.table.serve::<responder::http::Body>(request, None).await;
    assert_eq!(
        (response.status().as_u16(), response.headers()["content-type"].as_bytes()),
        (200, &b"application/json"[..])
    );
    let mut body = Box::pin(response.into_body());
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        if length == 0 {
            let made = made.load(Ordering::SeqCst);
            assert!(made < PIECES / 2, "all of it was read before any of it was passed on: {made}");
        }
        length += frame.expect("no failure").into_data().expect("data").len();
    }
    assert_eq!(length, PIECES * PIECE.len());
}

#[tokio::test]
async fn why_a_branch_begins_no_stream_is_passed_on() {
    let refusals = [(503, "too_many_streams", "30"), (503, "stopping", "1"), (400, "invalid_field", "")];
    for (status, code, wait) in refusals {
        let house = House::with_branch_that(move |_| {
            let body = json!({ "status": "error", "code": code, "message": "Words." });
            let mut answer = answer_in_json(&body);
            *answer.status_mut() = http::StatusCode::from_u16(status).expect("a status");
            if !wait.is_empty() {
                answer.headers_mut().insert("retry-after", wait.parse().expect("a header"));
            }
            answer
        })
        .await;
        let ada = house.person("ada", Rights::Admin).await;
        let answer = house.ask(ada.get("/api/branch/tuc/events")).await;
        assert_eq!((answer.status, &*answer.code(), answer.header("retry-after")), (status, code, wait));
    }
}

/// Also when no branch can be reached, so that nobody takes the connection for dead.
#[tokio::test(start_paused = true)]
async fn something_is_said_of_all_branches_from_time_to_time() {
    let house = House::open();
    let ada = house.person("ada", Rights::Admin).await;
    let request = ada.get("/api/events").map(Into::into);
    let response = house.table.serve::<responder::http::Body>(request, None).await;
    let mut body = Box::pin(response.into_body());
    for expected in [&b": here are changes\n\n"[..], b":\n\n", b":\n\n"] {
        let frame = timeout(Duration::from_secs(20), body.frame()).await.expect("something is said");
        let said = frame.expect("it goes on").expect("no failure").into_data().expect("data");
        assert_eq!(&said[..], expected);
    }
}

#[tokio::test]
async fn nobody_has_more_streams_than_pages() {
    let house = House::with_branch_that(|_| {
        let silence = stream::pending::<Result<Bytes, std::convert::Infallible>>();
        ([("content-type", "text/event-stream")], axum::body::Body::from_stream(silence)).into_response()
    })
    .await;
    let ada = house.person("ada", Rights::Admin).await;
    let open = async |path: &str| {
        let request = ada.get(path).map(Into::into);
        house.table.serve::<responder::http::Body>(request, None).await
    };
    let mut streams = Vec::new();
    for path in ["/api/events", "/api/branch/tuc/events"].iter().cycle().take(16) {
        let response = open(path).await;
        assert_eq!(response.status(), 200, "{path}");
        streams.push(response);
    }
    for path in ["/api/events", "/api/branch/tuc/events"] {
        let refused = open(path).await;
        assert_eq!(
            (refused.status().as_u16(), refused.headers()["retry-after"].as_bytes()),
            (429, &b"30"[..]),
            "{path}"
        );
        let words: Value = serde_json::from_slice(refused.body().as_full().expect("no stream")).expect("JSON");
        assert_eq!(words["code"], "too_many_streams");
    }
    streams.pop();
    assert_eq!(open("/api/events").await.status(), 200, "one has ended");
}
