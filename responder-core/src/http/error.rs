//! What goes wrong, in the form that callers see.

use std::{borrow::Cow, error::Error, fmt, time::Duration};

use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use serde::Serialize;

use super::Body;

/// Any error, boxed.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// An answer that is no success: `{"status":"error","code":…,"message":…}` and a `field` if one is at fault.
///
/// Code and message are seen by whoever called and hold nothing internal; a cause is for our own diagnostics.
///
/// ```
/// use responder_core::http::HttpError;
///
/// let error = HttpError::bad_request("invalid_phone", "The phone number must begin with +.").with_field("chosen_phone");
/// let response = error.into_response();
/// assert_eq!(response.status(), 400);
/// assert_eq!(response.headers()["content-type"], "application/json");
/// ```
pub struct HttpError(Box<Inner>);

struct Inner {
    status: StatusCode,
    code: &'static str,
    message: Cow<'static, str>,
    field: Option<Cow<'static, str>>,
    headers: HeaderMap,
    cause: Option<BoxError>,
}

#[derive(Serialize)]
struct Wire<'a> {
    status: &'static str,
    code: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

impl HttpError {
    /// Any error. `code` is `snake_case` and never changes; `message` is one sentence for a person.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        let message = message.into();
        Self(Box::new(Inner { status, code, message, field: None, headers: HeaderMap::new(), cause: None }))
    }

    /// 400: what was sent can't be used.
    pub fn bad_request(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// 404: there is nothing here.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "There is nothing at this address.")
    }

    /// 503: it can't be done now; the caller is told to ask again after so long, in whole seconds, rounded up.
    pub fn unavailable(code: &'static str, message: impl Into<Cow<'static, str>>, retry_after: Duration) -> Self {
        let seconds = retry_after.as_secs() + u64::from(retry_after.subsec_nanos() > 0);
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, message)
            .with_header(header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// 500: our own fault. The caller learns no more than that; `cause` is for the diagnostics.
    pub fn internal(cause: impl Into<BoxError>) -> Self {
        let message = "An internal error occurred.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", message).with_cause(cause)
    }

    /// Names the field that is at fault, as it is written on the wire.
    #[must_use]
    pub fn with_field(mut self, field: impl Into<Cow<'static, str>>) -> Self {
        self.0.field = Some(field.into());
        self
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.append(name, value);
        self
    }

    /// Keeps the cause for our own diagnostics; it must hold no secret, number, name or body.
    #[must_use]
    pub fn with_cause(mut self, cause: impl Into<BoxError>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The stable name of the error.
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// What a person is told.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The field that is at fault.
    pub fn field(&self) -> Option<&str> {
        self.0.field.as_deref()
    }

    /// The answer.
    pub fn into_response(self) -> Response<Body> {
        let body = self.wire(None);
        self.into_response_with("application/json", body)
    }

    /// The answer with its message under `error`, too, where clients that were there before us look for it.
    #[cfg(feature = "runtime")]
    pub(super) fn into_response_with_error(self) -> Response<Body> {
        let body = self.wire(Some(&self.0.message));
        self.into_response_with("application/json", body)
    }

    fn wire(&self, error: Option<&str>) -> Vec<u8> {
        let Inner { code, message, field, .. } = &*self.0;
        let wire = Wire { status: "error", code, message, field: field.as_deref(), error };
        serde_json::to_vec(&wire).unwrap_or_default()
    }

    /// The answer, told in another way: status and headers are those of the error.
    pub fn into_response_with(self, content_type: &'static str, body: impl Into<Body>) -> Response<Body> {
        let Inner { status, headers, .. } = *self.0;
        let mut response = Response::new(body.into());
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        response
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.0.code, self.0.status.as_u16())
    }
}

impl fmt::Debug for HttpError {
    /// Not the message, which may repeat what somebody sent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { status, code, field, cause, .. } = &*self.0;
        let mut debug = f.debug_struct("HttpError");
        debug.field("status", status).field("code", code).field("field", field).field("cause", cause);
        debug.finish_non_exhaustive()
    }
}

impl Error for HttpError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.cause.as_ref().map(|cause| &**cause as &(dyn Error + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_tells_code_message_and_field_and_no_cause() {
        let cause = "secret database detail";
        let error = HttpError::internal(cause).with_field("branch");
        assert_eq!(error.source().map(ToString::to_string).as_deref(), Some(cause));
        let response = error.into_response();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let expected =
            r#"{"status":"error","code":"internal_error","message":"An internal error occurred.","field":"branch"}"#;
        assert_eq!(response.body().as_full(), Some(expected.as_bytes()));
    }

    #[test]
    fn busy_says_when_to_come_back() {
        let response = HttpError::unavailable("busy", "Try again.", Duration::from_millis(29_001)).into_response();
        assert_eq!(response.headers()[header::RETRY_AFTER], "30");
    }

    #[test]
    fn debug_leaves_out_the_message() {
        let error = HttpError::bad_request("invalid_phone", "+15005550001 is wrong");
        assert!(!format!("{error:?} {error}").contains("555"));
    }
}
