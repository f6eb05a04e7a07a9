//! A request that may pass, as a handler gets it.

use std::{fmt, net::IpAddr};

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};
use serde::de::DeserializeOwned;

use super::ticket::Issuer;
use super::{Caller, Endpoints, Form, HttpError, MountedPath, Params};

/// A request that may pass: everything about it has been checked that its endpoint declares.
#[derive(Clone)]
pub struct Call {
    /// How it was asked. `HEAD` shows as the `GET` that it stands for.
    pub method: Method,
    /// Path and query as the caller wrote them, below our mount point.
    pub target: MountedPath,
    /// What stands in the path for the names of its template.
    pub params: Params,
    /// All headers of the request.
    pub headers: HeaderMap,
    /// The address of the caller, if the server tells it; see [`TrustedProxies`](super::TrustedProxies).
    pub peer: Option<IpAddr>,
    /// Whoever asks, as the table has identified them.
    pub caller: Caller,
    /// The body as it came.
    pub body: Bytes,
    pub(super) form: Form,
    pub(super) query: Form,
    pub(super) issuer: Issuer,
}

/// What a body says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// Nothing is said.
    Unsaid,
    Form,
    Json,
    Other,
}

impl Call {
    /// The fields of the body, if it is a form; else there are none.
    pub const fn form(&self) -> &Form {
        &self.form
    }

    /// The parameters of the query.
    pub const fn query(&self) -> &Form {
        &self.query
    }

    /// A field of the form, else the parameter of that name: where a provider's fields are after
    /// [`Links::again`](crate::script::Links::again).
    pub fn field(&self, name: &str) -> Option<&str> {
        self.form.get(name).or_else(|| self.query.get(name))
    }

    /// The fields of the form, then the parameters of the query: of a name that comes twice, the first counts. This is
    /// what [`Callback`](crate::telephony::Callback) reads.
    pub fn fields(&self) -> Vec<(String, String)> {
        [self.form.fields(), self.query.fields()].concat()
    }

    /// Whether the body is JSON, where an endpoint takes that or a form.
    pub fn is_json(&self) -> bool {
        Media::of(&self.headers) == Media::Json
    }

    /// The body, read as JSON.
    ///
    /// # Errors
    /// 400: `malformed_json`, or `invalid_json` when it is another thing than `T`. 415 if it is no JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, HttpError> {
        if !self.is_json() {
            return Err(unsupported());
        }
        serde_json::from_slice(&self.body).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => {
                // It quotes what was sent, which may be long.
                let reason: String = error.to_string().chars().take(LONGEST_REASON).collect();
                HttpError::bad_request("invalid_json", format!("The JSON is not what is expected here: {reason}."))
            }
            _ => HttpError::bad_request("malformed_json", "The body is not well-formed JSON."),
        })
    }

    /// A ticket with which somebody may call `path`, a path of this table that takes
    /// [`Credential::Ticket`](super::Credential::Ticket), once within a minute.
    ///
    /// # Errors
    /// 500 when the table has no secrets, so that no ticket could be known again.
    pub fn ticket(&self, path: &str) -> Result<String, HttpError> {
        self.issuer.ticket(path)
    }

    /// The table whose endpoint this is.
    pub fn table(&self) -> &Endpoints {
        &self.issuer.table
    }

    /// A header, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl Media {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let Some(value) = headers.get(header::CONTENT_TYPE) else { return Self::Unsaid };
        let essence = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
        match essence.to_ascii_lowercase().as_str() {
            "application/x-www-form-urlencoded" => Self::Form,
            "application/json" => Self::Json,
            // RFC 6839: what ends so is JSON, too.
            other if other.starts_with("application/") && other.ends_with("+json") => Self::Json,
            _ => Self::Other,
        }
    }
}

pub(super) fn unsupported() -> HttpError {
    let message = "This endpoint does not accept this content type.";
    HttpError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_content_type", message)
}

impl fmt::Debug for Call {
    /// Neither headers nor fields: they hold secrets, numbers and texts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Call");
        debug.field("method", &self.method).field("target", &self.target).field("caller", &self.caller);
        debug.finish_non_exhaustive()
    }
}

const LONGEST_REASON: usize = 200;
