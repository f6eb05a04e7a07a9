//! From a request to its answer.

use std::{future::Future, net::IpAddr, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::FutureExt;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header, request::Parts};
#[cfg(feature = "runtime")]
use tracing::Instrument;

use super::body::{Limits, read};
use super::call::{Media, unsupported};
use super::form::{decode, malformed};
use super::guard::{Admission, Guard, token_in};
use super::table::Route;
use super::ticket::Issuer;
use super::{
    Access, Body, BodyRule, Call, Caller, Endpoint, Endpoints, Form, HttpError, Keys, LoggedIn, MountedPath, Params,
    Reader,
};
use crate::PublicUrl;

type Answer = Result<Response<Body>, HttpError>;

impl Endpoints {
    /// Answers a request. Its URI is the one below our mount point, raw; `peer` is whom the server is connected with.
    ///
    /// What is checked, in this order: the path (404), the method (405, or 204 to `OPTIONS`), credentials that need
    /// no body (401, 403), the size of the body (413) and its pace (408), signatures that cover it (403, 401), its
    /// content type (415), fields and parameters (400). Only then the handler runs. A handler that panics is answered
    /// for with 500.
    ///
    /// When the future is dropped, because whoever asked has gone, the handler is dropped with it if it answers a `GET`
    /// or somebody unknown. Any other goes on to its end, on a task of its own; where the feature `runtime` is off, or
    /// no tokio is there, it is dropped, too.
    pub async fn serve<B>(&self, request: Request<B>, peer: Option<IpAddr>) -> Response<Body>
    where
        B: http_body::Body + Send,
        B::Data: Send,
        B::Error: Send,
    {
        let (head, body) = request.into_parts();
        let (is_head, crossing) = (head.method == Method::HEAD, self.crossing(&head));
        let response = self.answer(head, body, peer).await;
        let mut response = finished(response.unwrap_or_else(HttpError::into_response), is_head);
        if let Some(crossing) = crossing {
            crossing.tell(&mut response);
        }
        response
    }

    async fn answer<B>(&self, head: Parts, body: B, peer: Option<IpAddr>) -> Result<Response<Body>, HttpError>
    where
        B: http_body::Body + Send,
        B::Data: Send,
        B::Error: Send,
    {
        let target = MountedPath::of(&head.uri);
        let (route, params) = self.route(target.path()).ok_or_else(HttpError::not_found)?;
        if head.method == Method::OPTIONS {
            return Ok(options(route));
        }
        let endpoint = route.endpoint(&head.method).ok_or_else(|| not_allowed(route))?;
        let reader = Reader::of(&head.headers);
        let answer = self.answer_of(endpoint, params, target, head, body, peer).await;
        Ok(answer.unwrap_or_else(|error| endpoint.told(reader, error)))
    }

    async fn answer_of<B>(
        &self,
        endpoint: &Endpoint,
        params: Params,
        target: MountedPath,
        head: Parts,
        body: B,
        peer: Option<IpAddr>,
    ) -> Result<Response<Body>, HttpError>
    where
        B: http_body::Body + Send,
        B::Data: Send,
        B::Error: Send,
    {
        let keys = self.keys();
        let (access, public) = (endpoint.access(), self.public_url());
        let (path, tickets) = (endpoint.path(), self.tickets());
        let session = session(access, &keys, &head, self.public_url()).await?;
        let guard = Guard {
            access,
            keys: &keys,
            public,
            head: &head,
            target: &target,
            params: &params,
            path,
            tickets,
            session,
        };

        let admission = guard.by_head().inspect_err(|error| refused(endpoint, error))?;
        let body = match endpoint.body() {
            BodyRule::Empty => Bytes::new(),
            BodyRule::Json { max: most } | BodyRule::Form { max: most } | BodyRule::Either { max: most } => {
                read(body, Limits { most, declared: declared(&head.headers), timer: self.timer() }).await?
            }
        };
        let media = Media::of(&head.headers);
        let fields = if media == Media::Form { decode(&body) } else { None };
        let caller = match admission {
            Admission::Granted(caller) => caller,
            Admission::DependsOnBody => {
                guard.by_body(&body, fields.as_deref()).inspect_err(|error| refused(endpoint, error))?
            }
        };
        let form = match (takes(endpoint.body(), media, &body)?, fields) {
            (true, Some(fields)) => Form::unique(fields)?,
            (true, None) => return Err(malformed()),
            (false, _) => Form::default(),
        };
        let query = Form::parse(target.query().as_bytes())?;

        let peer = peer.map(|socket| self.proxies().client(socket, &head.headers));
        let method = endpoint.method().clone();
        let issuer = Issuer { table: self.clone(), keys };
        let call = Call { method, target, params, headers: head.headers, peer, caller, body, form, query, issuer };
        handled(endpoint, call).await
    }
}

