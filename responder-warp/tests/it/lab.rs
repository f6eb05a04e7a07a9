use async_trait::async_trait;
use http::{Request, Response};
use hyper::server::conn::http1;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use responder_core::http::testing::adapter::{Adapter, received};
use responder_core::http::{Body, Endpoints};
use tokio::net::TcpListener;
use tower::{ServiceBuilder, ServiceExt};
use warp::filters::BoxedFilter;
use warp::{Filter, Reply, reply};

#[derive(Debug)]
pub(crate) struct Lab {
    prefix: &'static str,
    server: Server,
}

#[derive(Debug)]
enum Server {
    Warp,
    Hyper,
}

impl Lab {
    pub(crate) fn at(prefix: &'static str) -> Self {
        Self { prefix, server: Server::Warp }
    }

    pub(crate) fn behind_hyper(self) -> Self {
        Self { server: Server::Hyper, ..self }
    }

    fn filter(&self, endpoints: Endpoints) -> BoxedFilter<(reply::Response,)> {
        let segments = self.prefix.split('/').filter(|segment| !segment.is_empty());
        let root = warp::any().boxed();
        let prefix = segments.fold(root, |before, segment| before.and(warp::path(segment.to_owned())).boxed());
        prefix.and(responder_warp::catch_all(endpoints)).boxed()
    }
}

#[async_trait]
impl Adapter for Lab {
    fn prefix(&self) -> &str {
        self.prefix
    }

    async fn answer(&self, endpoints: Endpoints, request: Request<Body>) -> Response<Body> {
        let response = warp::service(self.filter(endpoints)).oneshot(request).await;
        received(response.expect("filters don't fail"))
    }

    async fn serve(&self, endpoints: Endpoints, listener: TcpListener) {
        let filter = self.filter(endpoints);
        match self.server {
            Server::Warp => warp::serve(filter).incoming(listener).run().await,
            Server::Hyper => serve_with_hyper(filter, listener).await,
        }
    }
}

/// A server that tells the peer as the documentation says.
async fn serve_with_hyper<R: Reply + 'static>(filter: BoxedFilter<(R,)>, listener: TcpListener) {
    while let Ok((stream, peer)) = listener.accept().await {
        let told = ServiceBuilder::new().map_request(move |mut request: Request<hyper::body::Incoming>| {
            request.extensions_mut().insert(peer);
            request
        });
        let service = TowerToHyperService::new(told.service(warp::service(filter.clone())));
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}
