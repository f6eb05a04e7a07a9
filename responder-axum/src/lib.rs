//! Serves Responder's [`Endpoints`] as an axum [`Router`].
//!
//! Everything that decides is in the endpoints themselves; this crate carries requests to them. The router goes
//! wherever a service wants it, under its own layers, and next to its own routes:
//!
//! ```
//! use axum::{Router, routing::get};
//! use responder_core::http::{Access, Call, Endpoint, Endpoints, no_content};
//!
//! // Requests come in below /emergencies, and that is part of the public URL.
//! let endpoints = Endpoints::builder("https://example.com/emergencies".parse()?)
//!     .endpoint(Endpoint::get("/healthz", Access::Public, async |_: Call| Ok(no_content())))
//!     .build()?;
//!
//! let service: Router = Router::new()
//!     .route("/", get(async || "our own page"))
//!     .nest("/emergencies", responder_axum::router(endpoints));
//! # drop(service);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! All below the prefix is ours then, but not the prefix with a slash at its end, which axum leaves to the fallback of
//! the service; [`Router::nest_service`] gives us that, too.
//!
//! Serve it with `into_make_service_with_connect_info::<SocketAddr>()`, and handlers learn the address of the caller.
//! `axum::serve`, asked to stop gracefully, waits for open connections without a limit, also for those on which nothing
//! is said: go on without them after some seconds.
//!
//! At the root, [`Router::merge`] wants one fallback only: `service.merge(responder_axum::router(e).reset_fallback())`
//! leaves what neither side knows to the service's own.

use std::net::SocketAddr;

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, OriginalUri, Request},
    response::Response,
    routing::any,
};
use http::Uri;
use responder_core::http::Endpoints;

/// A router for all of them, for every method: also what is wrong is answered by the endpoints, so that it is the same
/// under every adapter. Paths that they don't know come to them as the fallback.
pub fn router<S>(endpoints: Endpoints) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let paths: Vec<String> = endpoints.templates().map(|path| path.as_str().to_owned()).collect();
    let serve = async move |request: Request| serve(&endpoints, request).await;
    paths.into_iter().fold(Router::new(), |router, path| router.route(&path, any(serve.clone()))).fallback(serve)
}

async fn serve(endpoints: &Endpoints, mut request: Request) -> Response {
    if let Some(uri) = with_lost_slash(&request) {
        *request.uri_mut() = uri;
    }
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(socket)| socket.ip());
    endpoints.serve(request, peer).await.map(Body::new)
}

/// Below a prefix, axum takes one slash too many away from `/prefix//path`, which is another path than `/prefix/path`.
fn with_lost_slash(request: &Request) -> Option<Uri> {
    let OriginalUri(original) = request.extensions().get()?;
    let before = original.path().strip_suffix(request.uri().path())?;
    let target = before.ends_with('/').then(|| request.uri().path_and_query())??;
    format!("/{target}").parse().ok()
}
