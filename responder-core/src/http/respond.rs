//! Answers.

use http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;

use super::{Body, HttpError};
use crate::twiml::{messaging, voice};

/// 200 with a document for a call.
pub fn twiml(document: &voice::Response) -> Response<Body> {
    with_type("text/xml; charset=utf-8", document.to_string())
}

/// 200 with a document for a conversation by text.
pub fn twiml_message(document: &messaging::Response) -> Response<Body> {
    with_type("text/xml; charset=utf-8", document.to_string())
}

/// JSON.
///
/// # Errors
/// 500 if the value can't be written as JSON, such as a map whose keys are no text.
pub fn json(status: StatusCode, value: &impl Serialize) -> Result<Response<Body>, HttpError> {
    let mut response = with_type("application/json", serde_json::to_vec(value).map_err(HttpError::internal)?);
    *response.status_mut() = status;
    Ok(response)
}

/// 204: done, and there is nothing to say. What a provider wants where it expects no document.
pub fn no_content() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

fn with_type(content_type: &'static str, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
