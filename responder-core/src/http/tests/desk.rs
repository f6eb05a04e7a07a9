//! A table to knock at, and ways to knock.

use http::{Method, Request, Response, StatusCode};

use crate::http::{
    Access, Body, BodyRule, BranchScope, Call, Caller, Credential, Endpoint, Endpoints, HttpError, Key, Keys,
    Signatures, UserTokens, json, no_content,
};
use crate::signature::{AuthTokens, Payload};

pub(super) const PUBLIC: &str = "https://help.example.com/tuc";

pub(super) fn key(text: &str) -> Key {
    Key::new(text.into()).expect("a key")
}

pub(super) fn tokens() -> AuthTokens {
    AuthTokens::new("auth-token".into()).and_then(|tokens| tokens.and("old-auth-token".into())).expect("tokens")
}

pub(super) fn keys() -> Keys {
    Keys {
        signatures: Signatures::Checked(tokens()),
        intake_token: Some(key("intake-token")),
        intake_hmac: Some(key("intake-secret")),
        branch_tokens: vec![("tuc".into(), key("tuc-token")), ("poc".into(), key("poc-token"))],
        operator_password: Some(key("pass:word")),
        users: Some(std::sync::Arc::new(App)),
        sessions: None,
    }
}

/// An app with one user.
#[derive(Debug)]
struct App;

impl UserTokens for App {
    fn user(&self, token: &str) -> Option<String> {
        (token == "user-token").then(|| "user 7".to_owned())
    }
}

/// Tells who called with what.
async fn echo(call: Call) -> Result<Response<Body>, HttpError> {
    let caller = match &call.caller {
        Caller::Anonymous => "anonymous",
        Caller::Provider => "provider",
        Caller::Intake => "intake",
        Caller::Internal { branch } => branch,
        Caller::Operator => "operator",
        Caller::User { id } => id,
        Caller::Ticket => "ticket",
        Caller::Session(_) => "session",
    };
    let text = format!("{caller} {} {}", call.method, String::from_utf8_lossy(&call.body));
    Ok(Response::new(Body::from(text)))
}

async fn echo_fields(call: Call) -> Result<Response<Body>, HttpError> {
    let list = |form: &crate::http::Form| form.iter().map(|(n, v)| format!("{n}={v};")).collect::<String>();
    let fields = call.fields();
    let read = crate::telephony::Callback::new(&fields);
    assert_eq!(read.get("a"), call.field("a"), "both look in the form first");
    let text = format!("form {} query {} a {:?}", list(call.form()), list(call.query()), read.get("a"));
    Ok(Response::new(Body::from(text)))
}

async fn echo_json(call: Call) -> Result<Response<Body>, HttpError> {
    let value: std::collections::BTreeMap<String, u32> = call.json()?;
    json(StatusCode::CREATED, &value)
}

async fn echo_path(call: Call) -> Result<Response<Body>, HttpError> {
    Ok(Response::new(Body::from(format!("{:?} {}", call.params.get("id"), call.target.as_str()))))
}

async fn silent(_call: Call) -> Result<Response<Body>, HttpError> {
    Ok(no_content())
}

async fn endless(_call: Call) -> Result<Response<Body>, HttpError> {
    let pieces = futures_util::stream::repeat_with(|| Ok::<_, HttpError>("tick".into()));
    Ok(Response::new(Body::stream(pieces)))
}

async fn panics(_call: Call) -> Result<Response<Body>, HttpError> {
    let nobody: Option<u8> = None;
    nobody.map(|_| no_content()).ok_or(()).or_else(|()| std::panic::panic_any("a bug"))
}

async fn peer(call: Call) -> Result<Response<Body>, HttpError> {
    Ok(Response::new(Body::from(format!("{:?}", call.peer))))
}

pub(super) fn desk() -> Endpoints {
    let own_branch = Access::AnyOf(vec![Credential::Internal(BranchScope::Parameter("branch"))]);
    let mixed = Access::AnyOf(vec![Credential::TwilioSignature, Credential::IntakeHmac]);
    Endpoints::builder(PUBLIC.parse().expect("a URL"))
        .keys(keys())
        .trusted_proxies("10.0.0.0/8".parse().expect("proxies"))
        .endpoint(Endpoint::get("/", Access::Public, echo))
        .endpoint(Endpoint::get("/healthz", Access::Public, silent))
        .endpoint(Endpoint::get("/endless", Access::Public, endless))
        .endpoint(Endpoint::get("/panics", Access::Public, panics))
        .endpoint(Endpoint::get("/peer", Access::Public, peer))
        .endpoint(Endpoint::get("/people/{id}", Access::Public, echo_path))
        .endpoint(Endpoint::get("/people/me", Access::Public, echo))
        .endpoint(Endpoint::post("/fields", Access::Public, BodyRule::form(), echo_fields))
        .endpoint(Endpoint::post("/either", Access::Public, BodyRule::either(), echo_fields))
        .endpoint(Endpoint::post("/json", Access::Public, BodyRule::json(), echo_json))
        .endpoint(Endpoint::post("/small", Access::Public, BodyRule::Form { max: 4 }, echo))
        .endpoint(Endpoint::post("/hold", Access::provider(), BodyRule::form(), echo))
        .endpoint(Endpoint::get("/hold", Access::provider(), echo))
        .endpoint(Endpoint::post("/make_call", Access::provider(), BodyRule::either(), echo))
        .endpoint(Endpoint::post("/webhook", Access::intake(), BodyRule::json(), echo))
        .endpoint(Endpoint::post("/mixed", mixed, BodyRule::either(), echo))
        .endpoint(Endpoint::get("/api/logs", Access::operator(), echo))
        .endpoint(Endpoint::new(Method::DELETE, "/api/logs", Access::operator(), BodyRule::Empty, echo))
        .endpoint(Endpoint::post("/api/reload", Access::internal(), BodyRule::Empty, echo))
        .endpoint(Endpoint::get("/settings/{branch}", own_branch, echo))
        .endpoint(Endpoint::get("/mine", Access::user(), echo))
        .build()
        .expect("a table")
}

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: http::HeaderMap,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("text"))
    }

    /// The `code` of an error.
    pub(super) fn code(&self) -> String {
        let json: serde_json::Value = serde_json::from_str(&self.body).expect("JSON");
        assert_eq!(json["status"], "error");
        json["code"].as_str().expect("a code").to_owned()
    }
}

pub(super) async fn ask<B: Into<Body>>(request: Request<B>) -> Answer {
    ask_at(&desk(), request).await
}

pub(super) async fn ask_at<B: Into<Body>>(endpoints: &Endpoints, request: Request<B>) -> Answer {
    let response = endpoints.serve(request.map(Into::into), Some([10, 0, 0, 1].into())).await;
    let (head, body) = response.into_parts();
    let body = String::from_utf8(body.as_full().expect("no stream").to_vec()).expect("text");
    Answer { status: head.status.as_u16(), headers: head.headers, body }
}

pub(super) fn request(method: &str, path: &str) -> http::request::Builder {
    Request::builder().method(method).uri(path)
}

pub(super) fn form(path: &str) -> http::request::Builder {
    request("POST", path).header("content-type", "application/x-www-form-urlencoded")
}

/// As a provider signs it that calls `url`.
pub(super) fn signed(url: &str, fields: &[(&str, &str)]) -> String {
    let fields: Vec<_> = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    tokens().sign(url, Payload::Form(&fields)).expect("a signature")
}
