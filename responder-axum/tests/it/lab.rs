use std::net::SocketAddr;

use async_trait::async_trait;
use axum::Router;
use http::{Request, Response};
use responder_core::http::testing::adapter::{Adapter, received};
use responder_core::http::{Body, Endpoints};
use tokio::net::TcpListener;
use tower::ServiceExt;

#[derive(Debug)]
pub(crate) struct Lab {
    prefix: &'static str,
}

impl Lab {
    pub(crate) fn at(prefix: &'static str) -> Self {
        Self { prefix }
    }

    fn router(&self, endpoints: Endpoints) -> Router {
        let ours = responder_axum::router(endpoints);
        if self.prefix.is_empty() { ours } else { Router::new().nest(self.prefix, ours) }
    }
}

#[async_trait]
impl Adapter for Lab {
    fn prefix(&self) -> &str {
        self.prefix
    }

    async fn answer(&self, endpoints: Endpoints, request: Request<Body>) -> Response<Body> {
        let request = request.map(axum::body::Body::new);
        received(self.router(endpoints).oneshot(request).await.expect("routers don't fail"))
    }

    async fn serve(&self, endpoints: Endpoints, listener: TcpListener) {
        let service = self.router(endpoints).into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(listener, service).await.expect("it serves until it is dropped");
    }
}
