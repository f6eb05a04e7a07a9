//! What is brought to the test.

use std::fmt::Debug;

use async_trait::async_trait;
use bytes::Buf;
use futures_util::{StreamExt, stream};
use http::{Request, Response};
use tokio::net::TcpListener;

use crate::http::{Body, BoxError, Endpoints};

/// An adapter under test.
#[async_trait]
pub trait Adapter: Debug + Send + Sync + 'static {
    /// Where it mounts the endpoints: nothing for the root, else like `/help/tuc`.
    fn prefix(&self) -> &str;

    /// Answers one request without a server. `endpoints` are mounted again for each.
    async fn answer(&self, endpoints: Endpoints, request: Request<Body>) -> Response<Body>;

    /// Serves until it is dropped, with the server that users of the framework would take.
    async fn serve(&self, endpoints: Endpoints, listener: TcpListener);
}

/// The answer of a framework, with its own body, as the suite wants it.
pub fn received<B>(response: Response<B>) -> Response<Body>
where
    B: http_body::Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
{
    response.map(carried)
}

/// Piece by piece; of frames that hold no data nothing is left.
pub(super) fn carried<B>(body: B) -> Body
where
    B: http_body::Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
{
    let frames = stream::unfold(Box::pin(body), |mut body| async move {
        let frame = std::future::poll_fn(|context| body.as_mut().poll_frame(context)).await?;
        let data = frame.map_err(Into::into).map(|frame| frame.into_data().ok());
        Some((data.map(|data| data.map(|mut data| data.copy_to_bytes(data.remaining()))), body))
    });
    Body::stream(frames.filter_map(async |data: Result<_, BoxError>| data.transpose()))
}
