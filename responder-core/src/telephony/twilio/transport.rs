//! One request, one answer, and what it means if there is none.

use std::{error::Error, fmt, sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use reqwest::{Response, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};

use super::dialect::AuthScheme;
use crate::{
    Timestamp,
    telephony::{Answer, HttpTransport, HttpTransportError, TelephonyError},
};

/// The way to the provider, its address, and the credentials.
pub(super) struct Transport {
    pub(super) route: Route,
    pub(super) base_url: Url,
    pub(super) account_sid: String,
    pub(super) auth_scheme: AuthScheme,
    pub(super) username: String,
    pub(super) password: SecretString,
    /// For a whole request, or for the beginning and each piece of one whose answer is a stream.
    pub(super) timeout: Duration,
}

/// Who carries requests.
pub(super) enum Route {
    /// The HTTP client and its pool of connections; it keeps the time itself.
    Http(reqwest::Client),
    /// Somebody else.
    Custom(Arc<dyn HttpTransport>),
}

/// A request that is ready to be sent.
pub(super) struct Request {
    method: Method,
    url: Url,
    form: Option<String>,
    range: Option<String>,
    max_body: usize,
}

impl Request {
    fn new(method: Method, url: Url) -> Self {
        Self { method, url, form: None, range: None, max_body: MAX_BODY }
    }

    /// Only this part of what is there (RFC 9110, 14.2).
    pub(super) fn with_range(mut self, range: Option<String>) -> Self {
        self.range = range;
        self
    }

    /// For a page of a list, which is longer than anything else.
    pub(super) fn for_page(mut self) -> Self {
        self.max_body = MAX_PAGE;
        self
    }
}

impl Transport {
    /// A request for something of the account's, such as `["Calls", sid]`; without segments, for the account.
    pub(super) fn get(&self, path: &[&str], query: &[(&str, String)]) -> Request {
        self.get_file(path, ".json", query)
    }

    /// A request for something that is no JSON, such as `["Recordings", sid]` with the ending `.mp3`.
    pub(super) fn get_file(&self, path: &[&str], ending: &str, query: &[(&str, String)]) -> Request {
        let mut url = self.url(path, ending);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Request::new(Method::GET, url)
    }

    pub(super) fn post(&self, path: &[&str], form: &[(&str, String)]) -> Request {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        Request { form: Some(form), ..Request::new(Method::POST, self.url(path, ".json")) }
    }

    pub(super) fn delete(&self, path: &[&str]) -> Request {
        Request::new(Method::DELETE, self.url(path, ".json"))
    }

    /// The next page of a list. The address comes from the answer, the credentials from us: it must not lead away.
    pub(super) fn next_page(&self, uri: &str) -> Result<Request, TelephonyError> {
        let url = self.base_url.join(uri).map_err(|_| unreadable("the next page has no address"))?;
        if url.origin() != self.base_url.origin() {
            return Err(unreadable("the next page is on another host"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(unreadable("the next page brings credentials of its own"));
        }
        Ok(Request::new(Method::GET, url).for_page())
    }

    /// Sends a request, once, and reads the JSON of its answer.
    pub(super) async fn send<T: DeserializeOwned>(&self, request: Request) -> Result<Answer<T>, TelephonyError> {
        let Answer { value: (status, body), provider_time } = self.exchange(request).await?;
        match serde_json::from_slice(&body) {
            Ok(value) => Ok(Answer { value, provider_time }),
            // The parser's own words may quote the answer.
            Err(error) => Err(unknown(
                Some(status),
                format!("unexpected JSON at line {}, column {}", error.line(), error.column()),
            )),
        }
    }

    /// Sends a request, once, whose answer has nothing to say.
    pub(super) async fn send_for_nothing(&self, request: Request) -> Result<Answer<()>, TelephonyError> {
        Ok(self.exchange(request).await?.map(|_| ()))
    }

    /// Sends a request, once, whose answer is passed on as it comes.
    pub(super) async fn open(&self, request: Request) -> Result<Answer<Opened>, TelephonyError> {
        let opened = match &self.route {
            Route::Http(client) => self.opened(client, self.finished(request)?).await?,
            Route::Custom(transport) => Opened::of(self.by_transport(transport, self.finished(request)?).await?),
        };
        let provider_time = provider_time(&opened.headers);
        if opened.status.is_success() {
            return Ok(Answer { value: opened, provider_time });
        }
        Err(opened.refusal(self.timeout).await)
    }

    /// A stream takes as long as it takes, as long as it does not stop for too long.
    async fn opened(&self, client: &reqwest::Client, request: http::Request<Bytes>) -> Result<Opened, TelephonyError> {
        let mut request: reqwest::Request = request.try_into().map_err(not_answered)?;
        *request.timeout_mut() = Some(LONGEST_STREAM);
        let answered = tokio::time::timeout(self.timeout, client.execute(request)).await;
        let mut response = answered.map_err(|late| unknown(None, late))?.map_err(not_answered)?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        Ok(Opened { status, headers, body: pieces(response, self.timeout) })
    }

    async fn exchange(&self, request: Request) -> Result<Answer<(StatusCode, Vec<u8>)>, TelephonyError> {
        let Raw { status, headers, body } = self.carried(request).await?;
        let provider_time = provider_time(&headers);
        if status.is_success() {
            let body = body.map_err(|error| unknown(Some(status), error))?;
            return Ok(Answer { value: (status, body), provider_time });
        }
        Err(refused(status, &headers, body))
    }

    async fn carried(&self, request: Request) -> Result<Raw, TelephonyError> {
        let max_body = request.max_body;
        let request = self.finished(request)?;
        match &self.route {
            Route::Http(client) => {
                let request = request.try_into().map_err(not_answered)?;
                Ok(Raw::read(client.execute(request).await.map_err(not_answered)?, max_body).await)
            }
            Route::Custom(transport) => Ok(Raw::of(self.by_transport(transport, request).await?, max_body)),
        }
    }

    async fn by_transport(
        &self,
        transport: &Arc<dyn HttpTransport>,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, TelephonyError> {
        match tokio::time::timeout(self.timeout, transport.send(request)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(HttpTransportError::NotSent(source))) => Err(TelephonyError::NotSent { source }),
            Ok(Err(HttpTransportError::Lost(source))) => Err(unknown(None, source)),
            Err(late) => Err(unknown(None, late)),
        }
    }

    fn finished(&self, request: Request) -> Result<http::Request<Bytes>, TelephonyError> {
        let mut credentials = self.credentials()?;
        credentials.set_sensitive(true);
        let mut finished = http::Request::builder()
            .method(request.method)
            .uri(request.url.as_str())
            .header(header::USER_AGENT, concat!("responder/", env!("CARGO_PKG_VERSION")))
            .header(header::AUTHORIZATION, credentials);
        if request.form.is_some() {
            finished = finished.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        if let Some(range) = request.range {
            finished = finished.header(header::RANGE, range);
        }
        let body = Bytes::from(request.form.unwrap_or_default());
        finished.body(body).map_err(|error| TelephonyError::NotSent { source: error.into() })
    }

    fn credentials(&self) -> Result<HeaderValue, TelephonyError> {
        let secret = self.password.expose_secret();
        let credentials = match self.auth_scheme {
            AuthScheme::Basic => format!("Basic {}", STANDARD.encode(format!("{}:{secret}", self.username))),
            AuthScheme::Bearer => format!("Bearer {secret}"),
        };
        HeaderValue::try_from(credentials).map_err(|error| TelephonyError::NotSent { source: error.into() })
    }

    fn url(&self, path: &[&str], ending: &str) -> Url {
        let mut url = self.base_url.clone();
        let (last, parents) =
            path.split_last().map_or((self.account_sid.as_str(), None), |(last, parents)| (*last, Some(parents)));
        let mut segments = url.path_segments_mut().expect("BUG: http and https URLs have paths");
        segments.pop_if_empty().extend(["2010-04-01", "Accounts"]);
        if let Some(parents) = parents {
            segments.push(&self.account_sid).extend(parents);
        }
        segments.push(&format!("{last}{ending}"));
        drop(segments);
        url
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let base_url = self.base_url.as_str();
        f.debug_struct("Transport").field("base_url", &base_url).field("account", &self.account_sid).finish()
    }
}

/// An answer whose head has come.
struct Raw {
    status: StatusCode,
    headers: HeaderMap,
    body: Result<Vec<u8>, Box<dyn Error + Send + Sync>>,
}

impl Raw {
    async fn read(mut response: Response, max_body: usize) -> Self {
        let body = body(&mut response, max_body).await;
        Self { status: response.status(), headers: std::mem::take(response.headers_mut()), body }
    }

    fn of(answer: http::Response<Bytes>, max_body: usize) -> Self {
        let (head, body) = answer.into_parts();
        let body = if body.len() > max_body { Err(TOO_LONG.into()) } else { Ok(body.into()) };
        Self { status: head.status, headers: head.headers, body }
    }
}

/// An answer whose body is still coming.
pub(super) struct Opened {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: BoxStream<'static, Result<Bytes, TelephonyError>>,
}

impl Opened {
    fn of(answer: http::Response<Bytes>) -> Self {
        let (head, body) = answer.into_parts();
        Self { status: head.status, headers: head.headers, body: stream::once(async move { Ok(body) }).boxed() }
    }

    /// What an answer without success means. Of its body, what comes in time is looked at: an endless one keeps nobody.
    async fn refusal(self, patience: Duration) -> TelephonyError {
        let Self { status, headers, mut body } = self;
        let mut whole = Vec::new();
        let read = async {
            while let Some(Ok(piece)) = body.next().await {
                if whole.len() + piece.len() > MAX_BODY {
                    break;
                }
                whole.extend_from_slice(&piece);
            }
        };
        // What a body that is late might have added can be missed, too.
        let _ = tokio::time::timeout(patience, read).await;
        refused(status, &headers, Ok(whole))
    }
}

/// The body of an answer, piece by piece; an error ends it.
fn pieces(response: Response, patience: Duration) -> BoxStream<'static, Result<Bytes, TelephonyError>> {
    let next = move |mut response: Response| async move {
        let status = Some(response.status());
        match tokio::time::timeout(patience, response.chunk()).await {
            Ok(Ok(Some(piece))) => Ok(Some((piece, response))),
            Ok(Ok(None)) => Ok(None),
            Ok(Err(error)) => Err(unknown(status, error.without_url())),
            Err(late) => Err(unknown(status, late)),
        }
    };
    stream::try_unfold(response, next).boxed()
}

/// What an answer without success means.
fn refused(
    status: StatusCode,
    headers: &HeaderMap,
    body: Result<Vec<u8>, Box<dyn Error + Send + Sync>>,
) -> TelephonyError {
    match status {
        StatusCode::TOO_MANY_REQUESTS => TelephonyError::RateLimited { retry_after: retry_after(headers) },
        // The server gave up waiting for the request, or failed while it was at it.
        status if status == StatusCode::REQUEST_TIMEOUT || status.is_server_error() => {
            TelephonyError::Unknown { status: Some(status.as_u16()), source: None }
        }
        // The status says enough; what a broken body might have added can be missed.
        status => rejected(status, &body.unwrap_or_default()),
    }
}

/// An answer that came and can't be understood.
pub(super) fn unreadable(what: &'static str) -> TelephonyError {
    TelephonyError::Unknown { status: None, source: Some(what.into()) }
}

fn unknown(status: Option<StatusCode>, source: impl Into<Box<dyn Error + Send + Sync>>) -> TelephonyError {
    TelephonyError::Unknown { status: status.map(|status| status.as_u16()), source: Some(source.into()) }
}

/// The URL is cut out of the error: the query of a search holds phone numbers.
fn not_answered(error: reqwest::Error) -> TelephonyError {
    let certainly_not_sent = error.is_connect() || error.is_builder();
    let source = error.without_url();
    if certainly_not_sent { TelephonyError::NotSent { source: source.into() } } else { unknown(None, source) }
}

async fn body(response: &mut Response, max_body: usize) -> Result<Vec<u8>, Box<dyn Error + Send + Sync>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(reqwest::Error::without_url)? {
        if body.len() + chunk.len() > max_body {
            return Err(TOO_LONG.into());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn rejected(status: StatusCode, body: &[u8]) -> TelephonyError {
    /// Twilio, "Twilio's response": an error is an object with these and others.
    #[derive(Default, Deserialize)]
    struct Reason {
        code: Option<u32>,
        message: Option<String>,
    }
    let reason: Reason = serde_json::from_slice(body).unwrap_or_default();
    let message = reason.message.unwrap_or_else(|| status.canonical_reason().unwrap_or_default().to_owned());
    TelephonyError::Rejected { status: status.as_u16(), code: reason.code, message }
}

fn provider_time(headers: &HeaderMap) -> Option<Timestamp> {
    header_text(headers, header::DATE).and_then(parse_date)
}

/// Seconds or a date (RFC 9110, 10.2.3); a date counts from the provider's own.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = header_text(headers, header::RETRY_AFTER)?;
    match text.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => Some(parse_date(text)?.since(provider_time(headers)?)),
    }
}

fn header_text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// A date as HTTP headers and Twilio's fields have it (RFC 9110, 5.6.7; RFC 2822).
pub(super) fn parse_date(text: &str) -> Option<Timestamp> {
    let time = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(Timestamp::from_micros(time.as_microsecond()))
}

/// The largest answer is a page of 1,000 queues, which is about half of this.
const MAX_BODY: usize = 1 << 20;

/// A page of 1,000 calls has about two million characters; texts and numbers are shorter or about as long.
const MAX_PAGE: usize = 8 << 20;

/// No recording takes a day to be played.
const LONGEST_STREAM: Duration = Duration::from_secs(86_400);

const TOO_LONG: &str = "the answer is too long";

#[cfg(test)]
mod tests {
    use super::*;

    /// Each piece comes soon enough; all of them would take a day.
    #[tokio::test(start_paused = true)]
    async fn a_refusal_that_drips_is_not_waited_for() {
        let drip = |_| async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Ok(Some((Bytes::from_static(b" "), ())))
        };
        let body = stream::try_unfold((), drip).boxed();
        let opened = Opened { status: StatusCode::NOT_FOUND, headers: HeaderMap::new(), body };
        let begin = tokio::time::Instant::now();
        let error = opened.refusal(Duration::from_secs(10)).await;
        assert!(error.is_not_found(), "{error:?}");
        assert_eq!(begin.elapsed().as_secs(), 10);
    }
}
