//! An account with many recordings, few of which are of the branch that is asked about.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use responder::{
    Timestamp,
    access::Rights,
    driver::ManualClock,
    http::{
        Endpoints, Keys,
        admin::{self, Admin, Site},
    },
    settings::{SettingsKeys, Values},
    store::MemoryStore,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::house::{House, PUBLIC, Person, answer_in_json, answer_of, key};

const NUMBER: &str = "+15005550006";
const ACCOUNT: &str = "AC00000000000000000000000000000001";
const RECORDINGS: usize = 2300;

/// One in a hundred is of the branch.
const ONE_IN: usize = 100;

#[derive(Default)]
struct Provider {
    calls_asked: AtomicUsize,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
}

/// Newest first; four in each second.
fn recording(no: usize) -> Value {
    let (minute, second) = (no / 4 / 60, no / 4 % 60);
    let date = format!("Wed, 18 Nov 2026 12:{:02}:{:02} +0000", 59 - minute, 59 - second);
    json!({ "sid": format!("RE{no:032x}"), "call_sid": format!("CA{no:032x}"), "status": "completed",
        "date_created": date, "start_time": date, "duration": "3" })
}

fn second_of(no: usize) -> String {
    format!("2026-11-18T12:{:02}:{:02}Z", 59 - no / 4 / 60, 59 - no / 4 % 60)
}

async fn recordings(Query(query): Query<HashMap<String, String>>) -> Response {
    let begin = match (query.get("from"), query.get("DateCreated<")) {
        (Some(from), _) => from.parse().expect("a number"),
        (None, Some(until)) => (0..RECORDINGS).find(|no| second_of(*no) <= *until).expect("one of them"),
        (None, None) => 0,
    };
    let end = RECORDINGS.min(begin + 100);
    let next = (end < RECORDINGS).then(|| format!("/2010-04-01/Accounts/{ACCOUNT}/Recordings.json?from={end}"));
    let page: Vec<_> = (begin..end).map(recording).collect();
    answer_in_json(&json!({ "recordings": page, "next_page_uri": next }))
}

/// Some are gone; nobody knows whose they were.
async fn call(State(provider): State<Arc<Provider>>, Path(file): Path<String>) -> Response {
    provider.calls_asked.fetch_add(1, Ordering::SeqCst);
    let now = provider.at_once.fetch_add(1, Ordering::SeqCst) + 1;
    provider.most_at_once.fetch_max(now, Ordering::SeqCst);
    tokio::task::yield_now().await;
    provider.at_once.fetch_sub(1, Ordering::SeqCst);
    let sid = file.trim_end_matches(".json");
    let no = usize::from_str_radix(&sid[2..], 16).expect("a number");
    match no {
        no if no % 7 == 3 && !no.is_multiple_of(ONE_IN) => StatusCode::NOT_FOUND.into_response(),
        no => {
            let to = if no.is_multiple_of(ONE_IN) { NUMBER } else { "+15005550007" };
            answer_in_json(&json!({ "sid": sid, "from": "+15005550010", "to": to }))
        }
    }
}

async fn scene() -> (Arc<Provider>, Endpoints, Person) {
    let provider = Arc::new(Provider::default());
    let router = Router::new()
        .route(&format!("/2010-04-01/Accounts/{ACCOUNT}/Recordings.json"), get(recordings))
        .route(&format!("/2010-04-01/Accounts/{ACCOUNT}/Calls/{{file}}"), get(call))
        .with_state(Arc::clone(&provider));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let defaults = Values::of(|setting| match setting.name {
        "TWILIO_ACCOUNT_SID" => Some(ACCOUNT),
        "TWILIO_AUTH_TOKEN" => Some("a token"),
        "TWILIO_PHONE_NUMBER" => Some(NUMBER),
        _ => None,
    });
    let site = Site { key: key("tuc"), name: "Tucson".to_owned(), client: None, public_url: None, defaults };
    let clock = Arc::new(ManualClock::new(Timestamp::from_micros(1_800_000_000_000_000)));
    let store = Arc::new(MemoryStore::new(clock.clone()));
    let admin = Admin::new(store.clone(), clock.clone(), SettingsKeys::default(), vec![site]);
    let admin = Arc::new(admin.provider(move |client| client.base_url(url.as_str())));
    let keys = Keys { sessions: Some(admin::sessions(&admin)), ..Keys::default() };
    let table = admin::endpoints(&admin, PUBLIC.parse().expect("a URL")).keys(keys).build().expect("a table");
    let house = House { clock, store, table: table.clone(), asked: Arc::default(), sessions: Mutex::default() };
    let ada = house.person("ada", Rights::Admin).await;
    (provider, table, ada)
}

/// The recordings, page by page; how many pages that were, and how many of them ended because that took long.
async fn all_of(table: &Endpoints, ada: &Person) -> (Vec<String>, usize, usize) {
    let (mut sids, mut pages, mut cut, mut page) = (Vec::new(), 0, 0, json!(1));
    while !page.is_null() {
        pages += 1;
        let page_text = page.as_str().map_or_else(|| page.to_string(), str::to_owned);
        let answer =
            answer_of(table, ada.get(&format!("/api/branch/tuc/recordings?page_size=6&page={page_text}"))).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let told = answer.json();
        let found = told["recordings"].as_array().expect("a list");
        sids.extend(found.iter().map(|one| one["sid"].as_str().expect("a sid").to_owned()));
        assert!(found.len() == 6 || !told["next_page"].is_number(), "{told}");
        cut += usize::from(told["next_page"].is_string() && found.len() < 6);
        page = told["next_page"].clone();
    }
    (sids, pages, cut)
}

#[tokio::test]
async fn who_pages_on_sees_each_once_and_nothing_is_asked_twice() {
    let (provider, table, ada) = scene().await;
    let own: Vec<_> = (0..RECORDINGS).step_by(ONE_IN).map(|no| format!("RE{no:032x}")).collect();
    let (found, pages, cut) = all_of(&table, &ada).await;
    assert_eq!(found, own, "also those beyond the newest two thousand");
    assert!(cut > 0, "nobody looks at all of them at once");
    let asked = provider.calls_asked.load(Ordering::SeqCst);
    // What was asked for beyond the end of a page is not waited for.
    assert!((RECORDINGS..=RECORDINGS + 8 * pages).contains(&asked), "{asked} for {pages} pages");
    assert!(provider.most_at_once.load(Ordering::SeqCst) <= 8);
    assert_eq!(all_of(&table, &ada).await.0, own);
    assert_eq!(provider.calls_asked.load(Ordering::SeqCst), asked, "also what is of nobody is remembered");
}

#[tokio::test]
async fn what_is_no_page_is_refused() {
    let (_, table, ada) = scene().await;
    let sid = "RE00000000000000000000000000000001";
    let strange = ["-1".to_owned(), "10001".to_owned(), format!("1-{sid}"), format!("1-{sid}-x"), format!("x-{sid}-0")];
    for page in strange.into_iter().chain([format!("999999999999999-{sid}-0"), format!("1-{sid}-0-0")]) {
        let answer = answer_of(&table, ada.get(&format!("/api/branch/tuc/recordings?page={page}"))).await;
        assert_eq!((answer.status, &*answer.code()), (400, "invalid_field"), "{page}");
    }
}
