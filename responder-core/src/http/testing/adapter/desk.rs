//! The table that is asked: one row of each kind.

use std::future::{Future, pending};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{HeaderValue, Method, Response, StatusCode, header};
use tokio::sync::{Notify, Semaphore};

use super::Violation;
use super::finding::soon;
use crate::http::{
    Access, AllowedOrigins, Body, BodyRule, Call, Endpoint, Endpoints, HttpError, Key, Keys, MAX_BODY, Signatures,
    no_content,
};
use crate::signature::{AuthTokens, Payload};

/// The public address of the mount point. What stands before it in a request is for a proxy to have taken away.
pub(super) const PUBLIC: &str = "https://help.example.com/tuc";

/// Where a page is that may ask.
pub(super) const PAGE: &str = "https://monitor.example.com";

/// What a handler answers.
type Answer = Result<Response<Body>, HttpError>;

/// The table, and what its handlers tell and wait for.
pub(super) struct Desk {
    pub(super) endpoints: Endpoints,
    pub(super) seen: Arc<Seen>,
}

#[derive(Debug)]
pub(super) struct Seen {
    /// How many handlers ran.
    runs: AtomicUsize,
    /// How many pieces of streams were made.
    pieces: AtomicUsize,
    /// How many pieces `/stream` and `/broken` may make.
    gate: Semaphore,
    begun: Notify,
    gone: Notify,
    late: Arc<Notify>,
}

/// Tells when what it is part of has been dropped.
struct Presence(Arc<Seen>);

impl Drop for Presence {
    fn drop(&mut self) {
        self.0.gone.notify_one();
    }
}

impl Desk {
    pub(super) fn open() -> Result<Self, Violation> {
        Self::with(AllowedOrigins::default())
    }

    /// Where pages of another origin may ask.
    pub(super) fn for_pages() -> Result<Self, Violation> {
        let origins = format!("https://other.example.com, {PAGE}").parse();
        Self::with(origins.map_err(|error| Violation(format!("BUG: {error}")))?)
    }

    fn with(origins: AllowedOrigins) -> Result<Self, Violation> {
        let gate = Semaphore::new(0);
        let (begun, gone, late) = (Notify::new(), Notify::new(), Arc::new(Notify::new()));
        let seen = Seen { runs: AtomicUsize::new(0), pieces: AtomicUsize::new(0), gate, begun, gone, late };
        let seen = Arc::new(seen);
        let endpoints =
            table(&seen, origins).ok_or_else(|| Violation("BUG: the suite's own table is none".to_owned()))?;
        Ok(Self { endpoints, seen })
    }
}

impl Seen {
    pub(super) fn runs(&self) -> usize {
        self.runs.load(Ordering::SeqCst)
    }

    pub(super) fn pieces(&self) -> usize {
        self.pieces.load(Ordering::SeqCst)
    }

    /// Lets `/stream` or `/broken` go on by one piece.
    pub(super) fn let_one_pass(&self) {
        self.gate.add_permits(1);
    }

    /// Time is up for the body that is being waited for.
    pub(super) fn time_is_up(&self) {
        self.late.notify_one();
    }

    pub(super) async fn has_begun(&self) -> Result<(), Violation> {
        soon(self.begun.notified(), "a handler to begin").await
    }

    /// Waits until a handler or stream that had to do with a client was dropped.
    pub(super) async fn is_gone(&self) -> Result<(), Violation> {
        soon(self.gone.notified(), "what serves a client that has left to be dropped").await
    }

    fn piece(&self) -> Bytes {
        format!("piece {}\n", self.pieces.fetch_add(1, Ordering::SeqCst) + 1).into()
    }
}

/// The signature of a form, as the provider makes it that calls `target` at the public address.
pub(super) fn signature(target: &str, fields: &[(&str, &str)]) -> Result<String, Violation> {
    let fields: Vec<_> = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let signature = tokens().and_then(|tokens| tokens.sign(&format!("{PUBLIC}{target}"), Payload::Form(&fields)).ok());
    signature.ok_or_else(|| Violation("BUG: this can't be signed".to_owned()))
}

