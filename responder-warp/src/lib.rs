//! Serves Responder's [`Endpoints`] as a warp [`Filter`].
//!
//! Everything that decides is in the endpoints themselves; this crate carries requests to them. The filter goes
//! wherever a service wants it, next to its own:
//!
//! ```
//! use responder_core::http::{Access, Call, Endpoint, Endpoints, no_content};
//! use warp::Filter;
//!
//! // Requests come in below /emergencies, and that is part of the public URL.
//! let endpoints = Endpoints::builder("https://example.com/emergencies".parse()?)
//!     .endpoint(Endpoint::get("/healthz", Access::Public, async |_: Call| Ok(no_content())))
//!     .build()?;
//!
//! let ours = warp::path::end().map(|| "our own page");
//! let service = warp::path("emergencies").and(responder_warp::filter(endpoints)).or(ours);
//! # drop(warp::service(service));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`filter`] takes what the endpoints know and leaves the rest to others. [`catch_all`] takes everything, so that also
//! what nobody knows is answered by the endpoints: when they are alone, or the last in a chain.
//!
//! `warp::serve` tells handlers the address of the caller. Behind another server ([`warp::service`] is a
//! `tower::Service`), put its [`SocketAddr`] into the extensions of each request.
//!
//! `warp::serve`, asked to stop gracefully, waits for open connections without a limit, also for those on which nothing
//! is said: go on without them after some seconds.

use std::convert::Infallible;
use std::future::ready;
use std::net::SocketAddr;

use bytes::Buf;
use futures_util::{Stream, TryStreamExt};
use http::{HeaderMap, Method, Request, Response, Uri};
use http_body::Frame;
use http_body_util::{BodyDataStream, StreamBody};
use responder_core::http::{Body, Endpoints};
use warp::path::{FullPath, Tail};
use warp::{Filter, Rejection, Reply};

/// A filter for the paths of the endpoints, with every method: also what is wrong there is answered by the endpoints,
/// so that it is the same under every adapter. Other paths are rejected, for the next filter of an `or` chain.
///
/// Filters before it in a chain must not have taken the body, or warp answers with 500: put their paths first.
pub fn filter(
    endpoints: Endpoints,
) -> impl Filter<Extract = (warp::reply::Response,), Error = Rejection> + Clone + Send + Sync + 'static {
    serving(endpoints, Endpoints::owns)
}

/// A filter for every path: 404 comes from the endpoints, too.
///
/// ```
/// use responder_core::http::Endpoints;
/// use warp::Filter;
///
/// let endpoints = Endpoints::builder("https://example.com/emergencies".parse()?).build()?;
/// let service = warp::path("emergencies").and(responder_warp::catch_all(endpoints));
/// # drop(warp::service(service));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn catch_all(
    endpoints: Endpoints,
) -> impl Filter<Extract = (warp::reply::Response,), Error = Rejection> + Clone + Send + Sync + 'static {
    serving(endpoints, |_, _| true)
}

fn serving(
    endpoints: Endpoints,
    takes: fn(&Endpoints, &str) -> bool,
) -> impl Filter<Extract = (warp::reply::Response,), Error = Rejection> + Clone + Send + Sync + 'static {
    let table = endpoints.clone();
    let path = warp::path::full().and(warp::path::tail()).and_then(move |full: FullPath, tail: Tail| {
        let path = mounted(full.as_str(), tail.as_str());
        ready(if takes(&table, path) { Ok(path.to_owned()) } else { Err(warp::reject::not_found()) })
    });
    // The body comes last: whoever takes it and then rejects takes it from all others.
    path.and(query())
        .and_then(|path, query| ready(target(path, query)))
        .and(warp::method())
        .and(warp::header::headers_cloned())
        .and(peer())
        .and(warp::body::stream())
        .then(move |uri, method, headers, peer, body| serve(endpoints.clone(), uri, method, headers, peer, body))
}

/// The path below the mount point, as the caller wrote it. A tail lacks its first slash; what has none at all is no
/// path below anything.
fn mounted<'a>(full: &'a str, tail: &str) -> &'a str {
    let (before, tail) = full.split_at(full.len() - tail.len());
    match before.strip_suffix('/') {
        Some(prefix) => &full[prefix.len()..],
        None if tail.is_empty() => "/",
        None => tail,
    }
}

fn query() -> impl Filter<Extract = (Option<String>,), Error = Rejection> + Copy {
    let none = |_: Rejection| ready(Ok::<_, Rejection>((None,)));
    warp::query::raw().map(Some).or_else(none)
}

fn target(path: String, query: Option<String>) -> Result<Uri, Rejection> {
    let target = match query {
        Some(query) => path + "?" + &query,
        None => path,
    };
    Uri::try_from(target).map_err(|_| warp::reject::not_found())
}

fn peer() -> impl Filter<Extract = (Option<SocketAddr>,), Error = Infallible> + Copy {
    let remote = warp::addr::remote().and(warp::ext::optional::<SocketAddr>());
    remote.map(Option::or)
}

async fn serve(
    endpoints: Endpoints,
    uri: Uri,
    method: Method,
    headers: HeaderMap,
    peer: Option<SocketAddr>,
    body: impl Stream<Item = Result<impl Buf + Send, warp::Error>> + Send,
) -> warp::reply::Response {
    let mut request = Request::new(StreamBody::new(body.map_ok(Frame::data)));
    *request.uri_mut() = uri;
    *request.method_mut() = method;
    *request.headers_mut() = headers;
    carried(endpoints.serve(request, peer.map(|socket| socket.ip())).await)
}

fn carried(response: Response<Body>) -> warp::reply::Response {
    let (head, body) = response.into_parts();
    match body.into_full() {
        Ok(bytes) => Response::from_parts(head, bytes).into_response(),
        Err(stream) => {
            let stream = warp::reply::stream(BodyDataStream::new(stream)).into_response();
            Response::from_parts(head, stream.into_body())
        }
    }
}
