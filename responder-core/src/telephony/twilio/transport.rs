//! One request, one answer, and what it means if there is none.

use std::{error::Error, fmt, sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use reqwest::{Response, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    Timestamp,
    telephony::{Answer, Courier, CourierError, TelephonyError},
};

/// The way to the provider, its address, and the credentials.
pub(super) struct Transport {
    pub(super) route: Route,
    pub(super) base_url: Url,
    pub(super) account_sid: String,
    pub(super) username: String,
    pub(super) password: SecretString,
}

/// Who carries requests.
pub(super) enum Route {
    /// The HTTP client and its pool of connections; it keeps the time itself.
    Http(reqwest::Client),
    /// Somebody else.
    Courier { courier: Arc<dyn Courier>, timeout: Duration },
}

/// A request that is ready to be sent.
pub(super) struct Request {
    method: Method,
    url: Url,
    form: Option<String>,
}

impl Transport {
    /// A request for something of the account's, such as `["Calls", sid]`; without segments, for the account.
    pub(super) fn get(&self, path: &[&str], query: &[(&str, String)]) -> Request {
        let mut url = self.url(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Request { method: Method::GET, url, form: None }
    }

    pub(super) fn post(&self, path: &[&str], form: &[(&str, String)]) -> Request {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        Request { method: Method::POST, url: self.url(path), form: Some(form) }
    }

    pub(super) fn delete(&self, path: &[&str]) -> Request {
        Request { method: Method::DELETE, url: self.url(path), form: None }
    }

    /// The next page of a list. The address comes from the answer, the credentials from us: it must not lead away.
    pub(super) fn next_page(&self, uri: &str) -> Result<Request, TelephonyError> {
        let url = self.base_url.join(uri).map_err(|_| unreadable("the next page has no address"))?;
        if url.origin() != self.base_url.origin() {
            return Err(unreadable("the next page is on another host"));
        }
        Ok(Request { method: Method::GET, url, form: None })
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

    async fn exchange(&self, request: Request) -> Result<Answer<(StatusCode, Vec<u8>)>, TelephonyError> {
        let Raw { status, headers, body } = self.carried(request).await?;
        let provider_time = provider_time(&headers);
        if status.is_success() {
            let body = body.map_err(|error| unknown(Some(status), error))?;
            return Ok(Answer { value: (status, body), provider_time });
        }
        Err(match status {
            StatusCode::TOO_MANY_REQUESTS => TelephonyError::RateLimited { retry_after: retry_after(&headers) },
            // The server gave up waiting for the request, or failed while it was at it.
            status if status == StatusCode::REQUEST_TIMEOUT || status.is_server_error() => {
                TelephonyError::Unknown { status: Some(status.as_u16()), source: None }
            }
            // The status says enough; what a broken body might have added can be missed.
            status => rejected(status, &body.unwrap_or_default()),
        })
    }

    async fn carried(&self, request: Request) -> Result<Raw, TelephonyError> {
        let request = self.finished(request)?;
        match &self.route {
            Route::Http(client) => {
                let request = request.try_into().map_err(not_answered)?;
                Ok(Raw::read(client.execute(request).await.map_err(not_answered)?).await)
            }
            Route::Courier { courier, timeout } => match tokio::time::timeout(*timeout, courier.carry(request)).await {
                Ok(Ok(answer)) => Ok(Raw::of(answer)),
                Ok(Err(CourierError::NotSent(source))) => Err(TelephonyError::NotSent { source }),
                Ok(Err(CourierError::Lost(source))) => Err(unknown(None, source)),
                Err(late) => Err(unknown(None, late)),
            },
        }
    }

    fn finished(&self, request: Request) -> Result<http::Request<Bytes>, TelephonyError> {
        let credentials = format!("{}:{}", self.username, self.password.expose_secret());
        let mut credentials = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(credentials)))
            .expect("BUG: base64 fits into a header");
        credentials.set_sensitive(true);
        let mut finished = http::Request::builder()
            .method(request.method)
            .uri(request.url.as_str())
            .header(header::USER_AGENT, concat!("responder/", env!("CARGO_PKG_VERSION")))
            .header(header::AUTHORIZATION, credentials);
        if request.form.is_some() {
            finished = finished.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let body = Bytes::from(request.form.unwrap_or_default());
        finished.body(body).map_err(|error| TelephonyError::NotSent { source: error.into() })
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base_url.clone();
        let (last, parents) =
            path.split_last().map_or((self.account_sid.as_str(), None), |(last, parents)| (*last, Some(parents)));
        let mut segments = url.path_segments_mut().expect("BUG: http and https URLs have paths");
        segments.pop_if_empty().extend(["2010-04-01", "Accounts"]);
        if let Some(parents) = parents {
            segments.push(&self.account_sid).extend(parents);
        }
        segments.push(&format!("{last}.json"));
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
    async fn read(mut response: Response) -> Self {
        let body = body(&mut response).await;
        Self { status: response.status(), headers: std::mem::take(response.headers_mut()), body }
    }

    fn of(answer: http::Response<Bytes>) -> Self {
        let (head, body) = answer.into_parts();
        let body = if body.len() > MAX_BODY { Err(TOO_LONG.into()) } else { Ok(body.into()) };
        Self { status: head.status, headers: head.headers, body }
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

async fn body(response: &mut Response) -> Result<Vec<u8>, Box<dyn Error + Send + Sync>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(reqwest::Error::without_url)? {
        if body.len() + chunk.len() > MAX_BODY {
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

const TOO_LONG: &str = "the answer is too long";
