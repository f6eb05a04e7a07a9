//! An application that says what it is told to say, and a network around it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
};
use http::{HeaderMap, Response, StatusCode, header};
use responder_core::signature::{AuthTokens, Payload};
use responder_sim::{Behaviour, CallRecord, ClockMode, DialIn, NumberConfig, Sid, Simulator, SimulatorBuilder, Trace};
use serde_json::Value;
use tokio::net::TcpListener;

pub(crate) const TECHNICIAN: &str = "+15005550006";
pub(crate) const CUSTOMER: &str = "+15005550010";
pub(crate) const LINE: &str = "+15005550001";

/// A request as the application saw it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) signed: bool,
}

impl Seen {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// What the application answers.
#[derive(Clone, Debug)]
pub(crate) struct Says {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

impl Says {
    pub(crate) fn xml(verbs: &str) -> Self {
        let body = format!("<Response>{verbs}</Response>");
        Self { status: 200, headers: vec![("content-type", "text/xml".to_owned())], body }
    }

    pub(crate) fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: String::new() }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

#[derive(Clone, Debug, Default)]
struct Script {
    /// What each path says, in turn; the last one stays.
    says: BTreeMap<String, Vec<Says>>,
    seen: Vec<Seen>,
}

/// Application, network and a client of its REST API.
pub(crate) struct World {
    pub(crate) network: Simulator,
    pub(crate) app: String,
    script: Arc<Mutex<Script>>,
    client: reqwest::Client,
}

impl World {
    /// A world whose time is stepped.
    pub(crate) async fn new() -> Self {
        Self::with(|builder| builder).await
    }

    pub(crate) async fn with(change: impl FnOnce(SimulatorBuilder) -> SimulatorBuilder) -> Self {
        let script = Arc::new(Mutex::new(Script::default()));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let builder =
            Simulator::builder().clock(ClockMode::Stepped).calls_per_second(0.0).host("app.example.com", address);
        let network = change(builder).start().await.expect("a network");
        let state = AppState { script: Arc::clone(&script), token: network.auth_token().to_owned() };
        let router = Router::new().fallback(answer).with_state(state);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { network, app: format!("http://{address}"), script, client: reqwest::Client::new() }
    }

    /// The path answers with these verbs.
    pub(crate) fn says(&self, path: &str, verbs: &str) {
        self.answers(path, [Says::xml(verbs)]);
    }

    /// The path answers these in turn.
    pub(crate) fn answers(&self, path: &str, says: impl IntoIterator<Item = Says>) {
        self.script.lock().expect("a script").says.insert(path.to_owned(), says.into_iter().collect());
    }

    /// Everything that the application was asked.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.script.lock().expect("a script").seen.clone()
    }

    /// What the application was asked at one path.
    pub(crate) fn seen_at(&self, path: &str) -> Vec<Seen> {
        self.seen().into_iter().filter(|seen| seen.path == path).collect()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.app)
    }

    pub(crate) async fn pass(&self, seconds: u64) {
        self.network.advance(Duration::from_secs(seconds)).await.expect("a stepped clock");
    }

    pub(crate) fn trace(&self) -> Trace {
        self.network.trace()
    }

    pub(crate) fn record(&self, sid: &Sid) -> CallRecord {
        self.network.call(sid).expect("a call")
    }

    pub(crate) fn phone(&self, number: &str, behaviour: Behaviour) {
        self.network.set_phone(number, behaviour);
    }

    /// The customer calls the line, whose document is at `path`.
    pub(crate) fn customer_calls(&self, path: &str) -> Sid {
        self.network.set_number(LINE, NumberConfig::voice(self.url(path)).with_status_callback(self.url("/ended")));
        self.network.dial(DialIn::new(CUSTOMER, LINE)).expect("the line is set up")
    }

    /// The application calls somebody; further fields may be given.
    pub(crate) async fn call(&self, to: &str, path: &str, more: &[(&str, &str)]) -> Sid {
        let url = self.url(path);
        let mut fields = vec![("To", to), ("From", LINE), ("Url", url.as_str())];
        fields.extend(more);
        let (status, body) = self.post("Calls.json", &fields).await;
        assert_eq!(status, 201, "{body}");
        Sid::from(body["sid"].as_str().expect("a sid"))
    }

    pub(crate) fn rest_url(&self, path: &str) -> String {
        format!("{}/2010-04-01/Accounts/{}/{path}", self.network.url(), self.network.account_sid())
    }

    pub(crate) fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let (user, password) = (self.network.account_sid(), self.network.auth_token());
        self.client.request(method, self.rest_url(path)).basic_auth(user, Some(password))
    }

    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> (u16, Value) {
        read(self.request(reqwest::Method::POST, path).form(fields)).await
    }

    pub(crate) async fn get(&self, path: &str, query: &[(&str, &str)]) -> (u16, Value) {
        read(self.request(reqwest::Method::GET, path).query(query)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> u16 {
        let answer = self.request(reqwest::Method::DELETE, path).send().await.expect("an answer");
        answer.status().as_u16()
    }

    /// The control API.
    pub(crate) async fn control(&self, method: reqwest::Method, path: &str, body: Value) -> (u16, Value) {
        read(self.client.request(method, format!("{}/_sim/{path}", self.network.url())).json(&body)).await
    }

    /// Every request to the application was signed with the account's token.
    pub(crate) fn all_signed(&self) {
        let seen = self.seen();
        assert!(!seen.is_empty(), "nothing was asked");
        for seen in seen {
            assert!(seen.signed, "{} {}", seen.method, seen.path);
        }
    }
}

async fn read(request: reqwest::RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    let body = answer.text().await.expect("a body");
    (status, serde_json::from_str(&body).unwrap_or(Value::Null))
}

#[derive(Clone)]
struct AppState {
    script: Arc<Mutex<Script>>,
    token: String,
}

async fn answer(State(state): State<AppState>, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
    let post = head.method == http::Method::POST;
    let form: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
    let query = form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let url = public_url(&head);
    let signature = head.headers.get(responder_core::signature::HEADER).and_then(|value| value.to_str().ok());
    let payload = if post { Payload::Form(&form) } else { Payload::Empty };
    let tokens = AuthTokens::new(state.token.into()).expect("a token");
    let seen = Seen {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        signed: signature.is_some_and(|signature| tokens.verify(&url, payload, signature).is_ok()),
        fields: if post { form } else { query },
        headers: head.headers,
    };
    let mut script = state.script.lock().expect("a script");
    let turn = script.seen.iter().filter(|before| before.path == seen.path).count();
    let says = script.says.get(&seen.path).and_then(|says| says.get(turn).or(says.last())).cloned();
    script.seen.push(seen);
    drop(script);
    respond(says.unwrap_or_else(|| Says::status(204)))
}

/// The address as the network wrote it; a host that is mapped is asked by HTTPS in these tests.
fn public_url(head: &http::request::Parts) -> String {
    let host = head.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let scheme = if host.starts_with("127.") { "http" } else { "https" };
    format!("{scheme}://{host}{}", head.uri)
}

fn respond(says: Says) -> Response<Body> {
    let mut response = Response::new(Body::from(says.body));
    *response.status_mut() = StatusCode::from_u16(says.status).expect("a status");
    for (name, value) in says.headers {
        response.headers_mut().append(name, value.parse().expect("a value"));
    }
    response
}

/// The values of one field, request by request.
pub(crate) fn values<'a>(seen: &'a [Seen], field: &str) -> Vec<&'a str> {
    seen.iter().map(|seen| seen.field(field).unwrap_or("-")).collect()
}
