//! What is measured, row by row.

use std::{
    net::SocketAddr,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{Router, routing::get};
use futures_util::future::join_all;
use responder::{
    branch::Branch,
    driver::SystemClock,
    emergency::Report,
    signature::Payload,
    sql::{PostgresStore, SqliteStore},
    store::{EmergencyStore, EventId},
};
use tokio::net::TcpListener;

use crate::{
    house::{self, Adapter, INTAKE_TOKEN, Lags, PUBLIC},
    load::{Load, Measured, different_posts, posts},
};

/// Connections at a time.
const MANY: u32 = 128;

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

pub(crate) async fn all(span: Duration) {
    floor(span).await;
    for adapter in Adapter::ALL {
        for row in [Row::Status, Row::Call, Row::Paused, Row::Sustained] {
            let folder = tempfile::tempdir().expect("a folder");
            let store = SqliteStore::open(folder.path().join("bench.db"), Arc::new(SystemClock)).await;
            let store: Arc<dyn EmergencyStore> = Arc::new(store.expect("a store"));
            row.measure(folder.path(), adapter, "SQLite", vec![store], span).await;
        }
    }
    let Ok(url) = std::env::var("DATABASE_URL") else {
        println!("PostgreSQL, too: scripts/with-postgres cargo bench --bench throughput");
        return;
    };
    for nodes in [1, 2, 4] {
        for row in [Row::Call, Row::Paused, Row::Sustained] {
            let folder = tempfile::tempdir().expect("a folder");
            let schema = format!("bench_{}_{nodes}_{}", std::process::id(), row as u8);
            let stores = join_all((0..nodes).map(|_| server(&url, &schema))).await;
            row.measure(folder.path(), Adapter::Axum, "PostgreSQL", stores, span).await;
        }
    }
}

async fn server(url: &str, schema: &str) -> Arc<dyn EmergencyStore> {
    let store = PostgresStore::builder(url).schema(schema).open().await;
    Arc::new(store.expect("a server at DATABASE_URL"))
}

/// The same bytes as the status, by the framework alone.
async fn floor(span: Duration) {
    let folder = tempfile::tempdir().expect("a folder");
    let body = r#"{"message":"This branch is ready.","status":"Ready"}"#;
    let router: Router = Router::new().route("/api/status", get(async move || body));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let address = listener.local_addr().expect("an address");
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let load = Load { path: "/api/status", script: None, connections: MANY, span };
    print("axum alone, the same bytes", &load.put_on(folder.path(), address).await);
    server.abort();
}

#[derive(Clone, Copy, Debug)]
enum Row {
    Status,
    Call,
    Paused,
    Sustained,
}

impl Row {
    /// One node for each store.
    async fn measure(
        self,
        folder: &Path,
        adapter: Adapter,
        database: &str,
        stores: Vec<Arc<dyn EmergencyStore>>,
        span: Duration,
    ) {
        let lags = Lags::default();
        let provider = house::provider(lags.clone()).await;
        let branches: Vec<_> = stores.into_iter().map(|store| house::open("bench", store, provider.address)).collect();
        let servers = join_all(branches.iter().map(|branch| adapter.serve(house::endpoints(branch)))).await;
        let addresses: Vec<_> = servers.iter().map(|server| server.address).collect();
        let name = format!("{database}, {}, {} node(s)", adapter.name(), branches.len());
        match self {
            Self::Status => {
                let load = Load { path: "/api/status", script: None, connections: MANY, span };
                let (measured, stale) =
                    tokio::join!(together(&load, folder, &addresses), staleness(&branches[0], addresses[0], span / 2),);
                print(&format!("{name}: GET /api/status"), &measured);
                println!("    a change shows after {stale:?}");
            }
            Self::Call => {
                let load = Load { path: "/incoming_twilio_call", script: Some(calls()), connections: MANY, span };
                let measured = together(&load, folder, &addresses).await;
                print(&format!("{name}: POST /incoming_twilio_call"), &measured);
                println!("    {} events recorded", recorded(&branches[0]).await);
            }
            Self::Paused => {
                let load = Load { path: "/webhook", script: Some(reports(Duration::ZERO)), connections: MANY, span };
                print(&format!("{name}: POST /webhook, paused"), &together(&load, folder, &addresses).await);
            }
            Self::Sustained => {
                let workers: Vec<_> =
                    (0..).zip(&branches).map(|(n, branch)| house::dispatch(branch, &format!("worker-{n}"))).collect();
                let pause = Duration::from_millis(20);
                let load = Load { path: "/webhook", script: Some(reports(pause)), connections: PACED, span };
                print(&format!("{name}: POST /webhook, dispatched"), &together(&load, folder, &addresses).await);
                println!("    {}", told(&lags));
                workers.iter().for_each(tokio::task::JoinHandle::abort);
            }
        }
    }
}

/// Connections that wait 20 ms between two reports: up to 1,000 a second.
const PACED: u32 = 20;

async fn together(load: &Load, folder: &Path, servers: &[SocketAddr]) -> Measured {
    let share = u32::try_from(servers.len()).expect("few").max(1);
    let load = Load { connections: load.connections / share, ..load.clone() };
    Measured::together(&join_all(servers.iter().map(|server| load.put_on(folder, *server))).await)
}

/// How long after a report the status shows it, in the middle of the load.
async fn staleness(branch: &Arc<Branch>, server: SocketAddr, after: Duration) -> Duration {
    tokio::time::sleep(after).await;
    let report = Report { chosen_phone: "+15005550001".into(), ..Report::default() };
    branch.report(report, None).await.expect("an emergency");
    let begin = Instant::now();
    loop {
        let answer = reqwest::get(format!("http://{server}/api/status")).await.expect("an answer");
        if answer.text().await.expect("a body").contains("In Use") {
            return begin.elapsed();
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Signed calls by a thousand callers while there is no emergency.
fn calls() -> String {
    let tokens = house::auth_tokens();
    let url = format!("{PUBLIC}/incoming_twilio_call");
    let call = |n: u32| {
        let fields = [
            ("AccountSid", "AC00000000000000000000000000000001".to_owned()),
            ("ApiVersion", "2010-04-01".to_owned()),
            ("CallSid", format!("CA{n:032x}")),
            ("CallStatus", "ringing".to_owned()),
            ("Called", "+15005550006".to_owned()),
            ("Caller", format!("+1500555{:04}", 1000 + n)),
            ("Direction", "inbound".to_owned()),
            ("From", format!("+1500555{:04}", 1000 + n)),
            ("To", "+15005550006".to_owned()),
        ];
        let fields: Vec<_> = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let signature = tokens.sign(&url, Payload::Form(&fields)).expect("a signature");
        (signature, form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish())
    };
    posts(&[FORM], &(0..1000).map(call).collect::<Vec<_>>())
}

fn reports(pause: Duration) -> String {
    let headers = [("Content-Type", "application/json"), ("Authorization", &format!("Bearer {INTAKE_TOKEN}"))];
    let before = r#"{"chosen_phone":"+15005550001","customer_name":"Ada","user_stated_callback_number":"+15005550100",
        "incident_address":"12 Elm Street","emergency_description_text":"Water comes through the ceiling, no. "#;
    different_posts(&headers, before, "\"}", pause)
}

async fn recorded(branch: &Branch) -> u64 {
    let (mut last, store) = (EventId::START, branch.store());
    while let Some(event) = store.events(branch.key(), last, 10_000).await.expect("events").last() {
        last = event.id;
    }
    last.as_u64()
}

fn told(lags: &Lags) -> String {
    let mut lags = lags.lock().expect("a list");
    lags.sort_unstable();
    let at = |share: usize| lags.get(lags.len().saturating_sub(1) * share / 100).copied().unwrap_or_default();
    format!("{} calls placed; from report to request p50 {:?}, p99 {:?}, max {:?}", lags.len(), at(50), at(99), at(100))
}

fn print(what: &str, measured: &Measured) {
    println!("{what:<58} {measured}");
}
