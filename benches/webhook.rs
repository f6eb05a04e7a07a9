//! From a report to the ringing phone: `POST /webhook` until the provider has the request for the call, over real
//! sockets on loopback, with SQLite that answers when a commit is on the disk; 50 recipients, and a provider that takes
//! 5 seconds for each text.
//!
//! `cargo bench --bench webhook` prints the distribution, and that of a flush of the disk beside it.

use std::{
    fs::OpenOptions,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{Router, extract::State, http::StatusCode, routing::post};
use responder::{
    branch::{Branch, BranchSettings},
    driver::{Dispatcher, SystemClock},
    emergency::{Contact, EmergencyId, Input, Policy},
    http::{Key, Keys, branch},
    script::{Links, Script},
    sql::SqliteStore,
    telephony::TwilioClient,
};
use tokio::{net::TcpListener, runtime::Runtime, sync::mpsc};

const REPORTS: usize = 400;
const RECIPIENTS: u32 = 50;
const TEXT_TAKES: Duration = Duration::from_secs(5);
/// Between two reports: in a row, and each on a machine that has gone to sleep.
const RHYTHMS: [Duration; 2] = [Duration::from_millis(3), Duration::from_millis(15)];

fn main() {
    // `cargo test` runs benches without this argument, to see that they work.
    let reports = if std::env::args().any(|argument| argument == "--bench") { REPORTS } else { 3 };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    for pause in RHYTHMS {
        let folder = tempfile::tempdir().expect("a folder");
        let mut taken = measure(&runtime, folder.path(), reports, pause);
        print(&format!("a report every {pause:?}: report to request for the call"), &mut taken);
        let mut flushes = flushes(folder.path(), reports, pause);
        print("    in the same rhythm, a flush of 4 KiB to the same disk", &mut flushes);
    }
}

fn measure(runtime: &Runtime, folder: &Path, reports: usize, pause: Duration) -> Vec<Duration> {
    let (calls, mut called) = mpsc::unbounded_channel();
    let (branch, address) = runtime.block_on(async {
        let provider = serve(provider(calls)).await;
        let (branch, endpoints) = open(folder, provider).await;
        (branch, serve(responder::axum::router(endpoints)).await)
    });
    let dispatcher = Dispatcher::new(branch.clone(), "bench".parse().expect("a name"));
    let dispatcher = runtime.spawn(dispatcher.run(std::future::pending()));
    let mut reporter = Reporter::connect(address);
    let mut taken = Vec::with_capacity(reports);
    // The first ones open connections and files.
    for no in 0..reports + 20 {
        let begin = Instant::now();
        let id = reporter.report();
        let arrived: Instant = called.blocking_recv().expect("a call");
        if no >= 20 {
            taken.push(arrived - begin);
        }
        // One at a time, as a branch has it.
        runtime.block_on(branch.handle(id, Input::Cancelled)).expect("cancelled");
        std::thread::sleep(pause);
    }
    // Texts are still under way, and nobody waits for them.
    dispatcher.abort();
    taken
}

/// Reports over one connection, with as little of its own as possible.
struct Reporter {
    stream: TcpStream,
    request: Vec<u8>,
}

impl Reporter {
    fn connect(address: SocketAddr) -> Self {
        let report = serde_json::json!({
            "chosen_phone": "+15005550001",
            "customer_name": "Ada",
            "user_stated_callback_number": "+15005550100",
            "incident_address": "12 Elm Street",
            "emergency_description_text": "Water comes through the ceiling.",
        })
        .to_string();
        let request = format!(
            "POST /webhook HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer token\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{report}",
            report.len()
        );
        let stream = TcpStream::connect(address).expect("a connection");
        stream.set_nodelay(true).expect("a socket");
        Self { stream, request: request.into_bytes() }
    }

    fn report(&mut self) -> EmergencyId {
        self.stream.write_all(&self.request).expect("a request");
        let mut answer = [0; 4096];
        let length = self.stream.read(&mut answer).expect("an answer");
        let answer = std::str::from_utf8(&answer[..length]).expect("text");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        let body: serde_json::Value =
            serde_json::from_str(answer.split("\r\n\r\n").nth(1).expect("a body")).expect("JSON");
        body["emergency_id"].as_str().expect("an id").parse().expect("an id")
    }
}

async fn open(folder: &Path, provider: SocketAddr) -> (Arc<Branch>, responder::http::Endpoints) {
    let number = |no: u32| format!("+1500555{:04}", 2000 + no).parse().expect("a number");
    let recipients = (0..RECIPIENTS).map(|no| Contact::unnamed(number(no))).collect();
    let policy = Policy { recipients, ..Policy::default() };
    let mut settings = BranchSettings::new(policy, "+15005550006".parse().expect("a number")).expect("settings");
    settings.max_active_emergencies = 5;
    let store = SqliteStore::open(folder.join("bench.db"), Arc::new(SystemClock)).await.expect("a store");
    let telephony = TwilioClient::builder("AC00000000000000000000000000000001", "token".into())
        .base_url(format!("http://{provider}"))
        .calls_per_second(1_000_000.try_into().expect("a rate"))
        .build()
        .expect("a client");
    let links = Links::new("https://help.example.com".parse().expect("a URL"));
    let key = "bench".parse().expect("a key");
    let branch = Branch::new(key, settings, Arc::new(store), Arc::new(telephony), Script::default(), links);
    let branch = Arc::new(branch);
    let keys = Keys { intake_token: Some(Key::new("token".into()).expect("a key")), ..Keys::default() };
    let endpoints = branch::endpoints(&branch).keys(keys).build().expect("a table");
    (branch, endpoints)
}

/// Takes calls at once and tells when, and texts slowly.
fn provider(calls: mpsc::UnboundedSender<Instant>) -> Router {
    let call = async |State(calls): State<mpsc::UnboundedSender<Instant>>| {
        let _ = calls.send(Instant::now());
        (StatusCode::CREATED, r#"{"sid":"CA00000000000000000000000000000001","status":"queued"}"#)
    };
    let text = async || {
        tokio::time::sleep(TEXT_TAKES).await;
        (StatusCode::CREATED, r#"{"sid":"SM00000000000000000000000000000001","status":"queued"}"#)
    };
    Router::new()
        .route("/2010-04-01/Accounts/{account}/Calls.json", post(call))
        .route("/2010-04-01/Accounts/{account}/Messages.json", post(text))
        .with_state(calls)
}

async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// How long the disk takes for the least that a commit needs.
fn flushes(folder: &Path, count: usize, pause: Duration) -> Vec<Duration> {
    let mut file = OpenOptions::new().create(true).append(true).open(folder.join("flush")).expect("a file");
    let flush = |_| {
        std::thread::sleep(pause);
        let begin = Instant::now();
        file.write_all(&[7; 4096]).expect("a write");
        file.sync_data().expect("a flush");
        begin.elapsed()
    };
    (0..count).map(flush).collect()
}

fn print(what: &str, taken: &mut [Duration]) {
    taken.sort_unstable();
    let at = |share: usize| taken[(taken.len() - 1) * share / 100];
    println!("{what}: p50 {:?}, p90 {:?}, p99 {:?}, max {:?} ({} times)", at(50), at(90), at(99), at(100), taken.len());
}
