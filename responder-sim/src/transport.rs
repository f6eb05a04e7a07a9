//! Requests to the REST API that never touch a socket.

use std::{convert::Infallible, fmt, sync::Arc};

use async_trait::async_trait;
use axum::Router;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use responder_core::telephony::{HttpTransport, HttpTransportError};
use tower::ServiceExt;

use crate::{
    hub::Hub,
    server::{self, CutOff},
};

/// Hands requests to the API of a simulator of this process.
#[derive(Clone)]
pub(crate) struct InProcess(Router);

impl InProcess {
    pub(crate) fn new(hub: &Arc<Hub>) -> Self {
        Self(server::router(Arc::clone(hub)))
    }
}

#[async_trait]
impl HttpTransport for InProcess {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpTransportError> {
        let answering = self.0.clone().oneshot(request.map(Full::new));
        // On a task of its own: a provider processes what it was sent, also for a client that has stopped waiting.
        let answered = tokio::spawn(answering).await.map_err(|error| HttpTransportError::Lost(error.into()))?;
        let answer = answered.unwrap_or_else(|never: Infallible| match never {});
        if answer.extensions().get::<CutOff>().is_some() {
            return Err(HttpTransportError::Lost(CutOff.into()));
        }
        let (head, body) = answer.into_parts();
        let body = body.collect().await.map_err(|error| HttpTransportError::Lost(error.into()))?;
        Ok(Response::from_parts(head, body.to_bytes()))
    }
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InProcess").finish_non_exhaustive()
    }
}
