//! The socket: accepts connections, serves them, and cuts them where a fault says so.

use std::{convert::Infallible, sync::Arc};

use axum::{Router, body::Body, extract::Request, routing::any};
use http::Response;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};
use tower::ServiceExt;

use crate::{api, control, hub::Hub};

/// Serves until `stop` says so; what is being answered then is finished.
pub(crate) async fn serve(listener: TcpListener, hub: Arc<Hub>, mut stop: watch::Receiver<bool>) {
    let router = router(hub);
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.changed() => break,
        };
        // A connection that failed while it was being accepted is no reason to stop.
        if let Ok((stream, _)) = accepted {
            connections.spawn(connection(stream, router.clone(), stop.clone()));
        }
        while connections.try_join_next().is_some() {}
    }
    let finish = async { while connections.join_next().await.is_some() {} };
    // Long polls of the control API have no end of their own.
    let _ = tokio::time::timeout(GRACE, finish).await;
}

/// Everything that is answered: the REST API, and the control API.
pub(crate) fn router(hub: Arc<Hub>) -> Router {
    let path = format!("{}/2010-04-01/{{*path}}", hub.options.dress.base_path());
    Router::new().route(&path, any(api::api)).merge(control::router()).with_state(hub)
}

async fn connection(stream: TcpStream, router: Router, mut stop: watch::Receiver<bool>) {
    let service = hyper::service::service_fn(move |request| answer(router.clone(), request));
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    // A connection that ends in an error has either been cut by a fault or left by the client.
    tokio::select! {
        _ = connection.as_mut() => {}
        _ = stop.changed() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

async fn answer(router: Router, request: Request<hyper::body::Incoming>) -> Result<Response<Body>, CutOff> {
    let answered: Result<Response<Body>, Infallible> = router.oneshot(request).await;
    match answered {
        Ok(response) if response.extensions().get::<CutOff>().is_some() => Err(CutOff),
        Ok(response) => Ok(response),
        Err(never) => match never {},
    }
}

/// Ends the connection without an answer.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the connection is cut")]
pub(crate) struct CutOff;

const GRACE: std::time::Duration = std::time::Duration::from_secs(2);
