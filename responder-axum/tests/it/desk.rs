//! A few endpoints, one of each kind.

use futures_util::stream;
use http::Response;
use responder_core::http::{
    Access, Body, BodyRule, Call, Endpoint, Endpoints, HttpError, Key, Keys, Signatures, no_content,
};
use responder_core::signature::{AuthTokens, Payload};

pub(crate) const PUBLIC: &str = "https://help.example.com/tuc";

pub(crate) fn tokens() -> AuthTokens {
    AuthTokens::new("auth-token".into()).expect("a token")
}

/// As the provider signs it that calls `path_and_query` at the public address.
pub(crate) fn signature(path_and_query: &str, fields: &[(String, String)]) -> String {
    tokens().sign(&format!("{PUBLIC}{path_and_query}"), Payload::Form(fields)).expect("a signature")
}

async fn echo(call: Call) -> Result<Response<Body>, HttpError> {
    let fields: String = call.form().iter().map(|(name, value)| format!("{name}={value};")).collect();
    Ok(Response::new(Body::from(format!("{:?} {} {fields}", call.params.get("id"), call.target.as_str()))))
}

async fn peer(call: Call) -> Result<Response<Body>, HttpError> {
    Ok(Response::new(Body::from(format!("{:?}", call.peer))))
}

async fn pieces(_call: Call) -> Result<Response<Body>, HttpError> {
    let pieces = ["data: 1\n\n", "data: 2\n\n"].map(|piece| Ok::<_, HttpError>(piece.into()));
    Ok(Response::new(Body::stream(stream::iter(pieces))))
}

pub(crate) fn desk() -> Endpoints {
    let keys = Keys {
        signatures: Signatures::Checked(tokens()),
        intake_token: Some(Key::new("intake-token".into()).expect("a key")),
        ..Keys::default()
    };
    Endpoints::builder(PUBLIC.parse().expect("a URL"))
        .keys(keys)
        .endpoint(Endpoint::get("/", Access::Public, echo))
        .endpoint(Endpoint::get("/healthz", Access::Public, async |_: Call| Ok(no_content())))
        .endpoint(Endpoint::get("/people/{id}", Access::Public, echo))
        .endpoint(Endpoint::get("/people/me", Access::Public, echo))
        .endpoint(Endpoint::get("/peer", Access::Public, peer))
        .endpoint(Endpoint::get("/events", Access::Public, pieces))
        .endpoint(Endpoint::post("/fields", Access::Public, BodyRule::form(), echo))
        .endpoint(Endpoint::post("/hold", Access::provider(), BodyRule::form(), echo))
        .endpoint(Endpoint::post("/webhook", Access::intake(), BodyRule::json(), echo))
        .build()
        .expect("a table")
}
