//! A request, before it is known how it travels.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderName, HeaderValue, Request, header};

use super::Violation;
use crate::http::Body;

/// A request to an endpoint, below the mount point.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) method: &'static str,
    target: String,
    origin: &'static str,
    headers: Vec<(&'static str, Vec<u8>)>,
    body: Payload,
}

#[derive(Clone, Debug)]
enum Payload {
    Nothing,
    Whole(Bytes),
    Chunks(Vec<Bytes>),
}

impl Ask {
    pub(super) fn new(method: &'static str, target: impl Into<String>) -> Self {
        Self { method, target: target.into(), origin: "", headers: Vec::new(), body: Payload::Nothing }
    }

    pub(super) fn get(target: impl Into<String>) -> Self {
        Self::new("GET", target)
    }

    pub(super) fn form(target: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self::new("POST", target).header(TYPE, FORM).body(body)
    }

    pub(super) fn header(mut self, name: &'static str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name, value.as_ref().to_vec()));
        self
    }

    pub(super) fn body(self, body: impl Into<Bytes>) -> Self {
        Self { body: Payload::Whole(body.into()), ..self }
    }

    /// A body of which nobody knows the length before its end.
    pub(super) fn chunks(self, chunks: impl IntoIterator<Item = Bytes>) -> Self {
        Self { body: Payload::Chunks(chunks.into_iter().collect()), ..self }
    }

    /// The target in absolute form, as clients write it to proxies.
    pub(super) fn via(self, origin: &'static str) -> Self {
        Self { origin, ..self }
    }

    pub(super) fn describe(&self) -> String {
        let shown: String = self.target.chars().take(60).collect();
        format!("{} {}{shown}", self.method, self.origin)
    }

    /// Nothing below the prefix is the mount point itself, which at the root still has to be written.
    fn target(&self, prefix: &str) -> String {
        let slash =
            if self.origin.is_empty() && prefix.is_empty() && !self.target.starts_with(['/', '*']) { "/" } else { "" };
        format!("{}{prefix}{slash}{}", self.origin, self.target)
    }

    fn head(&self) -> Vec<(&'static str, Vec<u8>)> {
        let mut headers = vec![("host", b"h".to_vec())];
        headers.extend(self.headers.iter().cloned());
        match &self.body {
            Payload::Nothing => {}
            Payload::Whole(bytes) => headers.push(("content-length", bytes.len().to_string().into_bytes())),
            Payload::Chunks(_) => headers.push(("transfer-encoding", b"chunked".to_vec())),
        }
        headers
    }

    /// As a server would hand it on.
    pub(super) fn request(&self, prefix: &str) -> Result<Request<Body>, Violation> {
        let unsuitable =
            |error: &dyn std::error::Error| Violation(format!("BUG: {} is no request: {error}", self.describe()));
        let body = match &self.body {
            Payload::Nothing => Body::empty(),
            Payload::Whole(bytes) => Body::from(bytes.clone()),
            Payload::Chunks(chunks) => Body::stream(stream::iter(chunks.clone().into_iter().map(Ok::<_, Infallible>))),
        };
        let mut request = Request::builder().method(self.method).uri(self.target(prefix));
        for (name, value) in self.head() {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|error| unsuitable(&error))?;
            let value = HeaderValue::from_bytes(&value).map_err(|error| unsuitable(&error))?;
            // A server takes the framing away.
            if name != header::TRANSFER_ENCODING {
                request = request.header(name, value);
            }
        }
        request.body(body).map_err(|error| unsuitable(&error))
    }

    /// As it is written on a connection that stays open.
    pub(super) fn bytes(&self, prefix: &str) -> Vec<u8> {
        let mut bytes = format!("{} {} HTTP/1.1\r\n", self.method, self.target(prefix)).into_bytes();
        for (name, value) in self.head() {
            bytes.extend([name.as_bytes(), b": ", &value, b"\r\n"].concat());
        }
        bytes.extend(b"\r\n");
        match &self.body {
            Payload::Nothing => {}
            Payload::Whole(body) => bytes.extend(body),
            Payload::Chunks(chunks) => {
                let framed = |chunk: &Bytes| [format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat();
                bytes.extend(chunks.iter().flat_map(framed));
                bytes.extend(b"0\r\n\r\n");
            }
        }
        bytes
    }
}

pub(super) const TYPE: &str = "content-type";
pub(super) const FORM: &str = "application/x-www-form-urlencoded";
pub(super) const JSON: &str = "application/json";