fn tokens() -> Option<AuthTokens> {
    AuthTokens::new("auth-token".into()).ok()
}

fn table(seen: &Arc<Seen>, origins: AllowedOrigins) -> Option<Endpoints> {
    let keys = Keys {
        signatures: Signatures::Checked(tokens()?),
        intake_token: Some(Key::new("intake-token".into()).ok()?),
        ..Keys::default()
    };
    let rows = Rows(seen);
    let (public, small, late) = (Access::Public, BodyRule::Form { max: 4 }, Arc::clone(&seen.late));
    let post = |path, access, body| rows.row(Method::POST, path, access, body, echo);
    let get = |path, answer: fn(Call, Arc<Seen>) -> Answer| rows.get(path, answer);
    let table = Endpoints::builder(PUBLIC.parse().ok()?).keys(keys).allowed_origins(origins).endpoints([
        rows.get("/", echo),
        rows.get("/rows/{id}", echo),
        get("/rows/all", |_, _| Ok(Response::new("all".into()))),
        post("/rows/{id}", public.clone(), BodyRule::form()),
        rows.row(Method::PUT, "/rows/{id}", public.clone(), BodyRule::json(), echo),
        rows.row(Method::PATCH, "/rows/{id}", public.clone(), BodyRule::either(), echo),
        rows.row(Method::DELETE, "/rows/{id}", public.clone(), BodyRule::Empty, echo),
        // Some routers want the same name at the same place.
        rows.get("/{kind}/left", echo),
        rows.get("/{sort}/right", echo),
        post("/form", public.clone(), BodyRule::form()),
        post("/json", public.clone(), BodyRule::json()),
        post("/small", public.clone(), small),
        post("/bodiless", public, BodyRule::Empty),
        post("/hold", Access::provider(), BodyRule::form()),
        post("/webhook", Access::intake(), BodyRule::json()),
        get("/peer", |call, _| Ok(Response::new(format!("{:?}", call.peer).into()))),
        get("/empty", |_, _| Ok(no_content())),
        get("/unchanged", |_, _| with_status(304, &[("etag", "\"7\"")])),
        get("/moved", |_, _| with_status(302, &[("location", "/rows/7?q=%41")])),
        get("/teapot", |_, _| with_status(418, &[("set-cookie", "a=1"), ("x-own", "\u{e9}"), ("set-cookie", "b=2")])),
        get("/kept", |_, _| with_status(200, &[("cache-control", "max-age=60"), ("content-length", "77")])),
        get("/large", |_, _| Ok(Response::new(vec![b'x'; 1024 * 1024].into()))),
        get("/fails", |_, _| Err(HttpError::internal("a secret cause"))),
        get("/panics", |_, _| std::panic::resume_unwind(Box::new("on purpose"))),
        get("/stream", |_, seen| Ok(Response::new(gated(seen)))),
        get("/pieces", |_, seen| Ok(Response::new(counted(seen, 3)))),
        get("/no-pieces", |_, seen| Ok(Response::new(counted(seen, 0)))),
        get("/relayed", |_, seen| relayed(counted(seen, 2))),
        get("/broken", |_, seen| Ok(Response::new(broken(seen)))),
        get("/endless", |_, seen| Ok(Response::new(endless(seen)))),
        rows.waiting("/waits"),
    ]);
    table.body_timer(move || Arc::clone(&late).notified_owned()).build().ok()
}

/// Makes rows whose runs are counted.
#[derive(Clone, Copy)]
struct Rows<'a>(&'a Arc<Seen>);

