//! The branch of a stage, served once more for those who look on: under axum, and under warp.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use futures_util::StreamExt;
use reqwest::{Client, RequestBuilder, Response};
use responder::{
    Timestamp,
    driver::ManualClock,
    http::{Access, Endpoints, Key, Keys, branch::endpoints},
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle, time::timeout};

use crate::{
    play::{self, Plot},
    stage::{Setting, Stage},
    timeline::{Style, Timeline},
};

pub(crate) const TOKEN: &str = "intake-token";
pub(crate) const PASSWORD: &str = "a password";
pub(crate) const PAGE: &str = "https://monitor.example.com";

/// Nothing here takes longer, unless it hangs.
const LIMIT: Duration = Duration::from_secs(30);

#[derive(Clone, Copy, Debug)]
pub(crate) enum Framework {
    Axum,
    Warp,
}

pub(crate) const BOTH: [Framework; 2] = [Framework::Axum, Framework::Warp];

/// One server.
pub(crate) struct Site {
    pub(crate) url: String,
    /// By which tickets run out.
    pub(crate) clock: Arc<ManualClock>,
    client: Client,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl Site {
    pub(crate) async fn open(stage: &Stage, framework: Framework) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let clock = Arc::new(ManualClock::new(Timestamp::from_micros(1_800_000_000_000_000)));
        let table = table(stage, &clock);
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async { drop(stopped.await) };
        let server = match framework {
            Framework::Axum => {
                let router: axum::Router = responder::axum::router(table);
                let service = router.into_make_service_with_connect_info::<SocketAddr>();
                let server = axum::serve(listener, service).with_graceful_shutdown(stopped);
                tokio::spawn(async move { server.await.expect("served") })
            }
            Framework::Warp => {
                tokio::spawn(warp::serve(responder_warp::filter(table)).incoming(listener).graceful(stopped).run())
            }
        };
        Self { url, clock, client: Client::new(), stop, server }
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.url))
    }

    pub(crate) fn ask(&self, method: &str, path: &str) -> RequestBuilder {
        self.client.request(method.parse().expect("a method"), format!("{}{path}", self.url))
    }

    /// As a browser asks for which somebody has typed the password.
    pub(crate) async fn page(&self, path: &str) -> Response {
        self.get(path).basic_auth("operator", Some(PASSWORD)).send().await.expect("an answer")
    }

    /// Asks the server to stop, and waits until every connection has ended.
    pub(crate) async fn close(self) {
        self.stop.send(()).expect("it runs");
        timeout(LIMIT, self.server).await.expect("no connection stays open").expect("no panic");
    }
}

fn table(stage: &Stage, clock: &Arc<ManualClock>) -> Endpoints {
    let key = |text: &str| Some(Key::new(text.into()).expect("a key"));
    let keys = Keys { intake_token: key(TOKEN), operator_password: key(PASSWORD), ..Keys::default() };
    endpoints(&stage.branch)
        .endpoints(responder_dashboard::rows(&stage.branch, &Access::operator()))
        .keys(keys)
        .allowed_origins(PAGE.parse().expect("an origin"))
        .clock(clock.clone())
        .build()
        .expect("a table")
}

/// Opens a stage, works on it, and closes it.
pub(crate) fn on_stage(work: impl AsyncFnOnce(&Stage)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let stage = Stage::open(Setting::accelerated()).await.expect("a stage");
        timeout(2 * LIMIT, work(&stage)).await.expect("it is over in time");
        timeout(LIMIT, stage.close()).await.expect("it closes in time").expect("a closed stage");
    });
}

/// Plays an emergency from the report to its end.
pub(crate) async fn play_one(stage: &Stage) {
    play::play(stage, &Plot::new(), &mut Timeline::new(Style::Silent)).await.expect("played");
}

/// A stream of events as it is read.
pub(crate) struct Reader {
    response: Response,
    read: String,
}

/// One event, as it stands on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) data: String,
}

impl Reader {
    pub(crate) async fn open(request: RequestBuilder) -> Self {
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, read: String::new() }
    }

    /// The next event; none when the stream has ended.
    pub(crate) async fn next(&mut self) -> Option<Heard> {
        loop {
            while let Some((block, rest)) = self.read.split_once("\n\n") {
                let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
                let (id, name, data) = (field("id: "), field("event: "), field("data: "));
                self.read = rest.to_owned();
                if let Some(data) = data {
                    let id = id.and_then(|id| id.parse().ok()).expect("an id");
                    return Some(Heard { id, name: name.unwrap_or_default(), data });
                }
            }
            let piece = timeout(LIMIT, self.response.chunk()).await.expect("something comes").expect("no failure")?;
            self.read += std::str::from_utf8(&piece).expect("text");
        }
    }

    /// Everything up to an event.
    pub(crate) async fn until(&mut self, name: &str) -> Vec<Heard> {
        let mut heard = Vec::new();
        while heard.last().is_none_or(|last: &Heard| last.name != name) {
            heard.push(self.next().await.expect("the stream goes on"));
        }
        heard
    }
}

/// Waits until a stream has ended.
pub(crate) async fn is_over(reader: Reader) {
    let mut pieces = reader.response.bytes_stream();
    while let Some(piece) = timeout(LIMIT, pieces.next()).await.expect("it ends in time") {
        piece.expect("it ends as it should");
    }
}
