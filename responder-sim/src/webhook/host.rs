//! Who answers at an address.

use std::{error::Error, fmt, future::Future, net::SocketAddr, pin::Pin, sync::Arc};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Body;
use tower::{Service, ServiceExt};

use super::exchange::{Raw, Trouble, read};

/// Where a host really is.
#[derive(Clone)]
pub(crate) enum Host {
    Socket(SocketAddr),
    Service(Arc<dyn Application>),
}

/// A service of this process, as one type.
pub(crate) trait Application: Send + Sync {
    fn ask(&self, request: Request<Full<Bytes>>) -> Pin<Box<dyn Future<Output = Result<Raw, Trouble>> + Send>>;
}

impl Host {
    pub(crate) fn service<S, B>(service: S) -> Self
    where
        S: Service<Request<Full<Bytes>>, Response = Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<Box<dyn Error + Send + Sync>>,
        S::Future: Send,
        B: Body<Data: Send, Error: Into<Box<dyn Error + Send + Sync>>> + Send,
    {
        Self::Service(Arc::new(Adapted(service)))
    }
}

struct Adapted<S>(S);

impl<S, B> Application for Adapted<S>
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    S::Future: Send,
    B: Body<Data: Send, Error: Into<Box<dyn Error + Send + Sync>>> + Send,
{
    fn ask(&self, request: Request<Full<Bytes>>) -> Pin<Box<dyn Future<Output = Result<Raw, Trouble>> + Send>> {
        let mut service = self.0.clone();
        Box::pin(async move {
            service.ready().await.map_err(|error| Trouble::Connect(error.into().to_string()))?;
            let answer = service.call(request).await.map_err(|error| Trouble::Broken(error.into().to_string()))?;
            read(answer).await
        })
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Socket(socket) => f.debug_tuple("Socket").field(socket).finish(),
            Self::Service(_) => f.write_str("Service"),
        }
    }
}
