//! One row of a table.

use std::{fmt, future::Future, sync::Arc};

use async_trait::async_trait;
use http::{HeaderMap, Method, Response, header};

use super::{Access, Body, Call, Description, HttpError};

/// One row of a table: what is asked how, by whom, with what, and who answers.
///
/// ```
/// use responder_core::http::{Access, Body, BodyRule, Call, Endpoint, HttpError, no_content};
///
/// let status = Endpoint::get("/healthz", Access::Public, async |_call: Call| Ok(no_content()));
/// let report = Endpoint::post("/webhook", Access::intake(), BodyRule::json(), async |call: Call| {
///     let report: std::collections::HashMap<String, String> = call.json()?;
///     Ok(http::Response::new(Body::from(format!("{} fields", report.len()))))
/// });
/// assert_eq!((status.path(), report.path()), ("/healthz", "/webhook"));
/// ```
#[derive(Clone)]
pub struct Endpoint {
    method: Method,
    path: String,
    access: Access,
    body: BodyRule,
    handler: Arc<dyn Handler>,
    errors: Option<ErrorPage>,
    description: Arc<Description>,
}

/// What people see in place of an error as JSON.
type ErrorPage = Arc<dyn Fn(Reader, HttpError) -> Response<Body> + Send + Sync>;

/// Who reads an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// Somebody in front of a browser, which has followed a link or sent a form: of all that it takes, it names HTML
    /// first.
    Person,
    /// A program, such as the script of a page.
    Program,
}

/// What a body must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BodyRule {
    /// It is not read.
    Empty,
    /// `application/json`.
    Json {
        /// At most this many bytes.
        max: usize,
    },
    /// `application/x-www-form-urlencoded`; no body at all is a form without fields.
    Form {
        /// At most this many bytes.
        max: usize,
    },
    /// One or the other.
    Either {
        /// At most this many bytes.
        max: usize,
    },
}

/// Who answers the calls to an endpoint. Any function from a [`Call`] to a future of the answer is one.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Handler: Send + Sync + 'static {
    /// Answers.
    ///
    /// # Errors
    /// Whatever the caller is to see in place of an answer.
    async fn handle(&self, call: Call) -> Result<Response<Body>, HttpError>;
}

#[async_trait]
impl<F, Answer> Handler for F
where
    F: Fn(Call) -> Answer + Send + Sync + 'static,
    Answer: Future<Output = Result<Response<Body>, HttpError>> + Send,
{
    async fn handle(&self, call: Call) -> Result<Response<Body>, HttpError> {
        self(call).await
    }
}

impl Endpoint {
    /// Any endpoint. `path` is a [`PathTemplate`](super::PathTemplate), which the table checks when it is built.
    pub fn new(method: Method, path: impl Into<String>, access: Access, body: BodyRule, handler: impl Handler) -> Self {
        let (handler, description) = (Arc::new(handler), Arc::default());
        Self { method, path: path.into(), access, body, handler, errors: None, description }
    }

    /// A `GET`, and with it a `HEAD`.
    pub fn get(path: impl Into<String>, access: Access, handler: impl Handler) -> Self {
        Self::new(Method::GET, path, access, BodyRule::Empty, handler)
    }

    /// A `POST`.
    pub fn post(path: impl Into<String>, access: Access, body: BodyRule, handler: impl Handler) -> Self {
        Self::new(Method::POST, path, access, body, handler)
    }

    /// The same endpoint with another handler: one that counts and calls the old, or one for tests.
    #[must_use]
    pub fn with_handler(mut self, handler: Arc<dyn Handler>) -> Self {
        self.handler = handler;
        self
    }

    /// The same endpoint with more to be read of it in the [OpenAPI document](super::Endpoints::openapi).
    #[must_use]
    pub fn with_description(mut self, description: Description) -> Self {
        self.description = Arc::new(description);
        self
    }

    /// The same endpoint for people: every refusal and failure is drawn by `draw`, except those that send elsewhere.
    #[must_use]
    pub fn with_error_page(self, draw: impl Fn(HttpError) -> Response<Body> + Send + Sync + 'static) -> Self {
        self.with_error_page_for(move |_, error| draw(error))
    }

    /// The same, where it depends on what whoever asks wants to read.
    #[must_use]
    pub fn with_error_page_for(
        mut self,
        draw: impl Fn(Reader, HttpError) -> Response<Body> + Send + Sync + 'static,
    ) -> Self {
        self.errors = Some(Arc::new(draw));
        self
    }

    /// What is answered to whoever is refused here, or to whom nothing could be told.
    pub(super) fn told(&self, reader: Reader, error: HttpError) -> Response<Body> {
        match &self.errors {
            Some(draw) if !error.status().is_redirection() => draw(reader, error),
            _ => error.into_response(),
        }
    }

    /// How it is asked.
    pub const fn method(&self) -> &Method {
        &self.method
    }

    /// Where it is, below the mount point.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Who may call.
    pub const fn access(&self) -> &Access {
        &self.access
    }

    /// What it takes.
    pub const fn body(&self) -> BodyRule {
        self.body
    }

    /// What is to be read of it beyond what the table knows.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// The handler that answers its requests.
    pub fn handler(&self) -> &Arc<dyn Handler> {
        &self.handler
    }
}

impl Reader {
    /// Whoever has sent these headers.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let first = accepted.split([',', ';']).next().unwrap_or_default().trim();
        if first.eq_ignore_ascii_case("text/html") { Self::Person } else { Self::Program }
    }
}

impl BodyRule {
    /// JSON of at most [`MAX_BODY`] bytes.
    pub const fn json() -> Self {
        Self::Json { max: MAX_BODY }
    }

    /// A form of at most [`MAX_BODY`] bytes.
    pub const fn form() -> Self {
        Self::Form { max: MAX_BODY }
    }

    /// Either of at most [`MAX_BODY`] bytes.
    pub const fn either() -> Self {
        Self::Either { max: MAX_BODY }
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, path, access, body, .. } = self;
        write!(f, "Endpoint({method} {path}, {access:?}, {body:?})")
    }
}

/// The most that a body may have, if nothing else is said: 64 KiB. A provider sends about 2.
pub const MAX_BODY: usize = 64 * 1024;
