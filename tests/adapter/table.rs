//! The real table of a branch.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;

use responder::{
    branch::{Branch, BranchSettings},
    driver::SystemClock,
    emergency::{Contact, Policy},
    http::testing::adapter::Adapter,
    http::{Endpoints, Key, Keys, Signatures, branch},
    script::{Links, Script},
    signature::AuthTokens,
    store::MemoryStore,
    telephony::TwilioClient,
};
use tokio::net::TcpListener;
use warp::Filter;

use super::plain::Plain;

fn endpoints() -> Endpoints {
    let recipients = vec![Contact::unnamed("+15005550009".parse().expect("a number"))];
    let policy = Policy { recipients, ..Policy::default() };
    let settings = BranchSettings::new(policy, "+15005550006".parse().expect("a number")).expect("settings");
    let nowhere = TwilioClient::builder("AC00000000000000000000000000000001", "the-auth-token".into());
    let nowhere = nowhere.base_url("http://127.0.0.1:9").build().expect("a client");
    let store = Arc::new(MemoryStore::new(Arc::new(SystemClock)));
    let links = Links::new("https://help.example.com/tuc".parse().expect("a URL"));
    let key = "tuc".parse().expect("a key");
    let branch = Arc::new(Branch::new(key, settings, store, Arc::new(nowhere), Script::default(), links));
    let keys = Keys {
        signatures: Signatures::Checked(AuthTokens::new("the-auth-token".into()).expect("a token")),
        intake_token: Some(Key::new("the-intake-token".into()).expect("a key")),
        ..Keys::default()
    };
    branch::endpoints(&branch).keys(keys).build().expect("a table")
}

#[tokio::test]
async fn every_row_of_a_branch_is_the_same_under_each_adapter() {
    let endpoints = endpoints();
    let servers = servers(&endpoints).await;
    let client = reqwest::Client::new();
    let mut rows: BTreeSet<String> = endpoints.rows().map(|row| format!("{} {}", row.method(), row.path())).collect();
    for (path, statuses) in TABLE {
        for (method, status) in METHODS.into_iter().zip(statuses) {
            rows.remove(&format!("{method} {path}"));
            let mut heard = Vec::new();
            for (framework, address) in &servers {
                let url = format!("http://{address}/help{}", path.replace("{id}", "01JZ0000000000000000000000"));
                let request = client.request(method.parse().expect("a method"), url);
                let answer = request.send().await.expect("an answer");
                assert_eq!(answer.status(), status, "{method} {path} under {framework}");
                let mut headers = answer.headers().clone();
                headers.remove("date");
                heard.push((framework, headers, answer.bytes().await.expect("a body")));
            }
            for (framework, headers, body) in &heard[1..] {
                assert_eq!((headers, body), (&heard[0].1, &heard[0].2), "{method} {path} under {framework}");
            }
        }
    }
    assert!(rows.is_empty(), "not asked: {rows:?}");
}

/// One for each adapter.
async fn servers(endpoints: &Endpoints) -> [(&'static str, SocketAddr); 3] {
    let mut sockets = Vec::new();
    for _ in 0..3 {
        sockets.push(TcpListener::bind(("127.0.0.1", 0)).await.expect("a port"));
    }
    let addresses: Vec<_> = sockets.iter().map(|socket| socket.local_addr().expect("an address")).collect();
    let mut next = sockets.into_iter().zip(std::iter::repeat_with(|| endpoints.clone()));

    let (socket, table) = next.next().expect("three");
    let router = axum::Router::new().nest("/help", responder::axum::router(table));
    tokio::spawn(async { axum::serve(socket, router.into_make_service_with_connect_info::<SocketAddr>()).await });
    let (socket, table) = next.next().expect("three");
    let filter = warp::path("help").and(responder_warp::catch_all(table));
    tokio::spawn(warp::serve(filter).incoming(socket).run());
    let (socket, table) = next.next().expect("three");
    tokio::spawn(async { Plain::at("/help").serve(table, socket).await });
    [("axum", addresses[0]), ("warp", addresses[1]), ("hyper", addresses[2])]
}

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "BREW"];

/// What strangers get: who asks as the provider does, or reports, has to show more.
const TABLE: [(&str, [u16; 7]); 31] = [
    ("/amd_status", PROVIDER),
    ("/api/emergencies", [401, 401, 405, 405, 405, 204, 405]),
    ("/api/emergencies/{id}", [401, 401, 405, 405, 405, 204, 405]),
    ("/api/emergencies/{id}/cancel", [405, 405, 401, 405, 405, 204, 405]),
    ("/api/events", [401, 401, 405, 405, 405, 204, 405]),
    ("/api/events/ticket", [405, 405, 401, 405, 405, 204, 405]),
    ("/api/logs", [401, 401, 405, 405, 401, 204, 405]),
    ("/api/status", [200, 200, 405, 405, 405, 204, 405]),
    ("/bridge_joined", PROVIDER),
    ("/call_fallback", PROVIDER),
    ("/conference_status", PROVIDER),
    ("/customer_call_ended", PROVIDER),
    ("/healthz", [200, 200, 405, 405, 405, 204, 405]),
    ("/hold", PROVIDER),
    ("/hold_ended", PROVIDER),
    ("/incoming_twilio_call", PROVIDER),
    ("/message_status", PROVIDER),
    ("/metrics", [401, 401, 405, 405, 405, 204, 405]),
    ("/openapi.json", [200, 200, 405, 405, 405, 204, 405]),
    ("/readyz", [503, 503, 405, 405, 405, 204, 405]),
    ("/recording_status", PROVIDER),
    ("/resolve_errors", [405, 405, 401, 405, 405, 204, 405]),
    ("/sms_reply", PROVIDER),
    ("/technician_answer", PROVIDER),
    ("/technician_call_ended", PROVIDER),
    ("/technician_keys", PROVIDER),
    ("/technician_wait", PROVIDER),
    ("/transfer_complete", PROVIDER),
    ("/voicemail", PROVIDER),
    ("/webhook", [405, 405, 401, 405, 405, 204, 405]),
    ("/nothing", [404; 7]),
];

const PROVIDER: [u16; 7] = [405, 405, 403, 405, 405, 204, 405];