impl Rows<'_> {
    fn get(self, path: &str, answer: fn(Call, Arc<Seen>) -> Answer) -> Endpoint {
        self.row(Method::GET, path, Access::Public, BodyRule::Empty, answer)
    }

    fn row(
        self,
        method: Method,
        path: &str,
        access: Access,
        body: BodyRule,
        answer: fn(Call, Arc<Seen>) -> Answer,
    ) -> Endpoint {
        let seen = Arc::clone(self.0);
        Endpoint::new(method, path, access, body, move |call: Call| {
            seen.runs.fetch_add(1, Ordering::SeqCst);
            let seen = Arc::clone(&seen);
            async move { answer(call, seen) }
        })
    }

    /// One that is never done.
    fn waiting(self, path: &str) -> Endpoint {
        let seen = Arc::clone(self.0);
        Endpoint::get(path, Access::Public, move |_: Call| wait(Arc::clone(&seen)))
    }
}

fn wait(seen: Arc<Seen>) -> impl Future<Output = Answer> + Send {
    let presence = Presence(seen);
    async move {
        presence.0.begun.notify_one();
        pending().await
    }
}

/// Says what arrived. Of the headers those that begin with `x-`, which no server adds.
#[expect(clippy::needless_pass_by_value, reason = "all rows are answered by functions of one type")]
fn echo(call: Call, _: Arc<Seen>) -> Answer {
    let mut said = format!("{} {}\n", call.method, call.target.as_str());
    for name in ["id", "kind", "sort"] {
        said.extend(call.params.get(name).map(|value| format!("{name}={}\n", shown(value.as_bytes()))));
    }
    let mut headers: Vec<_> = call.headers.iter().filter(|(name, _)| name.as_str().starts_with("x-")).collect();
    headers.sort_by_key(|(name, _)| name.as_str());
    said.extend(headers.iter().map(|(name, value)| format!("{name}: {}\n", shown(value.as_bytes()))));
    said += &shown(&call.body);
    Ok(Response::new(said.into()))
}

/// Only the length of what is long.
fn shown(bytes: &[u8]) -> String {
    if bytes.len() > 100 { format!("{} bytes", bytes.len()) } else { bytes.escape_ascii().to_string() }
}

fn with_status(status: u16, headers: &[(&'static str, &'static str)]) -> Answer {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::from_u16(status).map_err(HttpError::internal)?;
    for (name, value) in headers {
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(HttpError::internal)?;
        response.headers_mut().append(*name, value);
    }
    Ok(response)
}

/// As long as somebody says it is.
fn relayed(body: Body) -> Answer {
    let mut response = Response::new(body);
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from_static("16"));
    Ok(response)
}

fn counted(seen: Arc<Seen>, count: usize) -> Body {
    Body::stream(stream::iter(0..count).map(move |_| Ok::<_, HttpError>(seen.piece())))
}

fn gated(seen: Arc<Seen>) -> Body {
    Body::stream(stream::unfold(Presence(seen), |presence| async move {
        presence.0.gate.acquire().await.ok()?.forget();
        Some((Ok::<_, HttpError>(presence.0.piece()), presence))
    }))
}

fn endless(seen: Arc<Seen>) -> Body {
    let presence = Presence(seen);
    Body::stream(stream::repeat_with(move || Ok::<_, HttpError>(presence.0.piece())).take(ENDLESS))
}

/// Its source fails after the first piece, when one more is let pass.
fn broken(seen: Arc<Seen>) -> Body {
    Body::stream(stream::unfold(Some(seen), |seen| async move {
        let seen = seen?;
        seen.gate.acquire().await.ok()?.forget();
        let is_first = seen.pieces() == 0;
        if is_first { Some((Ok(seen.piece()), Some(seen))) } else { Some((Err("the source is gone"), None)) }
    }))
}

/// As many pieces as nobody takes who reads one; and no more, lest an adapter that collects them fills the memory.
pub(super) const ENDLESS: usize = 2_000_000;

/// The most that `/form` takes.
pub(super) const MOST: usize = MAX_BODY;
