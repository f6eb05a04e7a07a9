//! An answer, whichever way it came.

use std::fmt;
use std::future::poll_fn;
use std::pin::pin;

use http::Response;
use http_body::Body as _;

use super::Violation;
use super::finding::soon;
use crate::http::Body;

/// What was answered, or should have been. The date is left out, and what only one way of travelling has.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Heard {
    pub(super) status: u16,
    /// Sorted, names in lower case.
    headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Heard {
    pub(super) fn new(status: u16, mut headers: Vec<(String, String)>, body: Vec<u8>) -> Self {
        headers.retain(|(name, _)| !matches!(name.as_str(), "date" | "connection" | "transfer-encoding"));
        // Of one name, values keep their order.
        headers.sort_by(|(one, _), (other, _)| one.cmp(other));
        Self { status, headers, body }
    }

    /// An answer of ours, as it should be: with what all of ours have.
    pub(super) fn ours(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let everywhere = [("cache-control", "no-store"), ("x-content-type-options", "nosniff")];
        let default = everywhere.iter().filter(|(name, _)| headers.iter().all(|(own, _)| own != name));
        let headers = default.chain(headers).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Self::new(status, headers.collect(), body.into())
    }

    /// A success with a body.
    pub(super) fn said(body: &str) -> Self {
        Self::ours(200, &[("content-length", &body.len().to_string())], body)
    }

    /// One of our errors.
    pub(super) fn error(status: u16, code: &str, message: &str) -> Self {
        let body = format!(r#"{{"status":"error","code":"{code}","message":"{message}"}}"#);
        let headers = [("content-length", &*body.len().to_string()), ("content-type", "application/json")];
        Self::ours(status, &headers, &body)
    }

    pub(super) fn not_found() -> Self {
        Self::error(404, "not_found", "There is nothing at this address.")
    }

    pub(super) fn too_large() -> Self {
        Self::error(413, "body_too_large", "The body is longer than this endpoint allows.")
    }

    pub(super) fn unauthorized() -> Self {
        let message = "Credentials are required; they are missing or wrong.";
        Self::error(401, "unauthorized", message).with("www-authenticate", "Bearer")
    }

    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        Self::new(self.status, self.headers, self.body)
    }

    /// The same answer to `HEAD`.
    pub(super) fn without_body(self) -> Self {
        Self { body: Vec::new(), ..self }
    }

    pub(super) async fn of(response: Response<Body>) -> Result<Self, Violation> {
        let (head, body) = response.into_parts();
        let headers = head.headers.iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        });
        let mut bytes = Vec::new();
        let mut body = pin!(body);
        while let Some(frame) = soon(poll_fn(|context| body.as_mut().poll_frame(context)), "a piece of a body").await? {
            let frame = frame.map_err(|error| Violation(format!("the body of an answer breaks off: {error}")))?;
            bytes.extend(frame.into_data().unwrap_or_default());
        }
        Ok(Self::new(head.status.as_u16(), headers.collect(), bytes))
    }
}

impl fmt::Debug for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        for (name, value) in &self.headers {
            write!(f, " | {name}: {value}")?;
        }
        let body = &self.body[..self.body.len().min(300)];
        write!(f, " | {} bytes: {}", self.body.len(), body.escape_ascii())
    }
}