/// The session that a request shows, where one counts.
async fn session(
    access: &Access,
    keys: &Keys,
    head: &Parts,
    public: &PublicUrl,
) -> Result<Option<Arc<LoggedIn>>, HttpError> {
    let Some(sessions) = keys.sessions.as_ref().filter(|_| access.takes_sessions()) else { return Ok(None) };
    let Some(token) = token_in(&head.headers, public) else { return Ok(None) };
    let found = sessions.session(token.hash()).await.map_err(|error| {
        HttpError::unavailable("store_unavailable", "The store does not answer; try again.", Duration::from_secs(2))
            .with_cause(error)
    })?;
    Ok(found.map(|session| Arc::new(LoggedIn { token, session })))
}

/// The length that a request says its body has.
fn declared(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Whether the body is to be read as a form.
fn takes(rule: BodyRule, media: Media, body: &[u8]) -> Result<bool, HttpError> {
    match (rule, media) {
        (BodyRule::Empty, _) | (BodyRule::Json { .. } | BodyRule::Either { .. }, Media::Json) => Ok(false),
        (BodyRule::Form { .. } | BodyRule::Either { .. }, Media::Form) => Ok(true),
        (BodyRule::Form { .. } | BodyRule::Either { .. }, Media::Unsaid) if body.is_empty() => Ok(false),
        _ => Err(unsupported()),
    }
}

/// A panic is caught here, because a broken connection would tell a provider nothing and 500 makes it ask again.
async fn handled(endpoint: &Endpoint, call: Call) -> Answer {
    let (handler, method) = (Arc::clone(endpoint.handler()), endpoint.method().clone());
    let path = endpoint.path().to_owned();
    // Nobody whom we do not know leaves work behind, such as a password to be looked at.
    let may_be_left = method == Method::GET || matches!(call.caller, Caller::Anonymous);
    let work = async move {
        let answer = AssertUnwindSafe(handler.handle(call)).catch_unwind().await;
        let answer = answer.unwrap_or_else(|_| Err(HttpError::internal("the handler panicked")));
        if let Some(error) = answer.as_ref().err().filter(|error| error.status().is_server_error()) {
            let (code, cause) = (error.code(), std::error::Error::source(error));
            tracing::error!(%method, path, code, cause, "request failed");
        }
        answer
    };
    if may_be_left { work.await } else { to_its_end(work).await }
}

/// What somebody has begun to change is not left half done when they go: recorded but not done, or stored and told to
/// nobody.
#[cfg(feature = "runtime")]
async fn to_its_end(work: impl Future<Output = Answer> + Send + 'static) -> Answer {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else { return work.await };
    runtime.spawn(work.in_current_span()).await.unwrap_or_else(|ended| Err(HttpError::internal(ended)))
}

#[cfg(not(feature = "runtime"))]
async fn to_its_end(work: impl Future<Output = Answer>) -> Answer {
    work.await
}

fn refused(endpoint: &Endpoint, error: &HttpError) {
    tracing::warn!(method = %endpoint.method(), path = endpoint.path(), code = error.code(), "caller refused");
}

fn options(route: &Route) -> Response<Body> {
    let mut response = super::no_content();
    response.headers_mut().insert(header::ALLOW, allow(route));
    response
}

fn not_allowed(route: &Route) -> HttpError {
    let message = "This address is asked with another method.";
    HttpError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
        .with_header(header::ALLOW, allow(route))
}

fn allow(route: &Route) -> HeaderValue {
    HeaderValue::from_str(&route.allow()).expect("BUG: methods are tokens")
}

/// Length and defaults. All that we answer is about one moment and may be about people, so nobody may keep it unless
/// a handler says otherwise.
fn finished(mut response: Response<Body>, is_head: bool) -> Response<Body> {
    let length = response.body().as_full().map(|bytes| bytes.len() as u64);
    let has_body = response.status() != StatusCode::NO_CONTENT && response.status() != StatusCode::NOT_MODIFIED;
    let headers = response.headers_mut();
    headers.remove(header::TRANSFER_ENCODING);
    match length {
        Some(length) if has_body => drop(headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length))),
        // A handler that relays a stream may know how long it is.
        None if has_body => {}
        _ => drop(headers.remove(header::CONTENT_LENGTH)),
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.entry(header::X_CONTENT_TYPE_OPTIONS).or_insert(HeaderValue::from_static("nosniff"));
    if is_head || !has_body {
        *response.body_mut() = Body::absent();
    }
    response
}
