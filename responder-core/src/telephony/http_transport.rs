//! How a request gets to a provider and its answer back.

use std::{error::Error, fmt::Debug};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};

/// Carries HTTP requests to a provider, in place of the HTTP client that is built in: through a gateway with rules of
/// its own, to a simulator in the same process, into a test.
///
/// What an implementation promises: a request is carried at most once; an error says truthfully whether it may have
/// arrived; it follows no redirects. The time that a request may take is kept by whoever sends it, by dropping the
/// future.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait HttpTransport: Debug + Send + Sync + 'static {
    /// Carries one request, and gives its whole answer. The address is absolute, the credentials are in the headers.
    ///
    /// # Errors
    /// See [`HttpTransportError`].
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpTransportError>;
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HttpTransportError {
    /// The request certainly did not arrive.
    #[error("the request did not arrive")]
    NotSent(#[source] Box<dyn Error + Send + Sync>),
    /// The request may have arrived; its answer did not.
    #[error("the answer did not arrive")]
    Lost(#[source] Box<dyn Error + Send + Sync>),
}
