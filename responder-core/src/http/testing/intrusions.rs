//! Proof that a table keeps strangers out, for our tests and those of services that extend it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::{HeaderName, HeaderValue, Method, Request, StatusCode, header};

use crate::http::{Access, BodyRule, Call, Credential, Endpoint, Endpoints, Handler, HttpError, no_content};

/// One request that went where it should not have, or did not come where it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The endpoint.
    pub endpoint: String,
    /// With what it was called.
    pub with: &'static str,
    /// What was answered.
    pub status: StatusCode,
    /// How often its handler ran.
    pub runs: usize,
}

/// Calls every endpoint of a table without credentials and with wrong ones, and returns what was not refused: that is,
/// every answer but 401 and 403 (302 for a page), and every run of a handler. Endpoints that are public must be reached
/// by the same requests, which proves that nothing else stops them.
///
/// The handlers of the table are not run; others stand in for them. Its keys must not be the wrong ones used here,
/// which all contain the word `uninvited`. Signatures that are switched off show as findings.
///
/// ```
/// # use std::{future::Future, pin::pin, task::{Context, Poll, Waker}};
/// use responder_core::http::{Access, BodyRule, Call, Endpoint, Endpoints, no_content, testing::intrusions};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let endpoints = Endpoints::builder("https://help.example.com".parse()?)
///     .endpoint(Endpoint::post("/webhook", Access::intake(), BodyRule::json(), async |_: Call| Ok(no_content())))
///     .build()?;
/// assert_eq!(intrusions(&endpoints).await, []);
/// # Ok(())
/// # }
/// # let ready = pin!(example()).poll(&mut Context::from_waker(Waker::noop()));
/// # assert!(matches!(ready, Poll::Ready(Ok(()))));
/// ```
pub async fn intrusions(endpoints: &Endpoints) -> Vec<Finding> {
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = runs.clone();
    let trap: Arc<dyn Handler> = Arc::new(move |_: Call| {
        counted.fetch_add(1, Ordering::SeqCst);
        std::future::ready(Ok::<_, HttpError>(no_content()))
    });
    let trapped = endpoints.map_handlers(|_| trap.clone());
    let mut findings = Vec::new();
    for endpoint in trapped.rows() {
        for (with, headers) in attempts() {
            let status = trapped.serve(request(endpoint, &headers), None).await.status();
            let runs = runs.swap(0, Ordering::SeqCst);
            let is_right = match endpoint.access() {
                Access::Public => (status, runs) == (StatusCode::NO_CONTENT, 1),
                Access::OwnPages | Access::AnyOf(_) => runs == 0 && status == refusal(endpoint),
            };
            if !is_right {
                let endpoint = format!("{} {}", endpoint.method(), endpoint.path());
                findings.push(Finding { endpoint, with, status, runs });
            }
        }
    }
    findings
}

/// What must be answered: 403 where only the provider may call and to other sites, for a page the way to log in, else
/// 401.
fn refusal(endpoint: &Endpoint) -> StatusCode {
    let is_provider = |credential: &Credential| *credential == Credential::TwilioSignature;
    let is_page = |credential: &Credential| matches!(credential, Credential::Page(_));
    match endpoint.access() {
        Access::OwnPages => StatusCode::FORBIDDEN,
        Access::AnyOf(credentials) if credentials.iter().all(is_provider) => StatusCode::FORBIDDEN,
        Access::AnyOf(credentials) if credentials.iter().all(is_page) => StatusCode::FOUND,
        Access::AnyOf(_) | Access::Public => StatusCode::UNAUTHORIZED,
    }
}

type Headers = Vec<(HeaderName, &'static str)>;

fn attempts() -> Vec<(&'static str, Headers)> {
    let authorization = |value| vec![(header::AUTHORIZATION, value)];
    let own = |name: &'static str, value| vec![(HeaderName::from_static(name), value)];
    let signed = |settings, signature| {
        [own("x-twilio-signature", signature), own("x-twilio-webhooks-signature-settings", settings)].concat()
    };
    vec![
        ("nothing", Vec::new()),
        ("an empty token", authorization("Bearer ")),
        ("a wrong token", authorization("Bearer uninvited")),
        ("a web token without algorithm", authorization(UNSIGNED_JWT)),
        ("a wrong password", authorization("Basic b3BlcmF0b3I6dW5pbnZpdGVk")),
        ("an empty password", authorization("Basic b3BlcmF0b3I6")),
        ("no base64", authorization("Basic uninvited!")),
        ("an unknown scheme", authorization("Digest uninvited")),
        ("a wrong signature of the provider", own("x-twilio-signature", "dW5pbnZpdGVkdW5pbnZpdGVkMTI=")),
        ("a wrong signature with SHA-256", signed("key=uninvited,algorithm=HMAC_SHA256", WRONG_SHA256)),
        ("a signature without an algorithm", signed("key=uninvited,algorithm=none", "")),
        ("a signature that is none", own("x-twilio-signature", "uninvited")),
        ("a wrong signature of the body", own("x-signature-256", WRONG_MAC)),
        ("an empty signature of the body", own("x-signature-256", "sha256=")),
        ("a session that nobody has", vec![(header::COOKIE, WRONG_SESSION)]),
        ("an empty session", vec![(header::COOKIE, "responder_session=")]),
        ("another site", own("origin", "https://uninvited.example")),
    ]
}

/// A request that only its credentials can stop.
fn request(endpoint: &Endpoint, headers: &Headers) -> Request<String> {
    let (body, content_type) = match endpoint.body() {
        BodyRule::Empty => ("", None),
        BodyRule::Json { .. } => ("{}", Some("application/json")),
        BodyRule::Form { .. } | BodyRule::Either { .. } => ("a=b", Some("application/x-www-form-urlencoded")),
    };
    let mut request = Request::new(body.to_owned());
    *request.method_mut() = if *endpoint.method() == Method::HEAD { Method::GET } else { endpoint.method().clone() };
    let mut path: String = endpoint.path().chars().filter(|c| !matches!(c, '{' | '}')).collect();
    // Of no use, whatever else is shown with it.
    path.push_str(WRONG_TICKET);
    *request.uri_mut() = path.parse().unwrap_or_default();
    let headers_in = request.headers_mut();
    if let Some(content_type) = content_type {
        headers_in.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    for (name, value) in headers {
        headers_in.insert(name.clone(), HeaderValue::from_static(value));
    }
    request
}

/// As long as one of ours.
const WRONG_TICKET: &str = "?ticket=dW5pbnZpdGVkdW5pbnZpdGVkdW5pbnZpdGVkdW5pbnZpdGVkdW5pbnZpdGVkdW5pbnZpdGU";
/// `{"alg":"none"}`, `{"sub":"uninvited","exp":9999999999}`
const UNSIGNED_JWT: &str = "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1bmludml0ZWQiLCJleHAiOjk5OTk5OTk5OTl9.";
const WRONG_SESSION: &str = "responder_session=uninviteduninviteduninviteduninviteduninvit";
const WRONG_SHA256: &str = "dW5pbnZpdGVkdW5pbnZpdGVkdW5pbnZpdGVkdW5pbjA=";
const WRONG_MAC: &str = "sha256=0000000000000000000000000000000000000000000000000000000000000000";
