//! An adapter of one's own.

use std::convert::Infallible;
use std::net::SocketAddr;

use async_trait::async_trait;
use http::{Request, Response};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use responder::http::{Body, Endpoints, testing::adapter::Adapter};
use tokio::net::{TcpListener, TcpStream};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Plain {
    prefix: &'static str,
}

/// Serves a connection.
async fn serve(endpoints: Endpoints, prefix: &'static str, stream: TcpStream, peer: SocketAddr) {
    let service = service_fn(async |request: Request<Incoming>| {
        Ok::<_, Infallible>(endpoints.serve(below(prefix, request), Some(peer.ip())).await)
    });
    // A connection that breaks off concerns nobody else.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// The request without the prefix, but as it was written.
fn below<B>(prefix: &str, mut request: Request<B>) -> Request<B> {
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let rest = target.strip_prefix(prefix).unwrap_or(target);
    let rest = if rest.starts_with(['/', '*']) { rest.to_owned() } else { format!("/{rest}") };
    *request.uri_mut() = rest.parse().expect("a part of a URI");
    request
}

impl Plain {
    pub(crate) fn at(prefix: &'static str) -> Self {
        Self { prefix }
    }
}

#[async_trait]
impl Adapter for Plain {
    fn prefix(&self) -> &str {
        self.prefix
    }

    async fn answer(&self, endpoints: Endpoints, request: Request<Body>) -> Response<Body> {
        endpoints.serve(below(self.prefix, request), None).await
    }

    async fn serve(&self, endpoints: Endpoints, listener: TcpListener) {
        while let Ok((stream, peer)) = listener.accept().await {
            tokio::spawn(serve(endpoints.clone(), self.prefix, stream, peer));
        }
    }
}
