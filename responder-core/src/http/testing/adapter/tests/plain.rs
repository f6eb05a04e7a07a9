//! No framework at all: hyper.

use std::convert::Infallible;

use async_trait::async_trait;
use http::{Request, Response, Uri};
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::http::{Body, Endpoints, testing::adapter::Adapter};

#[derive(Debug)]
pub(super) struct Plain {
    prefix: &'static str,
}

impl Plain {
    pub(super) fn at(prefix: &'static str) -> Self {
        Self { prefix }
    }
}

/// The request as the endpoints want it: without the prefix.
pub(super) fn mounted<B>(prefix: &str, mut request: Request<B>) -> Request<B> {
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let below = target.strip_prefix(prefix).expect("this server has nothing else");
    let below = if below.starts_with(['/', '*']) { below.to_owned() } else { format!("/{below}") };
    *request.uri_mut() = Uri::try_from(below).expect("a part of a URI");
    request
}

#[async_trait]
impl Adapter for Plain {
    fn prefix(&self) -> &str {
        self.prefix
    }

    async fn answer(&self, endpoints: Endpoints, request: Request<Body>) -> Response<Body> {
        endpoints.serve(mounted(self.prefix, request), None).await
    }

    async fn serve(&self, endpoints: Endpoints, listener: TcpListener) {
        while let Ok((stream, peer)) = listener.accept().await {
            let (prefix, endpoints) = (self.prefix, endpoints.clone());
            let service = service_fn(move |request| {
                let (request, endpoints) = (mounted(prefix, request), endpoints.clone());
                async move { Ok::<_, Infallible>(endpoints.serve(request, Some(peer.ip())).await) }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    }
}
